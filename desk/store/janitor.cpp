#include "desk/store/janitor.hpp"

#include "sio/base/ids.hpp"

namespace desk::store {
namespace {

// The last row of a batch from the front of the log that is old enough as a whole: times never step back along it.
constexpr sql::Sql kOldest{
    "SELECT MAX(seq), COUNT(*) FROM (SELECT seq, occurred_at FROM event_log WHERE org = ?1 ORDER BY seq LIMIT ?3) AS front "
    "WHERE occurred_at < ?2"};
constexpr sql::Sql kDropLog{"DELETE FROM event_log WHERE org = ?1 AND seq <= ?2"};
constexpr sql::Sql kPrunedTo{"UPDATE org_counters SET pruned_to = ?2 WHERE org = ?1"};
constexpr sql::Sql kDropKeys{
    "DELETE FROM idempotency_keys WHERE (holder, key) IN (SELECT holder, key FROM idempotency_keys WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr sql::Sql kDropRevocations{
    "DELETE FROM revocations WHERE (org, kind, subject) IN (SELECT org, kind, subject FROM revocations WHERE expires_at <= ?1 LIMIT ?2)"};
constexpr sql::Sql kEpoch{"UPDATE org_counters SET epoch = ?2 WHERE org = ?1"};

}  // namespace

Pruned prune_log(Transaction& tx, std::int64_t before_us, std::int64_t batch) {
    std::int64_t last = 0;
    Pruned out;
    if (auto row = tx.session().query(kOldest, tx.org(), before_us, batch); row.next()) {
        last = row.integer(0);
        out.rows = row.integer(1);
    }
    if (out.rows == 0) return out;
    tx.session().run(kDropLog, tx.org(), last);
    tx.session().run(kPrunedTo, tx.org(), last);
    out.more = out.rows == batch;
    return out;
}

Pruned prune_doors(Transaction& tx, std::int64_t batch) {
    const std::int64_t keys = tx.session().run(kDropKeys, tx.now_us(), batch);
    const std::int64_t revocations = tx.session().run(kDropRevocations, tx.now_us(), batch);
    return {keys + revocations, keys == batch || revocations == batch};
}

void new_epoch(Transaction& tx) { tx.session().run(kEpoch, tx.org(), sio::random_hex(12)); }

}  // namespace desk::store
