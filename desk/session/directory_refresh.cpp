#include "desk/session/directory_refresh.hpp"

#include <chrono>
#include <utility>

namespace desk {

namespace {

constexpr std::chrono::seconds kEvery{1};
// Of the servers' clocks, and the time from a row's being made to its commit.
constexpr std::chrono::microseconds kSkew = std::chrono::seconds(15);
constexpr std::int64_t kPage = 1000;

struct Found {
    std::vector<EventRow> rows;
    store::PeopleLog::Place next;
    std::vector<std::string> orgs;
};

Result<Found> look(const store::Snapshot& snapshot, const store::PeopleLog::Place& from, bool with_orgs) {
    Found found;
    if (with_orgs) found.orgs = snapshot.orgs().first(2);
    found.rows = store::PeopleLog(snapshot.session()).after(from, kPage);
    if (std::ssize(found.rows) == kPage) {
        const EventRow& last = found.rows.back();
        found.next = {last.occurred_at_us, last.org, last.seq};
    } else {
        found.next.time_us = snapshot.now_us() - kSkew.count();
    }
    return found;
}

}  // namespace

DirectoryRefresh::DirectoryRefresh(Directory& directory, store::Store& store, store::NowUs now_us, sio::runtime::Loop& loop, sio::Log& log)
    : directory_(directory),
      store_(store),
      now_us_(std::move(now_us)),
      loop_(loop),
      log_(log),
      timer_([](void* self) { static_cast<DirectoryRefresh*>(self)->ask(); }, this) {}

void DirectoryRefresh::start() {
    from_.time_us = now_us_() - kSkew.count();
    loop_.post([this] { ask(); });
}

void DirectoryRefresh::ask() {
    loop_.arm_after(timer_, kEvery);
    if (std::exchange(asking_, true)) return;
    const bool with_orgs = orgs_wanted_ && orgs_wanted_();
    store_.read(
        "", [from = from_, with_orgs](const store::Snapshot& snapshot) { return look(snapshot, from, with_orgs); },
        [this](Result<Found>&& found) {
            if (found && !found->orgs.empty()) orgs_told_(found->orgs);
            if (!found) log_.warn("changes of users not read", {{"reason", found.error().detail}});
            loop_.post([this, found = std::move(found)] {
                asking_ = false;
                if (!found) return;
                for (const EventRow& row : found->rows) directory_.follow(row);
                from_ = found->next;
                if (std::ssize(found->rows) == kPage) ask();
            });
        });
}

}  // namespace desk
