#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "desk/delivery/delivery.hpp"
#include "desk/model/event.hpp"
#include "desk/model/histogram.hpp"

namespace desk {

/// Commits of all servers on the way to each one's delivery (design.md, Nothing is lost): tells of those that were made here, hears of the
/// others' and hands them to the home loop of their org. An org with nobody here costs a look at the announcement's first bytes.
/// Thread: any, unless said otherwise.
class Announcements {
public:
    /// Before the server starts. `people`: gets every row of other servers about who may come in, of whichever org, at once; on the bus's
    /// loop, in any order.
    Announcements(sio::Server& io, cluster::Bus& bus, Delivery& delivery, std::function<void(const EventRow&)> people);
    Announcements(const Announcements&) = delete;
    Announcements& operator=(const Announcements&) = delete;

    /// Rows of one commit of this server, in seq order. Pre: the commit is certain.
    void tell(const std::vector<EventRow>& rows);

    struct Stats {
        std::atomic<std::uint64_t> announced_rows{0};
        std::atomic<std::uint64_t> heard{0};      ///< announcements of other servers
        std::atomic<std::uint64_t> malformed{0};  ///< of them, those that this server does not understand
        Histogram heard_seconds{kSecondsBounds};  ///< from the commit on another server, by its clock, to its being heard here
    };
    const Stats& stats() const { return stats_; }

private:
    void heard(std::string_view payload);

    sio::Server& io_;
    cluster::Bus& bus_;
    Delivery& delivery_;
    const std::function<void(const EventRow&)> people_;
    Stats stats_;
};

}  // namespace desk
