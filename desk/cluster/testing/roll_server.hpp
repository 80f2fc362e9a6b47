#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "desk/cluster/roll.hpp"
#include "sio/cluster/testing/client.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::cluster::testing {

/// Of a server whose death is part of the test.
constexpr std::chrono::milliseconds kShortLease{400};
/// Of a server that is to be there all the time, however busy the machine is.
constexpr std::chrono::minutes kLongLease{5};

/// Short times, for tests.
inline RollOptions hasty(std::string server, std::chrono::milliseconds lease = kShortLease) {
    RollOptions options;
    options.server = std::move(server);
    options.lease = lease;
    options.sweep = std::chrono::milliseconds(40);
    options.handover = std::chrono::milliseconds(1'200);
    return options;
}

/// What a server hears: how each key stands, as its payloads, sorted and joined by `+`, and each change `key=state`.
struct Heard final : RollListener {
    void changed(std::string_view key, const Shares& shares, Why, bool is_ours) override;

    std::map<std::string, std::string> state;
    std::vector<std::string> changes;
    int ours = 0;
};

/// One server of several, on a loop of its own that the test turns.
struct RollServer {
    RollServer(const std::string& url, RollOptions options);

    sio::runtime::Loop loop;
    sio::NullLog log;
    std::unique_ptr<sio::cluster::Valkey> valkey;
    Heard heard;
    std::unique_ptr<Roll> roll;

    void put(std::string_view key, std::string payload, Why why = Why::Told) { roll->put("t", key, std::move(payload), why); }
    /// Ends as by kill -9.
    void die();
    bool in_touch() const { return roll->stats().in_touch; }
};

using RollServers = std::vector<RollServer*>;
/// Turns their loops until `done`, or for a minute; gives whether it was done.
bool turn_until(const RollServers& servers, const std::function<bool()>& done);

}  // namespace desk::cluster::testing
