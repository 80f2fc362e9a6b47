#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "desk/session/directory.hpp"
#include "desk/store/people_log.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/runtime/loop.hpp"

namespace desk {

/// Keeps a Directory like the store where other servers write too: a revocation or a changed record is in force here within the second even
/// when its announcement was lost, or its writer died before it. Asks once a second for what happened lately; the servers' clocks may be
/// ten seconds apart.
/// Thread: the loop's after `start`; destroyed when the loop has stopped.
class DirectoryRefresh {
public:
    /// `now_us`: the store's clock.
    DirectoryRefresh(Directory& directory, store::Store& store, store::NowUs now_us, sio::runtime::Loop& loop, sio::Log& log);

    /// Told of the orgs there are, two at most, each second as long as `wanted`; on a store's thread. Before `start`.
    void on_orgs(std::function<bool()> wanted, std::function<void(const std::vector<std::string>&)> told) {
        orgs_wanted_ = std::move(wanted);
        orgs_told_ = std::move(told);
    }
    /// Before the directory is loaded: what happens from now on is not missed. Then goes on by itself, once the loop runs.
    void start();

private:
    void ask();

    Directory& directory_;
    store::Store& store_;
    const store::NowUs now_us_;
    sio::runtime::Loop& loop_;
    sio::Log& log_;
    std::function<bool()> orgs_wanted_;
    std::function<void(const std::vector<std::string>&)> orgs_told_;
    store::PeopleLog::Place from_;
    bool asking_ = false;
    sio::runtime::Timer timer_;
};

}  // namespace desk
