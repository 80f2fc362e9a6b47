#include "desk/sla/timers.hpp"

#include <algorithm>
#include <utility>

namespace desk::sla {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// What is told at once; no more stands in the way of other commands.
constexpr std::int64_t kBatch = 100;
// The clock may step, and tickets come that are due before the next one known.
constexpr milliseconds kLongestSleep{500};
constexpr milliseconds kAfterBatch{5};
constexpr milliseconds kAfterFailure{1000};

}  // namespace

SlaTimers::SlaTimers(sio::Server& io, store::Store& store, sio::Log& log)
    : loop_(io.loops().at(0)), store_(store), log_(log), next_([](void* self) { static_cast<SlaTimers*>(self)->look(); }, this) {}

void SlaTimers::begin() { sleep(milliseconds(0)); }

void SlaTimers::sleep(milliseconds time) { loop_.arm_after(next_, time); }

void SlaTimers::look() {
    store_.read(
        std::string(),
        [](const store::Snapshot& snapshot) -> Result<Look> {
            return Look{due_tickets(snapshot.session(), snapshot.now_us(), kBatch), next_recount(snapshot.session()), snapshot.now_us()};
        },
        [this](Result<Look> look) {
            loop_.post([this, look = std::move(look)] {
                if (look)
                    found(*look);
                else
                    sleep(kAfterFailure);
            });
        });
}

void SlaTimers::found(const Look& look) {
    failed_ = false;
    under_way_ = look.tickets.due.size() + (look.recount ? 1 : 0);
    for (const DueTicket& due : look.tickets.due) fire(due);
    if (look.recount) recount(*look.recount);
    if (under_way_ > 0) return;
    microseconds wait = kLongestSleep;
    if (look.tickets.next_us) wait = std::min(wait, microseconds(*look.tickets.next_us - look.now_us));
    sleep(std::chrono::ceil<milliseconds>(std::max(wait, microseconds(0))));
}

void SlaTimers::fire(const DueTicket& due) {
    store_.write(
        due.org, [ticket = due.ticket](store::Transaction& tx) { return run(tx, FirePromises{ticket}); },
        [this, org = due.org](const Result<FireOutcome>& outcome) { ended(outcome ? std::nullopt : std::optional(outcome.error()), org); });
}

void SlaTimers::recount(const Recount& recount) {
    store_.write(
        recount.org, [policy = recount.policy](store::Transaction& tx) { return run(tx, RecountPolicy{policy}); },
        [this, org = recount.org](const Result<RecountOutcome>& outcome) {
            if (outcome && recounted_) recounted_(org);
            ended(outcome ? std::nullopt : std::optional(outcome.error()), org);
        });
}

void SlaTimers::ended(const std::optional<Error>& error, const std::string& org) {
    loop_.post([this, error, org] {
        if (error) {
            failed_ = true;
            log_.warn("a promise not told of in time", {{"org", org}, {"why", to_string(error->code)}});
        }
        if (--under_way_ == 0) sleep(failed_ ? kAfterFailure : kAfterBatch);
    });
}

}  // namespace desk::sla
