#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/target.hpp"
#include "sio/socketio/user_data.hpp"

namespace sio {

class Namespace;

/// What is kept of a socket whose transport was lost, for its client to take up again (connection state recovery, protocol 1.5).
struct RecoverableSession {
    std::string sid;
    std::string pid;                 ///< private: who knows it takes the session
    std::vector<std::string> rooms;  ///< without its own
    UserData data;
    std::string described;  ///< JSON text, what the namespace's describe hook wrote: `data` for adapters that take it to other servers
};

/// A session taken up, with the events it missed, each with its offset, in order.
struct RestoredSession {
    RecoverableSession session;
    std::vector<EncodedEvent> missed;
};

/// Carries what one namespace does to sockets that may be on other servers (protocol section 2). An event's wire form for other servers
/// is {type, EncodedEvent::json() and attachments(), nsp}; options are {rooms, except, flags}. Whoever calls does not know what carries it.
/// Views are valid during the call. Callbacks run once each (on_reply: once a reply) on any thread.
/// Thread: any.
class Adapter {
public:
    virtual ~Adapter() = default;

    /// The handlers are registered, sockets may come.
    virtual void open() {}

    virtual void broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) = 0;

    /// `event` asks for acknowledgement `ack_id`. on_count tells once for each server how many clients were asked; on_reply gives each
    /// client's first argument. Both stop after flags.timeout.
    struct AckSink {
        std::function<void(std::size_t clients)> on_count;
        std::function<void(Reply reply)> on_reply;
    };
    virtual void broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                                    AckSink sink) = 0;

    virtual void sockets_join(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) = 0;
    virtual void sockets_leave(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) = 0;
    virtual void disconnect_sockets(const Target& target, const BroadcastFlags& flags, bool close) = 0;
    virtual void fetch_sockets(const Target& target, const BroadcastFlags& flags, FetchCallback callback) = 0;

    /// To every other server of the cluster. `callback`, when given, gets one reply of each of them or Timeout.
    using ServerSideCallback = std::move_only_function<void(Result<std::vector<Reply>>)>;
    virtual void server_side_emit(const EncodedEvent& event, ServerSideCallback callback) = 0;

    /// How many servers there are, this one included.
    virtual void server_count(std::move_only_function<void(std::size_t)> callback) = 0;

    /// A room got its first local member or lost its last one; told only when the adapter said it wants to know.
    virtual bool wants_room_events() const { return false; }
    virtual void on_room_created(std::string_view room) { static_cast<void>(room); }
    virtual void on_room_deleted(std::string_view room) { static_cast<void>(room); }

    /// Whether sockets get a `pid` and events an offset. Then events for one socket come through broadcast() too.
    virtual bool recovers() const { return false; }
    /// Keeps the session of a socket that is about to leave its rooms. Thread: the socket's loop.
    virtual void persist(RecoverableSession session) { static_cast<void>(session); }
    /// Gives the session back, once, in time and when `offset` is known; else nullopt. `callback` runs on the calling loop, in this call
    /// or later, and takes its socket into the session's rooms before it returns: until then, not longer, is what it misses collected. It
    /// returns a session whose taker has gone. Thread: loop.
    using RestoreCallback = std::move_only_function<std::optional<RecoverableSession>(std::optional<RestoredSession>)>;
    virtual void restore(std::string_view pid, std::string_view offset, RestoreCallback callback) {
        static_cast<void>(pid);
        static_cast<void>(offset);
        callback(std::nullopt);
    }

    /// The namespace or the server closes. Nothing is called after it.
    virtual void close() {}
};

/// Makes the adapter of each namespace, before its first socket.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(Namespace& nsp)>;

}  // namespace sio
