#include "desk/people/commands.hpp"

#include "desk/model/ids.hpp"
#include "desk/model/text.hpp"
#include "desk/people/checks.hpp"
#include "desk/people/events.hpp"

namespace desk::people {

namespace {

using store::Transaction;

Result<void> must_be_valid(const std::optional<std::string>& id) {
    if (id && !is_valid_id(*id)) return invalid("id", "MALFORMED");
    return {};
}

std::unexpected<Error> exists() { return fail(Error{ErrorCode::Conflict}.because("EXISTS")); }

void save(Transaction& tx, User& user, bool fresh) {
    user.source = UserSource::Record;
    user.version = fresh ? 1 : user.version + 1;
    user.updated_at_us = tx.now_us();
    tx.orgs().insert_if_absent(tx.now_us());
    tx.save_user(user);
    tx.append(user_updated(user));
}

/// The org as it is: nobody needs to have set it up.
Org stored_org(Transaction& tx) {
    tx.orgs().insert_if_absent(tx.now_us());
    return tx.orgs().find().value_or(Org{});
}

}  // namespace

Result<void> must_administer(const Actor& actor) {
    if (actor.administers()) return {};
    return fail(ErrorCode::Forbidden);
}

Result<User> run(Transaction& tx, const Actor& actor, const CreateUser& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    if (auto valid = must_be_valid(command.id); !valid) return fail(std::move(valid.error()));
    if (!command.fields.name) return invalid("name", "REQUIRED");
    const auto stored = command.id ? tx.users().find(*command.id) : std::nullopt;
    if (stored && stored->source == UserSource::Record) return exists();
    User user;
    if (stored) user = *stored;
    user.org = tx.org();
    user.ref.id = command.id ? *command.id : tx.next_id(IdKind::User);
    if (auto done = apply(tx, command.fields, user); !done) return fail(std::move(done.error()));
    save(tx, user, !stored);
    return user;
}

Result<User> run(Transaction& tx, const Actor& actor, const ChangeUser& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    const auto stored = tx.users().find(command.id);
    if (!stored) return fail(ErrorCode::RoomNotFound);
    if (auto same = must_match(command.if_version, stored->version); !same) return fail(std::move(same.error()));
    User user = *stored;
    if (auto done = apply(tx, command.fields, user); !done) return fail(std::move(done.error()));
    if (user == *stored) return user;
    save(tx, user, false);
    return user;
}

Result<Team> run(Transaction& tx, const Actor& actor, const CreateTeam& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    if (auto valid = must_be_valid(command.id); !valid) return fail(std::move(valid.error()));
    auto name = required_text("name", command.name, kMaxName);
    if (!name) return fail(std::move(name.error()));
    if (command.id && tx.teams().find(*command.id)) return exists();
    tx.orgs().insert_if_absent(tx.now_us());
    Team team{command.id ? *command.id : tx.next_id(IdKind::Team), std::move(*name), 1};
    tx.teams().save(team);
    return team;
}

Result<Team> run(Transaction& tx, const Actor& actor, const ChangeTeam& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    auto team = tx.teams().find(command.id);
    if (!team) return fail(ErrorCode::RoomNotFound);
    if (auto same = must_match(command.if_version, team->version); !same) return fail(std::move(same.error()));
    if (!command.name) return *team;
    auto name = required_text("name", *command.name, kMaxName);
    if (!name) return fail(std::move(name.error()));
    if (*name == team->name) return *team;
    team->name = std::move(*name);
    ++team->version;
    tx.teams().save(*team);
    return *team;
}

Result<Org> run(Transaction& tx, const Actor& actor, const CreateOrg& command) {
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    if (command.id && *command.id != tx.org()) return fail(Error{ErrorCode::Forbidden}.with("field", "id"));
    if (tx.orgs().find()) return exists();
    Org org = stored_org(tx);
    if (auto done = apply(command.fields, org); !done) return fail(std::move(done.error()));
    tx.orgs().save(org);
    tx.append(org_updated(org));
    return org;
}

Result<Org> run(Transaction& tx, const Actor& actor, const ChangeOrg& command) {
    if (command.id != tx.org()) return fail(ErrorCode::RoomNotFound);
    if (auto may = must_administer(actor); !may) return fail(std::move(may.error()));
    Org org = stored_org(tx);
    if (auto same = must_match(command.if_version, org.version); !same) return fail(std::move(same.error()));
    const Org before = org;
    if (auto done = apply(command.fields, org); !done) return fail(std::move(done.error()));
    if (org == before) return org;
    ++org.version;
    tx.orgs().save(org);
    tx.append(org_updated(org));
    return org;
}

}  // namespace desk::people
