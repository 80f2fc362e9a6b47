#include "desk/session/directory_refresh.hpp"

#include <chrono>
#include <utility>

#include "desk/store/people_log.hpp"

namespace desk {

namespace {

constexpr std::chrono::seconds kEvery{1};
// Of the servers' clocks, and the time from a row's being made to its commit.
constexpr std::chrono::microseconds kSkew = std::chrono::seconds(15);
constexpr std::int64_t kPage = 1000;

struct Found {
    std::vector<EventRow> rows;
    std::int64_t next_us = 0;  // where to go on from
};

Result<Found> look(const store::Snapshot& snapshot, std::int64_t since_us) {
    Found found;
    found.rows = store::PeopleLog(snapshot.session()).since(since_us, kPage);
    found.next_us = snapshot.now_us() - kSkew.count();
    // More than a page: the rest is next, and those of the last one's very time again.
    if (std::ssize(found.rows) == kPage) found.next_us = found.rows.back().occurred_at_us - 1;
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
    since_us_ = now_us_() - kSkew.count();
    loop_.post([this] { ask(); });
}

void DirectoryRefresh::ask() {
    loop_.arm_after(timer_, kEvery);
    if (std::exchange(asking_, true)) return;
    store_.read(
        "", [since = since_us_](const store::Snapshot& snapshot) { return look(snapshot, since); },
        [this](Result<Found>&& found) {
            if (!found) log_.warn("changes of users not read", {{"reason", found.error().detail}});
            loop_.post([this, found = std::move(found)] {
                asking_ = false;
                if (!found) return;
                for (const EventRow& row : found->rows) directory_.follow(row);
                since_us_ = found->next_us;
            });
        });
}

}  // namespace desk
