#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/json_writer.hpp"
#include "sio/base/result.hpp"
#include "sio/cluster/wire/message.hpp"

/// What the classic and the newer messages have in common.
namespace sio::cluster::wire {

/// `{rooms, except, flags}`.
void write_options(json::Writer& writer, const Target& target, const BroadcastFlags& flags);
/// One description a socket: id, handshake, rooms, data.
void write_sockets(json::Writer& writer, std::span<const RemoteSocket> sockets);
void write_names(json::Writer& writer, std::span<const std::string_view> names);
/// The binary of the event or reply that `message` carries.
std::vector<std::string_view> attachments_of(const Outgoing& message);

/// Strings of an array, each bounded, the whole too; a missing array has none. Errors: BadPacket.
Result<std::vector<std::string_view>> read_names(json::Value array);
/// Into rooms, except and flags; missing options are everybody. Errors: BadPacket.
Result<void> read_options(json::Value options, Incoming& into);
/// An id of a server or a request: a short string, or nothing. Errors: BadPacket.
Result<std::string_view> read_id(json::Value id);
/// Whether `data` is an event that clients may get: an array, first its name, which is not reserved.
bool is_event(json::Value data);

/// What another server tells of its sockets. Errors: BadPacket.
Result<std::vector<RemoteSocket>> read_sockets(json::Value array);

}  // namespace sio::cluster::wire
