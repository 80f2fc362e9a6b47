#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "desk/model/people.hpp"
#include "sio/base/string_map.hpp"

namespace desk::store {

/// What of the user records the writers have seen committed, so that a chat message costs no look-up of its author. Bounded.
/// Thread: any.
class KnownUsers {
public:
    explicit KnownUsers(std::size_t limit = 100'000) : limit_(limit) {}

    /// The stored person when `actor` brings nothing new.
    std::optional<UserRef> find(const Actor& actor) const;
    /// Somebody wrote something. Call after the commit only. Of two records of a user the greater version stays.
    void learn(const User& user);
    /// A record was written: who is known is known anew, nobody else takes a place. Call after the commit only.
    void renew(const User& user);
    void forget(std::string_view org, std::string_view user);
    /// What is known of the org holds as of `revision` (EventLog::people); known as of another one, it is forgotten first.
    void hold_as_of(std::string_view org, std::int64_t revision);
    /// The org's people were changed by what was just committed, and nobody else has written in between.
    void moved_to(std::string_view org, std::int64_t revision);

private:
    mutable std::mutex mutex_;
    std::size_t limit_;
    std::size_t size_ = 0;
    struct People {
        std::int64_t revision = 0;
        sio::StringMap<User> users;
    };
    sio::StringMap<People> orgs_;
};

/// A record that a transaction met, for those who know users after the commit.
struct MetUser {
    User user;
    bool wrote;  ///< as the author of something; else only the record itself was written
};

/// True when the claims of `actor` would change `stored`: a Claims record and a token as new or newer that says something else.
bool brings_news(const Actor& actor, const User& stored);

}  // namespace desk::store
