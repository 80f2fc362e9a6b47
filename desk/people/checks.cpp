#include "desk/people/checks.hpp"

#include <algorithm>

#include "desk/model/text.hpp"

namespace desk::people {

namespace {

constexpr std::size_t kMaxEmail = 320;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxLocale = 35;    // RFC 5646 section 4.4.1
constexpr std::size_t kMaxTimezone = 64;  // the longest of the tz database has 32

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_made_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [&](char c) { return is_word(c) || others.contains(c); });
}

/// One @ with something on both sides, no white space: what mail servers take beyond that is theirs to say.
bool is_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

/// Shown by browsers: nothing but a picture's address may stand there.
bool is_url(std::string_view text) {
    return (text.starts_with("https://") || text.starts_with("http://") || (text.starts_with("/") && !text.starts_with("//"))) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>'; });
}

/// A name of the tz database: `UTC`, `Europe/Berlin`.
bool is_timezone(std::string_view text) {
    return is_made_of(text, "_+-/") && is_word(text.front()) && is_word(text.back()) && !text.contains("//");
}

bool is_locale(std::string_view text) { return is_made_of(text, "-_") && is_word(text.front()) && is_word(text.back()); }

/// Sets a field that may be cleared.
template <class Is>
Result<void> set(std::string_view name, const std::optional<std::optional<std::string>>& wanted, std::size_t limit, Is is,
                 std::optional<std::string>& field) {
    if (!wanted) return {};
    if (!*wanted) {
        field.reset();
        return {};
    }
    auto text = required_text(name, **wanted, limit);
    if (!text) return fail(std::move(text.error()));
    if (!is(*text)) return invalid(name, "MALFORMED");
    field = std::move(*text);
    return {};
}

}  // namespace

Result<void> apply(const store::Snapshot& snapshot, const UserFields& fields, User& user) {
    if (fields.name) {
        auto name = required_text("name", *fields.name, kMaxName);
        if (!name) return fail(std::move(name.error()));
        user.ref.name = std::move(*name);
    }
    if (fields.role) {
        if (*fields.role == Role::System) return invalid("role", "UNKNOWN_VALUE");
        user.ref.role = *fields.role;
    }
    if (fields.teams) {
        std::vector<std::string> teams;
        for (const std::string& id : *fields.teams) {
            if (!snapshot.teams().find(id)) return invalid("teamIds", "UNKNOWN_TEAM");
            if (std::ranges::find(teams, id) == teams.end()) teams.push_back(id);
        }
        user.teams = std::move(teams);
    }
    if (fields.active) user.active = *fields.active;
    const auto anything = [](std::string_view) { return true; };
    if (auto done = set("email", fields.email, kMaxEmail, is_email, user.email); !done) return done;
    if (auto done = set("company", fields.company, kMaxName, anything, user.company); !done) return done;
    if (auto done = set("avatarUrl", fields.avatar_url, kMaxUrl, is_url, user.ref.avatar_url); !done) return done;
    if (auto done = set("locale", fields.locale, kMaxLocale, is_locale, user.locale); !done) return done;
    return set("timezone", fields.timezone, kMaxTimezone, is_timezone, user.timezone);
}

Result<void> apply(const OrgFields& fields, Org& org) {
    if (fields.name) {
        auto name = required_text("name", *fields.name, kMaxName);
        if (!name) return fail(std::move(name.error()));
        org.name = std::move(*name);
    }
    std::optional<std::string> timezone = org.timezone;
    std::optional<std::optional<std::string>> wanted;
    if (fields.timezone) wanted.emplace(fields.timezone);
    if (auto done = set("timezone", wanted, kMaxTimezone, is_timezone, timezone); !done) return done;
    org.timezone = std::move(*timezone);
    if (fields.visibility) org.visibility = *fields.visibility;
    if (fields.share_company_tickets) org.share_company_tickets = *fields.share_company_tickets;
    return {};
}

}  // namespace desk::people
