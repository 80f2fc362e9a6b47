#pragma once

#include <string>

#include "desk/model/event.hpp"
#include "desk/model/people.hpp"
#include "desk/store/doors.hpp"

/// The rows of the log about people (domain.md 3.1, 3.8).
namespace desk::people {

/// To the user's own sockets in `/`; the whole record, from which every server's directory learns.
EventRow user_updated(const User& user);
/// For the servers, not for people: nobody is sent these.
EventRow org_updated(const Org& org);
EventRow session_revoked(const std::string& org, const std::string& user, const store::Revocation& revocation);

}  // namespace desk::people
