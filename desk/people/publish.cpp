#include "desk/people/publish.hpp"

#include <algorithm>

#include "desk/people/checks.hpp"
#include "desk/people/events.hpp"

namespace desk::people {

namespace {

/// What counts as a version that `published` must be above: the backend's last one, or, before its first, that of a record made here.
std::int64_t known_version(const store::Snapshot& snapshot, const User& stored) {
    const std::int64_t made_here = stored.source == UserSource::Record ? stored.version : 0;
    return snapshot.users().published_version(stored.ref.id).value_or(made_here);
}

Result<void> may_write(const PublishUser& command, const std::optional<User>& before, const User& after) {
    if (command.by_admin || (after.ref.role != Role::Admin && (!before || before->ref.role != Role::Admin))) return {};
    return fail(Error{ErrorCode::Forbidden}.with("field", "role").because("ADMIN_ONLY"));
}

}  // namespace

Result<bool> run(store::Transaction& tx, const PublishUser& command) {
    const auto stored = tx.users().find(command.id);
    if (stored && command.version && *command.version <= known_version(tx, *stored)) return false;
    if (!stored && !command.fields.name) return invalid("name", "REQUIRED");
    if (!stored && !command.fields.role) return invalid("role", "REQUIRED");

    User user = stored.value_or(User{});
    user.org = tx.org();
    user.ref.id = command.id;
    for (const auto& team : command.fields.teams.value_or(std::vector<std::string>{})) tx.teams().insert_if_absent(team);
    if (auto done = apply(tx, command.fields, user); !done) return fail(std::move(done.error()));
    if (auto may = may_write(command, stored, user); !may) return fail(std::move(may.error()));

    user.source = UserSource::Record;
    if (stored && user == *stored) {
        if (command.version) tx.users().set_published_version(command.id, *command.version);
        return true;
    }
    user.version = std::max(stored ? stored->version + 1 : 1, command.version.value_or(1));
    user.updated_at_us = tx.now_us();
    tx.orgs().insert_if_absent(tx.now_us());
    tx.save_user(user);
    if (command.version) tx.users().set_published_version(command.id, *command.version);
    tx.append(user_updated(user));
    return true;
}

}  // namespace desk::people
