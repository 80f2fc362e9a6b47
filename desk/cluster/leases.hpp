#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "desk/cluster/resident.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/runtime/timer.hpp"

namespace desk::cluster {

struct LeaseOptions {
    std::string prefix = "insightdesk:lease:";
    std::string server;                        ///< this process's own name
    std::chrono::milliseconds lease{6'000};    ///< how long nothing is done for a server that died
    std::chrono::milliseconds renewal{2'000};  ///< and how long for one that let go
};

/// Which of all servers does what is to be done once: whoever holds the lease of that name. While Valkey is away each does it for itself.
/// With a lease goes a number that only grows, over all its holders.
/// Thread: any, unless said otherwise; it lives on the loop of the client of Valkey.
class Leases {
public:
    using Time = sio::runtime::TimePoint;
    /// The lease is held until then, unless this is told again before; a time that is over: another server has it. `number` is no less than
    /// any that a holder before noted. On the client's loop.
    using Told = std::function<void(Time until, std::int64_t number)>;

    Leases(sio::cluster::Valkey& valkey, LeaseOptions options);
    Leases(const Leases&) = delete;
    Leases& operator=(const Leases&) = delete;

    /// Tries to get the lease and to keep it from now on. Pre: not wanted yet.
    void want(std::string name, Told told);
    void let_go(const std::string& name);
    /// The number that goes with a lease that is wanted.
    void note(const std::string& name, std::int64_t number);

private:
    struct Wanted {
        Told told;
        std::int64_t number = 0;
        std::uint64_t id = 0;
    };
    void ask(const std::string& name);
    void answered(const std::string& name, std::uint64_t id, Time asked, const sio::Result<sio::cluster::Value>& answer);
    void renew();

    sio::cluster::Valkey& valkey_;
    const LeaseOptions options_;
    sio::runtime::Loop& loop_;
    std::unordered_map<std::string, Wanted> wanted_;
    std::uint64_t last_ = 0;
    sio::runtime::Timer timer_;
    Resident<Leases> resident_;
};

}  // namespace desk::cluster
