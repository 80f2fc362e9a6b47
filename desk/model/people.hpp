#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/enums.hpp"
#include "sio/base/json_writer.hpp"

namespace desk {

/// Which projection of a record a reader gets (domain.md 3.1). Customers never see internal messages, `previous`, `sla`, e-mails.
enum class View : std::uint8_t { Staff, Customer };

constexpr View view_of(Role role) { return is_staff(role) ? View::Staff : View::Customer; }

/// A person as others see them.
struct UserRef {
    std::string id;
    std::string name;
    std::optional<std::string> avatar_url;
    Role role = Role::Customer;

    bool operator==(const UserRef&) const = default;
};
void write_json(sio::json::Writer& w, const UserRef& user);

/// Where a user record comes from: `Record` (REST, import) beats what tokens say; `Claims` follows the newest token.
enum class UserSource : std::uint8_t { Claims, Record };
template <>
struct Names<UserSource> {
    static constexpr std::array<std::string_view, 2> kAll{"claims", "record"};
};

struct User {
    UserRef ref;
    std::string org;
    std::optional<std::string> email;
    std::optional<std::string> company;
    std::vector<std::string> teams;
    bool active = true;
    std::optional<std::string> locale;
    std::optional<std::string> timezone;
    UserSource source = UserSource::Claims;
    std::int64_t claims_iat = 0;  ///< of the token a Claims record was made from, seconds
    std::int64_t version = 1;
    std::int64_t updated_at_us = 0;

    bool operator==(const User&) const = default;
};
/// `View::Customer` leaves the e-mail out; a user sees their own record as staff do.
std::string to_json(const User& user, View view);

struct Team {
    std::string id;
    std::string name;
    std::int64_t version = 1;
};
void write_json(sio::json::Writer& w, const Team& team);

struct Org {
    std::string id;
    std::string name;
    std::string timezone = "UTC";
    AgentScope visibility = AgentScope::Org;
    bool share_company_tickets = false;
    std::int64_t version = 1;

    bool operator==(const Org&) const = default;
};
void write_json(sio::json::Writer& w, const Org& org);

/// Who asks: the verified token with the user record laid over it, or the server itself. Everything but `company` comes from the token
/// when the store has no record.
struct Actor {
    std::string org;
    std::string user;
    std::string name;
    std::optional<std::string> avatar_url;
    Role role = Role::Customer;
    std::uint32_t token_tag = 0;  ///< tells the tokens of one user apart by their `jti`; 0 without one
    std::vector<std::string> teams;
    std::optional<std::string> company;
    std::int64_t iat = 0;    ///< of the token, seconds; 0 when it names none
    bool admin_key = false;  ///< a bot whose API key has the scope `admin`

    /// May manage people, keys and the org itself.
    bool administers() const { return role == Role::Admin || role == Role::System || admin_key; }
    UserRef ref() const { return {user, name, avatar_url, role}; }
    View view() const { return view_of(role); }
};

/// The server acting in `org` by a rule of its own.
Actor system_actor(std::string org);

}  // namespace desk
