#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "desk/cluster/leases.hpp"
#include "desk/dashboard/board.hpp"
#include "desk/dashboard/metrics_json.hpp"
#include "desk/delivery/delivery.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::dashboard {

struct DashboardOptions {
    Workload workload;
    Board::Cadence cadence;
    std::chrono::milliseconds check_interval = std::chrono::minutes(5);  ///< of the counters, while somebody watches
    store::NowUs now_us;                                                 ///< of what is stored; empty: the wall clock
};

/// The namespace /dashboard (domain.md 3.11): whoever is in it gets the four metrics of their org, and again when they change. An org has
/// a board on its home loop as long as somebody watches or asks; for other orgs nothing is done. Who may enter, and who has to leave, is
/// said by Admission and Identities.  Thread: any, unless said otherwise.
class Dashboard {
public:
    /// The servers whose watchers are told by one of them for all: the one with the org's lease. Without leases this one is alone.
    struct Others {
        cluster::Bus* bus = nullptr;
        cluster::Leases* leases = nullptr;
    };
    /// Before the server starts. `attend` is asked on the org's home loop.
    Dashboard(sio::Server& io, store::Store& store, Delivery& delivery, Attend attend, DashboardOptions options, sio::Log& log,
              Others others);
    Dashboard(sio::Server& io, store::Store& store, Delivery& delivery, Attend attend, DashboardOptions options, sio::Log& log)
        : Dashboard(io, store, delivery, std::move(attend), std::move(options), log, Others()) {}
    ~Dashboard();

    /// A row was emitted. Thread: the org's home loop.
    void follow(const EventRow& row);
    /// How somebody is there has changed. Thread: the org's home loop.
    void presence_changed(std::string_view org, std::string_view user);
    /// Something was committed that may change these metrics, and no row tells of it.
    void touch(const std::string& org, MetricSet metrics);

    /// The object of one metric as it is now, on any thread. Errors: the store's.
    void get(const std::string& org, Metric metric, Board::Answer done);

private:
    struct Home;
    Home& home(std::string_view org);
    void hear(std::string_view message);
    void watch(sio::Socket& socket);
    void unwatch(sio::Socket& socket);

    sio::Server& io_;
    store::Store& store_;
    Delivery& delivery_;
    const Attend attend_;
    const DashboardOptions options_;
    const Others others_;
    sio::Log& log_;
    sio::Namespace& nsp_;
    std::vector<std::unique_ptr<Home>> homes_;  // one a loop
};

}  // namespace desk::dashboard
