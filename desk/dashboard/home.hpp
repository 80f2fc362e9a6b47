#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "desk/dashboard/audit.hpp"
#include "desk/dashboard/dashboard.hpp"
#include "sio/base/string_map.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::dashboard {

/// On the bus: org, metric, rev, a line each, then the object.
inline constexpr std::string_view kChannel = "metrics";

/// The boards of the orgs whose home one loop is, with their timers and what they read.  Thread: that loop.
struct Dashboard::Home final : Board::Keeper {
    Home(Dashboard& dashboard, sio::runtime::Loop& own_loop) : owner(dashboard), loop(own_loop) {}

    struct Place {
        Place(Home& keeper, std::string org)
            : home(keeper),
              board(keeper, std::move(org), keeper.owner.options_.cadence),
              checked(keeper.loop.now()),
              timer([](void* self) { static_cast<Place*>(self)->home.turn(*static_cast<Place*>(self)); }, this) {}
        Home& home;
        Board board;
        Board::Time checked;
        std::int64_t held_us = 0;  // activity before this was held against the log and does not change any more
        bool wants_lease = false;
        Board::Time leads_until = Board::Time::max();
        sio::runtime::Timer timer;
    };

    /// Made when it is not there yet.
    Place& open(const std::string& org);
    Place* find(std::string_view org);
    /// Something was committed that may change them.
    void touch(std::string_view org, MetricSet metrics);
    /// After anything that happened to a board, which may be gone then.
    void turn(Place& place);

    void read(Board& board, MetricSet metrics) override;
    std::string draw(const Board& board, Metric metric) override;
    void send(std::span<const sio::SocketHandle> watchers, Metric metric, const std::string& json) override;
    void told(const Board& board, Metric metric, const std::string& json) override;
    /// What the server that leads tells of an org.
    void hear(const std::string& org, Metric metric, std::int64_t rev, const std::string& json);

    Dashboard& owner;
    sio::runtime::Loop& loop;

private:
    /// Has the lease of who tells all servers, as long as there is whom to tell.
    void want_lease(Place& place);
    void check(const Place& place);
    void checked(const std::string& org, const Audit& audit);
    void repair(const std::string& org, std::int64_t held_us);
    std::int64_t store_now_us() const;

    sio::StringMap<std::unique_ptr<Place>> places_;
    std::int64_t last_rev_ = 0;
};

}  // namespace desk::dashboard
