#include "desk/store/transaction.hpp"

namespace desk::store {

Transaction::Mark Transaction::begin_part() {
    bool saved = false;
    if (!session().failed()) {
        auto begun = session().connection().savepoint();
        saved = begun.has_value();
        if (!saved) session().fail(std::move(begun.error()));
    }
    return {log_.mark(), shared_.met.size(), saved};
}

std::optional<Error> Transaction::end_part(const Mark& mark, bool keep) {
    sql::Connection& connection = session().connection();
    std::optional<Error> failed;
    if (session().failed()) {
        failed = sql::to_error(*session().failure());
        // The whole transaction is lost; who runs it will see.
        if (!mark.saved || !sql::concerns_statement_only(*session().failure(), connection)) return failed;
        session().clear_failure();
        keep = false;
    }
    if (!keep) {
        log_.rewind(mark.log);
        shared_.met.erase(shared_.met.begin() + static_cast<std::ptrdiff_t>(mark.met), shared_.met.end());
    }
    if (auto closed = keep ? connection.release() : connection.rollback_to(); !closed) session().fail(std::move(closed.error()));
    return failed;
}

void Transaction::raise(const DomainEvent& event) {
    for (const Reaction& reaction : shared_.reactions) reaction(*this, event);
}

void Transaction::complete(const Ticket* before, Ticket& after) {
    for (const TicketRule& rule : shared_.ticket_rules) rule(*this, before, after);
}

UserRef Transaction::ensure(const Actor& actor) {
    if (auto known = shared_.known.find(actor)) return std::move(*known);
    User user = note(actor);
    UserRef ref = user.ref;
    shared_.met.push_back({std::move(user), true});
    return ref;
}

User Transaction::note(const Actor& actor) {
    auto stored = users().find(actor.user);
    if (stored && !brings_news(actor, *stored)) return std::move(*stored);
    orgs().insert_if_absent(now_us());
    for (const std::string& team : actor.teams) teams().insert_if_absent(team);
    User user;
    if (stored) user = *stored;
    user.org = org();
    user.ref = actor.ref();
    user.teams = actor.teams;
    user.claims_iat = actor.iat;
    if (actor.company) user.company = actor.company;
    user.version = stored ? stored->version + 1 : 1;
    user.updated_at_us = now_us();
    save_user(user);
    return user;
}

UserRef Transaction::mirror(const UserRef& person) {
    auto stored = users().find(person.id);
    const bool better = stored && (stored->source == UserSource::Record || stored->claims_iat > 0);
    if (stored && (better || stored->ref == person)) return std::move(stored->ref);
    orgs().insert_if_absent(now_us());
    User user;
    if (stored) user = std::move(*stored);
    user.org = org();
    user.version = user.ref.id.empty() ? 1 : user.version + 1;
    user.ref = person;
    user.updated_at_us = now_us();
    save_user(user);
    return user.ref;
}

void Transaction::save_user(const User& user) {
    users().save(user);
    // Who is new is remembered by nobody.
    if (user.version > 1) log_.people_changed();
    shared_.met.push_back({user, false});
}

}  // namespace desk::store
