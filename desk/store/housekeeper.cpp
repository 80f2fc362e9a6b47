#include "desk/store/housekeeper.hpp"

#include <random>

#include "desk/store/janitor.hpp"

namespace desk::store {
namespace {

constexpr sql::Sql kOrgs{"SELECT org FROM org_counters ORDER BY org"};
// The writer's breath between two batches.
constexpr std::chrono::milliseconds kPause{10};
// What belongs to no org runs under a name that no org can have.
const std::string kNoOrg;

}  // namespace

Result<std::vector<std::string>> orgs_with_log(Store& store) {
    return store.read_and_wait(kNoOrg, [](const Snapshot& snapshot) -> Result<std::vector<std::string>> {
        std::vector<std::string> orgs;
        for (auto rows = snapshot.session().query(kOrgs); rows.next();) orgs.push_back(rows.text(0));
        return orgs;
    });
}

Housekeeper::Housekeeper(Store& store, HousekeeperOptions options, sio::Log& log)
    : store_(store), options_(options), log_(log), thread_([this] { work(); }) {}

Housekeeper::~Housekeeper() { stop(); }

void Housekeeper::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Housekeeper::stopping_within(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Housekeeper::work() {
    std::minstd_rand random(std::random_device{}());
    std::uniform_int_distribution<std::int64_t> jitter(-options_.every.count() / 10, options_.every.count() / 10);
    while (!stopping_within(options_.every + std::chrono::milliseconds(jitter(random)))) clean();
}

void Housekeeper::clean() {
    const std::int64_t retention_us = std::chrono::microseconds(options_.log_retention).count();
    std::int64_t log_rows = 0;
    const auto orgs = orgs_with_log(store_);
    if (!orgs) return log_.warn("housekeeping put off", {{"why", orgs.error().detail}});
    for (const std::string& org : *orgs) {
        log_rows += prune(org, [=, batch = options_.batch](Transaction& tx) { return prune_log(tx, tx.now_us() - retention_us, batch); });
    }
    const std::int64_t doors = prune(kNoOrg, [batch = options_.batch](Transaction& tx) { return prune_doors(tx, batch); });
    if (log_rows + doors > 0) log_.info("housekeeping", {{"events", log_rows}, {"keys", doors}});
}

template <class Prune>
std::int64_t Housekeeper::prune(const std::string& org, Prune batch) {
    std::int64_t rows = 0;
    for (;;) {
        const auto done = store_.write_and_wait(org, [&](Transaction& tx) -> Result<Pruned> { return batch(tx); });
        if (!done) {
            log_.warn("housekeeping put off", {{"org", org}, {"why", done.error().detail}});
            return rows;
        }
        rows += done->rows;
        if (!done->more || stopping_within(kPause)) return rows;
    }
}

}  // namespace desk::store
