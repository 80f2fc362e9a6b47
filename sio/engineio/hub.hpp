#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "sio/engineio/session.hpp"
#include "sio/engineio/sid.hpp"
#include "sio/engineio/v3_messages.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::engineio {

class Server;
struct Options;

/// The sessions of one loop, and the websockets that are ending there.
/// Thread: its loop; the counts: any.
class Hub {
public:
    Hub(Server& server, runtime::Loop& loop);
    ~Hub();

    runtime::Loop& loop() { return loop_; }
    const Options& options() const;
    const Packet& ping() const { return ping_; }
    /// Version 3, where the client pings.
    const Packet& pong() const { return pong_; }
    v3::Messages& v3_messages() { return v3_messages_; }

    Session* find(std::string_view sid);
    /// Makes a session and its open packet; the caller gives it a transport, then calls announce().
    Session& create(std::unique_ptr<Handshake> handshake, Revision revision);
    Packet open_packet(const Session& session, bool upgradable) const;
    void announce(Session& session);
    /// A session born on a websocket: its open packet, and from now on what the client sends. Announces it.
    void open_websocket(Session& session);
    /// Destroys at the end of the turn.
    void release(Session& session);
    /// Closes a websocket that belongs to no session (any more) and keeps it until it is gone.
    void bury(std::unique_ptr<websocket::Connection> connection);
    /// The same for one that was never started.
    void bury_unstarted(std::unique_ptr<websocket::Connection> connection);
    void close_all();

    std::atomic<std::size_t> polling_count{0};
    std::atomic<std::size_t> websocket_count{0};
    SessionTotals totals;

private:
    class Grave;
    Grave& dig(std::unique_ptr<websocket::Connection> connection);

    Server& server_;
    runtime::Loop& loop_;
    Packet ping_;
    Packet pong_;
    v3::Messages v3_messages_;
    std::unordered_map<std::string_view, std::unique_ptr<Session>> sessions_;
    std::unordered_map<Grave*, std::unique_ptr<Grave>> graves_;
};

}  // namespace sio::engineio
