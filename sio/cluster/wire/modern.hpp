#pragma once

#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/cluster/wire/document.hpp"
#include "sio/cluster/wire/message.hpp"

/// The messages of Node's ClusterAdapter, which the sharded and the streams adapter send (protocol 2.2, 2.3).
namespace sio::cluster::modern {

enum class Form : std::uint8_t {
    Text,     ///< JSON, but msgpack when there is binary
    Msgpack,  ///< always
};

/// `{uid, nsp, type, data}`. SocketIds and Rooms do not exist here.
std::string encode(std::string_view uid, std::string_view nsp, const Outgoing& message, Form form);

/// The fields of a stream's entry.
struct Entry {
    std::string_view uid;
    std::string_view nsp;
    std::string_view type;
    std::string_view data;
};
/// `type` and `data` of an entry: JSON, but base64 of msgpack when there is binary.
std::string_view entry_type(Kind kind);
std::string encode_data(const Outgoing& message);

// Errors: BadJson, BadPacket, BadUtf8, BadRequest (not base64), TooLarge. What they give borrows from `reader` and the arguments.
Result<Incoming> decode(DocumentReader& reader, std::string_view payload);
Result<Incoming> decode_entry(DocumentReader& reader, const Entry& entry);

}  // namespace sio::cluster::modern
