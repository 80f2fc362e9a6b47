#include "desk/store/transaction.hpp"

namespace desk::store {

void Transaction::raise(const DomainEvent& event) {
    for (const Reaction& reaction : shared_.reactions) reaction(*this, event);
}

UserRef Transaction::ensure(const Actor& actor) {
    if (auto known = shared_.known.find(actor)) return std::move(*known);
    const auto stored = users().find(actor.user);
    if (stored && !brings_news(actor, *stored)) {
        shared_.learned.push_back(*stored);
        return stored->ref;
    }
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
    return user.ref;
}

void Transaction::save_user(const User& user) {
    users().save(user);
    shared_.learned.push_back(user);
}

}  // namespace desk::store
