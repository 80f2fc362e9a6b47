#include "desk/people/events.hpp"

#include "desk/session/directory.hpp"

namespace desk::people {

namespace {

EventRow row_of(std::string name, SubjectKind kind, const std::string& subject) {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = kind;
    row.subject = subject;
    return row;
}

}  // namespace

EventRow user_updated(const User& user) {
    EventRow row = row_of("user:updated", SubjectKind::User, user.ref.id);
    row.audience.users = {user.ref.id};
    row.payload = to_json(user, View::Staff);
    return row;
}

EventRow org_updated(const Org& org) {
    EventRow row = row_of("org:updated", SubjectKind::Org, org.id);
    sio::json::Writer w(row.payload);
    write_json(w, org);
    row.customers = Customers::Nothing;
    return row;
}

EventRow session_revoked(const std::string& org, const std::string& user, const store::Revocation& revocation) {
    EventRow row = row_of("session:revoked", SubjectKind::Org, org);
    row.payload = to_json(revocation, user);
    row.customers = Customers::Nothing;
    return row;
}

}  // namespace desk::people
