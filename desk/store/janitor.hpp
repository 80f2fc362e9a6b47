#pragma once

#include <cstdint>
#include <string>

#include "desk/store/transaction.hpp"

/// What keeps the store from growing for ever, in batches small enough not to hold up commands: call again while it says there is more.
namespace desk::store {

struct Pruned {
    std::int64_t rows = 0;
    bool more = false;
};

/// Forgets the org's log before `before_us`, oldest first. Cursors before what is left are CursorExpired from then on.
Pruned prune_log(Transaction& tx, std::int64_t before_us, std::int64_t batch = 500);

/// Forgets idempotency keys and revocations of all orgs whose time is over.
Pruned prune_doors(Transaction& tx, std::int64_t batch = 500);

/// After a restore from a backup: no cursor given out before is taken again. The caller serves nobody meanwhile.
void new_epoch(Transaction& tx);

}  // namespace desk::store
