#include "desk/delivery/announcements.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "desk/cluster/announcement.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/store/people_log.hpp"
#include "sio/base/clock.hpp"

namespace desk {

Announcements::Announcements(sio::Server& io, cluster::Bus& bus, Delivery& delivery, std::function<void(const EventRow&)> people)
    : io_(io), bus_(bus), delivery_(delivery), people_(std::move(people)) {
    bus_.hear(std::string(cluster::kLogChannel),
              {.message = [this](std::string_view, std::string_view payload) { heard(payload); }, .gap = [this] { delivery_.catch_up(); }});
}

void Announcements::tell(const std::vector<EventRow>& rows) {
    if (rows.empty()) return;
    stats_.announced_rows.fetch_add(rows.size(), std::memory_order_relaxed);
    bus_.tell(cluster::kLogChannel, cluster::announce(rows, sio::unix_us()));
}

void Announcements::heard(std::string_view payload) {
    stats_.heard.fetch_add(1, std::memory_order_relaxed);
    const auto head = cluster::read_head(payload);
    if (!head) {
        // A newer server's perhaps: the log is the same.
        stats_.malformed.fetch_add(1, std::memory_order_relaxed);
        return delivery_.catch_up();
    }
    stats_.heard_seconds.observe(static_cast<double>(std::max<std::int64_t>(0, sio::unix_us() - head->committed_us)) / 1e6);
    if (head->people) {
        if (const auto whole = cluster::read_announcement(payload)) {
            for (const EventRow& row : whole->rows) {
                if (store::PeopleLog::has(row.name)) people_(row);
            }
        }
    }
    run_on(home_loop(io_, head->org), [this, org = head->org, payload = std::string(payload)] {
        if (!delivery_.follows(org)) return;
        if (auto whole = cluster::read_announcement(payload))
            delivery_.heard(std::move(*whole));
        else
            delivery_.catch_up();
    });
}

}  // namespace desk
