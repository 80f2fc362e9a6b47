#pragma once

#include "desk/cluster/bus.hpp"
#include "desk/maintenance/board.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::maintenance {

/// Keeps a Board like the store where other servers write too: looks when one of them says that it has told something, and once a second.
/// Thread: the loop's after `start`; destroyed when the loop has stopped.
class NoticeRefresh {
public:
    /// Before the server starts.
    NoticeRefresh(Board& board, store::Store& store, cluster::Bus& bus, sio::runtime::Loop& loop, sio::Log& log);

    /// Goes on by itself, once the loop runs. Thread: any.
    void start();

private:
    void look();

    Board& board_;
    store::Store& store_;
    sio::runtime::Loop& loop_;
    sio::Log& log_;
    bool looking_ = false;
    bool look_again_ = false;
    sio::runtime::Timer timer_;
};

}  // namespace desk::maintenance
