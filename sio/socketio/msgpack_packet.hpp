#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/socketio/packet.hpp"

/// The msgpack parser (protocol 1.4): a packet is one binary Engine.IO message, a map of type, nsp, data and id, with binary inside.
namespace sio::detail {

/// A packet in the form the rest of the library works on: JSON with placeholders, and the bytes they stand for.
struct MsgpackPacket {
    PacketType type = PacketType::Connect;
    std::string nsp;
    std::optional<std::uint64_t> ack_id;
    std::string padded_json;  ///< of `data`, with the padding a parser wants; padding alone when there was none
    std::vector<std::string> attachments;

    /// Views of this object.
    PacketView view() const;
};

/// Errors: BadPacket, BadUtf8, TooLarge (more binary values than `max_attachments`).
Result<MsgpackPacket> decode_msgpack(std::string_view bytes, std::size_t max_attachments);

/// `json` may be empty: a packet without data. Pre: valid JSON, its placeholders within `attachments`.
engineio::Packet encode_msgpack(PacketType type, std::string_view nsp, std::optional<std::uint64_t> ack_id, std::string_view json,
                                std::span<const engineio::Packet> attachments);

}  // namespace sio::detail
