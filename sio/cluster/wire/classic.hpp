#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/cluster/wire/document.hpp"
#include "sio/cluster/wire/message.hpp"

/// The messages of `@socket.io/redis-adapter` and `@socket.io/redis-emitter` (protocol 2.1, 2.4).
namespace sio::cluster::classic {

/// The uid of a stock emitter.
inline constexpr std::string_view kEmitter = "emitter";

/// Where one namespace's messages are published.
struct Channels {
    Channels(std::string_view prefix, std::string_view nsp, std::string_view uid);

    std::string broadcast;     ///< `P#N#`
    std::string pattern;       ///< of that and those of its rooms
    std::string request;       ///< `P-request#N#`
    std::string response;      ///< `P-response#N#`
    std::string own_response;  ///< `P-response#N#<uid>#`

    std::string room(std::string_view name) const { return broadcast + std::string(name) + '#'; }
    std::string response_to(std::string_view uid) const { return uid.empty() ? response : response + std::string(uid) + '#'; }
    /// The room that a broadcast's channel names, empty for all; nullopt: no channel of this namespace.
    std::optional<std::string_view> room_of(std::string_view channel) const;
};

/// Without what a glob pattern takes for more than itself.
std::string escape_glob(std::string_view text);

/// Of a Broadcast without request id.
std::string encode_broadcast(std::string_view uid, std::string_view nsp, const Outgoing& message);
/// Of every other message that asks for something: JSON, msgpack when there is binary and for broadcasts.
std::string encode_request(std::string_view uid, std::string_view nsp, const Outgoing& message);
/// Of Answer, ClientCount, ClientAck. Without a request id: what an old form of Join and so on wants.
std::string encode_response(const Outgoing& message);

/// Whether `payload` starts as a broadcast of `uid` does, which is seen without decoding.
bool is_broadcast_of(std::string_view uid, std::string_view payload);

// Errors: BadJson, BadPacket, BadUtf8, TooLarge. What they give borrows from `reader`.
Result<Incoming> decode_broadcast(DocumentReader& reader, std::string_view payload);
Result<Incoming> decode_request(DocumentReader& reader, std::string_view payload);
Result<Incoming> decode_response(DocumentReader& reader, std::string_view payload);

}  // namespace sio::cluster::classic
