#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/access.hpp"
#include "desk/model/people.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// The org a scope belongs to. Thread, errors: see Session.
class Orgs {
public:
    Orgs(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Org> find() const;
    /// Of an org nobody has set up: the defaults.
    AccessRules rules() const;
    /// Every org of the store; for the server's own work, never for an actor's.
    std::vector<std::string> all() const;
    /// The first of them.
    std::vector<std::string> first(std::int64_t limit) const;
    void insert_if_absent(std::int64_t now_us);
    void save(const Org& org);

private:
    sql::Session& session_;
    std::string_view org_;
};

/// The users of one org.
class Users {
public:
    Users(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<User> find(std::string_view id) const;
    std::optional<UserRef> find_ref(std::string_view id) const;
    /// By id, after `after`.
    std::vector<User> list(std::string_view after, std::int64_t limit) const;
    /// The same of users of that role; of active admins, agents and bots; of those with a record of their own.
    std::vector<User> list(Role role, std::string_view after, std::int64_t limit) const;
    std::vector<User> list_staff(std::string_view after, std::int64_t limit) const;
    std::vector<User> list_records(std::string_view after, std::int64_t limit) const;
    /// Ids of active staff: admins and agents.
    std::vector<User> staff() const;
    /// What the backend that keeps the user last called its version.
    std::optional<std::int64_t> published_version(std::string_view id) const;
    void set_published_version(std::string_view id, std::int64_t version);
    void save(const User& user);

private:
    sql::Session& session_;
    std::string_view org_;
};

/// The teams of one org.
class Teams {
public:
    Teams(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Team> find(std::string_view id) const;
    std::vector<Team> list() const;
    /// By id, after `after`.
    std::vector<Team> list(std::string_view after, std::int64_t limit) const;
    void insert_if_absent(std::string_view id);
    void save(const Team& team);

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store
