#pragma once

#include <memory>
#include <string>
#include <vector>

#include "desk/model/event.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::presence {

/// The rooms of those whom a socket watches.
std::vector<std::string> watched(const sio::Socket& socket, std::string_view org);
/// Nothing when it does not.
void stop_watching(sio::Socket& socket, const std::string& room);

/// The customers who watch agents: each may, as long as the agent has an open ticket or conversation of theirs (domain.md 3.3). What the
/// log tells of those is looked up again, and whom they may not watch any more they lose: `error FORBIDDEN {userId, reason: ACCESS_LOST}`.
/// Thread: any, unless said otherwise.
class CustomerWatches {
public:
    /// Before the server starts.
    CustomerWatches(sio::Server& io, store::Store& store);
    ~CustomerWatches();

    /// A customer's socket has come to watch somebody. Thread: the socket's loop.
    void begin(sio::Socket& socket);
    /// It watches nobody any more. Thread: the socket's loop.
    void end(sio::Socket& socket);
    /// Thread: the org's home loop.
    void follow(const EventRow& row);

private:
    struct Board;
    struct Found;

    void look(Board& board);
    void found(Board& board, const std::string& org, const Found& found);

    sio::Server& io_;
    store::Store& store_;
    std::vector<std::unique_ptr<Board>> boards_;  // one a loop
};

}  // namespace desk::presence
