#include "desk/people/requests.hpp"

#include "desk/model/fields.hpp"
#include "desk/people/checks.hpp"
#include "desk/people/publish.hpp"
#include "sio/base/clock.hpp"

namespace desk::people {

namespace {

/// Far below what event ids and doubles hold.
constexpr std::int64_t kMostCounted = 1'000'000'000'000;
/// The year 9999.
constexpr std::int64_t kEndOfTimeS = 253'402'300'799;

bool has(const Fields& fields, std::string_view name) {
    const auto value = fields.member(name);
    return value && !value.is_null();
}

std::optional<std::optional<std::string>> clearable(Fields& fields, std::string_view name) {
    if (!fields.member(name)) return std::nullopt;
    return fields.optional_text(name);
}

UserFields read_user_fields(Fields& fields) {
    UserFields user;
    user.name = fields.optional_text("name");
    if (has(fields, "role")) user.role = fields.one_of("role", Role::Customer);
    if (has(fields, "teamIds")) user.teams = fields.ids("teamIds", kMaxTeamsOfUser);
    if (has(fields, "active")) user.active = fields.flag("active");
    user.email = clearable(fields, "email");
    user.company = clearable(fields, "company");
    user.avatar_url = clearable(fields, "avatarUrl");
    user.locale = clearable(fields, "locale");
    user.timezone = clearable(fields, "timezone");
    return user;
}

OrgFields read_org_fields(Fields& fields) {
    OrgFields org;
    org.name = fields.optional_text("name");
    org.timezone = fields.optional_text("timezone");
    if (has(fields, "visibility")) org.visibility = fields.one_of("visibility", AgentScope::Org);
    if (has(fields, "shareCompanyTickets")) org.share_company_tickets = fields.flag("shareCompanyTickets");
    return org;
}

template <class Command>
Result<Command> checked(Fields& fields, Command command) {
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

/// A time as ISO 8601 or seconds; part of a second counts as none.
std::optional<std::int64_t> time_s(Fields& fields, std::string_view name) {
    if (!has(fields, name)) return std::nullopt;
    const auto value = fields.member(name);
    std::optional<std::int64_t> seconds;
    if (const auto number = value.number()) {
        if (*number >= 0 && *number <= static_cast<double>(kEndOfTimeS)) seconds = static_cast<std::int64_t>(*number);
    } else if (const auto text = value.string()) {
        if (const auto ms = sio::parse_iso8601(*text); ms && *ms >= 0) seconds = *ms / 1000;
    }
    if (!seconds) fields.wrong(name, "NOT_A_TIME");
    return seconds;
}

}  // namespace

Result<CreateUser> read_create_user(sio::json::Value body) {
    Fields fields(body);
    CreateUser command{fields.optional_id("id"), read_user_fields(fields)};
    return checked(fields, std::move(command));
}

Result<ChangeUser> read_change_user(sio::json::Value body) {
    Fields fields(body);
    ChangeUser command{{}, {}, read_user_fields(fields)};
    return checked(fields, std::move(command));
}

Result<PublishUser> read_published_user(sio::json::Value body) {
    Fields fields(body);
    PublishUser command{fields.id("id"), std::nullopt, read_user_fields(fields)};
    if (has(fields, "version")) {
        command.version = fields.member("version").integer();
        if (!command.version || *command.version < 1 || *command.version > kMostCounted) fields.wrong("version", "OUT_OF_RANGE");
    }
    return checked(fields, std::move(command));
}

Result<CreateTeam> read_create_team(sio::json::Value body) {
    Fields fields(body);
    CreateTeam command{fields.optional_id("id"), fields.text("name")};
    return checked(fields, std::move(command));
}

Result<ChangeTeam> read_change_team(sio::json::Value body) {
    Fields fields(body);
    ChangeTeam command{{}, {}, fields.optional_text("name")};
    return checked(fields, std::move(command));
}

Result<CreateOrg> read_create_org(sio::json::Value body) {
    Fields fields(body);
    CreateOrg command{fields.optional_id("id"), read_org_fields(fields)};
    return checked(fields, std::move(command));
}

Result<ChangeOrg> read_change_org(sio::json::Value body) {
    Fields fields(body);
    ChangeOrg command{{}, {}, read_org_fields(fields)};
    return checked(fields, std::move(command));
}

Result<RevokeTokens> read_revoke_tokens(sio::json::Value body) {
    Fields fields(body);
    RevokeTokens command{{}, fields.optional_text("jti"), time_s(fields, "issuedBefore"), time_s(fields, "expiresAt")};
    return checked(fields, std::move(command));
}

}  // namespace desk::people
