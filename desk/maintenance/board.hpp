#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "desk/maintenance/notice.hpp"
#include "desk/store/executor.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::maintenance {

/// The notices in force, in memory: each is told to the sockets of `/` when it is made, changed or cancelled, and to each new one of
/// them, so that no CONNECT asks the store. Never logged: who was away is told the present ones.  Thread: any.
class Board {
public:
    /// Greets the sockets of `/` from now on. `now_us`: the store's clock. Before the server starts.
    Board(sio::Server& io, store::NowUs now_us);

    /// What the store holds when the server starts.
    void load(std::vector<Notice> notices);
    /// After the commit, in the order of commits.
    void tell(const Notice& notice);
    std::vector<Notice> current(std::string_view org) const;

private:
    sio::Server& io_;
    const store::NowUs now_us_;
    mutable std::mutex mutex_;
    std::vector<Notice> notices_;  // in the order of their beginning
};

}  // namespace desk::maintenance
