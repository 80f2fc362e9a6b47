#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/json.hpp"
#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/target.hpp"

/// What the servers of one cluster tell each other, whatever carries it (protocol section 2).
namespace sio::cluster {

enum class Kind : std::uint8_t {
    Broadcast,    ///< with a request id: its clients acknowledge
    Join,         ///< `names` are the rooms
    Leave,        ///< `names` are the rooms
    Disconnect,   ///< `close`
    Fetch,        ///< answered by the sockets
    ServerEmit,   ///< with a request id: answered by one value
    SocketIds,    ///< answered by the ids of the sockets in the rooms; classic only
    Rooms,        ///< answered by all rooms; classic only
    Answer,       ///< to Fetch, ServerEmit, SocketIds, Rooms; what it holds is the asker's to know
    ClientCount,  ///< how many clients of the answering server a broadcast asked
    ClientAck,    ///< what one of them answered
    Presence,     ///< heartbeats of other versions: of no interest
};

/// A message to be written. Borrows.
struct Outgoing {
    Kind kind = Kind::Broadcast;
    std::string_view request_id;
    Target target;
    BroadcastFlags flags;
    std::span<const std::string_view> names;
    bool close = false;
    const EncodedEvent* event = nullptr;  ///< of Broadcast and ServerEmit
    // Answers.
    std::string_view to;       ///< the uid of the asker
    Kind asked = Kind::Fetch;  ///< what is answered: Fetch gives `sockets`, SocketIds and Rooms `names`, ServerEmit `reply`
    std::span<const RemoteSocket> sockets;
    const Reply* reply = nullptr;
    std::size_t clients = 0;
};

/// A message as read: shapes are checked, sizes bounded. Borrows from the DocumentReader.
struct Incoming {
    Kind kind = Kind::Broadcast;
    std::string_view uid;  ///< of the sender; emitters say nothing or "emitter"
    std::string_view nsp;
    std::string_view request_id;
    std::vector<std::string_view> rooms;
    std::vector<std::string_view> except;
    BroadcastFlags flags;
    std::vector<std::string_view> names;
    bool close = false;
    bool wants_receipt = false;  ///< an old form of Join, Leave or Disconnect, for one socket, that is answered
    std::size_t clients = 0;
    std::string_view offset;  ///< what clients get behind the event's arguments, when they recover
    json::Value data;         ///< the event of Broadcast and ServerEmit; what Answer and ClientAck hold, missing when nothing

    Target target() const { return {rooms, except}; }
};

}  // namespace sio::cluster
