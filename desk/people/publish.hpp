#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "desk/people/commands.hpp"
#include "sio/base/json.hpp"

/// Users as a backend that keeps them publishes them (domain.md 4 and 9): records, exactly as those that admins write.
/// Thread: worker, inside a transaction.
namespace desk::people {

/// What is absent stays as it is stored; null clears. Of somebody nobody knew it needs name and role. Teams nobody knew are made. Emits
/// user:updated when something is different. Errors: InvalidPayload, PayloadTooLarge; Forbidden {reason: ADMIN_ONLY} for the record of
/// somebody who is, or becomes, an admin, from whom may not administer: else a key that may only publish could make its own.
struct PublishUser {
    std::string id;
    std::optional<std::int64_t> version;  ///< the backend's own; none: it does not count them
    UserFields fields;
    bool by_admin = false;  ///< who publishes may administer
};

/// `body` is the event's data. Errors: InvalidPayload.
Result<PublishUser> read_published_user(sio::json::Value body);

/// False: that version, or a later one, was published before.
Result<bool> run(store::Transaction& tx, const PublishUser& command);

}  // namespace desk::people
