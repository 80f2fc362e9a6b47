#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/maintenance/notice.hpp"
#include "desk/store/executor.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::maintenance {

/// The notices in force, in memory: each is told to the sockets of `/` when it is made, changed or cancelled, and to each new one of
/// them, so that no CONNECT asks the store. Never logged: who was away is told the present ones. Each server tells its own sockets; the
/// others look into the store (NoticeRefresh).  Thread: any.
class Board {
public:
    /// Greets the sockets of `/` from now on. `now_us`: the store's clock. Before the server starts.
    Board(sio::Server& io, store::NowUs now_us);

    /// What the store holds when the server starts.
    void load(std::vector<Notice> notices);
    /// After the commit, in the order of commits.
    void tell(const Notice& notice);
    /// Called after each tell(), by its thread. Before the server starts.
    void on_told(std::function<void()> told) { told_ = std::move(told); }

    /// Grows with every tell().
    std::uint64_t changes() const;
    /// All current notices, read from the store after changes() was `at`: those that are new, changed or gone before their end are told.
    /// When something was told meanwhile they are perhaps older than that, and nothing is done.
    void refresh(const std::vector<Notice>& stored, std::uint64_t at);
    std::vector<Notice> current(std::string_view org) const;

private:
    void keep(const Notice& notice, std::int64_t now);
    void emit(const Notice& notice);

    sio::Server& io_;
    std::function<void()> told_;
    const store::NowUs now_us_;
    mutable std::mutex mutex_;
    std::vector<Notice> notices_;  // in the order of their beginning
    std::uint64_t changes_ = 0;
};

}  // namespace desk::maintenance
