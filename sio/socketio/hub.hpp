#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sio/base/json.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/socketio/drain.hpp"
#include "sio/socketio/function_ref.hpp"
#include "sio/socketio/handle.hpp"

namespace sio {

class Connection;
class Server;
class Socket;

namespace detail {

class AckCollector;

/// What one loop holds: its connections, its sockets by slot and generation, parsers.
/// Thread: its loop; made and destroyed while the loop does not run, or after clear().
class Hub {
public:
    Hub(Server& server, runtime::Loop& loop) : server_(server), loop_(loop) {}
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    Server& server() const { return server_; }
    runtime::Loop& loop() const { return loop_; }
    unsigned index() const { return loop_.index(); }

    /// Owns the socket from now on. Returns its slot.
    std::uint32_t insert(std::unique_ptr<Socket> socket);
    SocketHandle handle_of(std::uint32_t slot) const { return {index(), slot, slots_[slot].generation}; }
    Socket* find(const SocketHandle& handle) const;
    /// Handles of it name nothing from now on; it is destroyed at the turn's end, for someone up the stack may hold a reference.
    void retire(Socket& socket, std::uint32_t slot);

    void insert(Connection& connection);
    void retire(Connection& connection);
    std::size_t connections() const { return connection_count_; }
    /// CONNECTs to namespaces that are not there, so far.
    void count_invalid_namespace() { ++invalid_namespaces_; }
    std::uint64_t invalid_namespaces() const { return invalid_namespaces_; }
    /// Until `visit` says false; it may end the one it is given.
    void for_each_connection(FunctionRef<bool(Connection&)> visit);

    /// From now on closes what is there, as `options` say.
    void drain(DrainOptions options) { drain_ = std::make_unique<Drain>(*this, std::move(options)); }

    /// Keeps a collector alive until it is dropped.
    void keep(std::shared_ptr<AckCollector> collector) { collectors_.insert(std::move(collector)); }
    void drop(const std::shared_ptr<AckCollector>& collector) { collectors_.erase(collector); }
    /// Abandons what has timers, for the loop may run on without us.
    void clear();

    /// A parser for the time of one event's handlers, which may parse on their own.
    class ParserLease {
    public:
        explicit ParserLease(Hub& hub);
        ~ParserLease();
        ParserLease(const ParserLease&) = delete;
        ParserLease& operator=(const ParserLease&) = delete;
        json::Parser* operator->() { return parser_.get(); }

    private:
        Hub& hub_;
        std::unique_ptr<json::Parser> parser_;
    };

private:
    struct Slot {
        Socket* socket = nullptr;
        std::uint32_t generation = 1;
        std::uint32_t next_free = kNone;
    };
    static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

    Server& server_;
    runtime::Loop& loop_;
    std::vector<Slot> slots_;
    std::uint32_t free_ = kNone;
    Connection* connections_ = nullptr;
    std::size_t connection_count_ = 0;
    std::uint64_t invalid_namespaces_ = 0;
    std::unique_ptr<Drain> drain_;
    std::vector<std::unique_ptr<json::Parser>> parsers_;
    std::unordered_set<std::shared_ptr<AckCollector>> collectors_;
};

}  // namespace detail
}  // namespace sio
