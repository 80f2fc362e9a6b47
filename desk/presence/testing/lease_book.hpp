#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "desk/presence/registry.hpp"
#include "sio/base/string_map.hpp"

namespace desk::presence {

/// The registry of several servers in one process.
class LeaseBook {
public:
    using Incarnation = std::uint64_t;

    /// Takes a lease. No incarnation is used twice, so that one who has lost theirs cannot write any more.
    Incarnation take(std::int64_t until_ms, Registry::Listener* listener);
    /// False: it was lost.
    bool renew(Incarnation lease, std::int64_t now_ms, std::int64_t until_ms);
    /// False: refused, the lease was lost. Tells everybody when the sum changes.
    bool report(Incarnation lease, std::string_view person, Tally share, Cause cause);
    /// Somebody who was with a process that has ended, until a lease taken for it lapses or they are reported by another.
    bool hand_over(Incarnation lease, std::string_view person);
    /// Removes what has lapsed, once.
    void claim(std::int64_t now_ms);
    /// Ends a lease at once.
    void drop(Incarnation lease);
    /// Nobody hears for this lease any more; its share stays until it lapses.
    void silence(Incarnation lease);

private:
    struct Share {
        Incarnation lease;
        Tally tally;
        bool handed_over;
    };
    using Shares = std::vector<Share>;
    struct Lease {
        Incarnation id;
        std::int64_t until_ms;
        Registry::Listener* listener;
    };
    Lease* find(Incarnation lease);
    bool set(Incarnation lease, std::string_view person, Tally share, bool handed_over, Cause cause);
    void tell(std::string_view person, Tally total, Cause cause, Incarnation by);
    static Tally sum(const Shares& shares);

    Incarnation last_ = 0;
    std::vector<Lease> leases_;
    sio::StringMap<Shares> people_;
};

/// One server's place in a LeaseBook that it shares with others.
class LeaseRegistry final : public Registry {
public:
    LeaseRegistry(LeaseBook& book, Listener& listener, std::int64_t lease_ms, std::int64_t now_ms);
    /// As when the server dies: the others find out.
    ~LeaseRegistry() override { book_.silence(lease_); }
    LeaseRegistry(const LeaseRegistry&) = delete;
    LeaseRegistry& operator=(const LeaseRegistry&) = delete;

    void report(std::string_view person, Tally mine, Cause cause) override;
    void tick(std::int64_t now_ms) override;

private:
    LeaseBook& book_;
    Listener& listener_;
    std::int64_t lease_ms_;
    LeaseBook::Incarnation lease_;
    std::map<std::string, Tally> mine_;
};

}  // namespace desk::presence
