#include "desk/store/known_users.hpp"

#include <utility>

namespace desk::store {

bool brings_news(const Actor& actor, const User& stored) {
    if (stored.source == UserSource::Record || actor.iat < stored.claims_iat) return false;
    return actor.iat > stored.claims_iat || stored.ref != actor.ref() || stored.teams != actor.teams;
}

std::optional<UserRef> KnownUsers::find(const Actor& actor) const {
    const std::scoped_lock lock(mutex_);
    const auto org = orgs_.find(std::string_view(actor.org));
    if (org == orgs_.end()) return std::nullopt;
    const auto& people = org->second.users;
    const auto user = people.find(std::string_view(actor.user));
    if (user == people.end() || brings_news(actor, user->second)) return std::nullopt;
    return user->second.ref;
}

void KnownUsers::learn(const User& user) {
    const std::scoped_lock lock(mutex_);
    // Rare enough that starting anew is kinder than keeping an order of use for each message.
    if (size_ >= limit_) {
        for (auto& [org, people] : orgs_) people.users.clear();
        size_ = 0;
    }
    auto& users = orgs_[user.org].users;
    const auto [at, fresh] = users.try_emplace(user.ref.id, user);
    if (fresh) ++size_;
    if (!fresh && user.version > at->second.version) at->second = user;
}

void KnownUsers::renew(const User& user) {
    const std::scoped_lock lock(mutex_);
    const auto org = orgs_.find(user.org);
    if (org == orgs_.end()) return;
    auto& users = org->second.users;
    const auto at = users.find(user.ref.id);
    if (at != users.end() && user.version > at->second.version) at->second = user;
}

void KnownUsers::forget(std::string_view org, std::string_view user) {
    const std::scoped_lock lock(mutex_);
    const auto found = orgs_.find(org);
    if (found == orgs_.end()) return;
    auto& users = found->second.users;
    const auto at = users.find(user);
    if (at == users.end()) return;
    users.erase(at);
    --size_;
}

void KnownUsers::hold_as_of(std::string_view org, std::int64_t revision) {
    const std::scoped_lock lock(mutex_);
    auto found = orgs_.find(org);
    if (found == orgs_.end() && orgs_.size() >= limit_) {
        orgs_.clear();
        size_ = 0;
    }
    if (found == orgs_.end()) found = orgs_.try_emplace(std::string(org)).first;
    People& people = found->second;
    if (std::exchange(people.revision, revision) == revision) return;
    size_ -= people.users.size();
    people.users.clear();
}

void KnownUsers::moved_to(std::string_view org, std::int64_t revision) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = orgs_.find(org); found != orgs_.end()) found->second.revision = revision;
}

}  // namespace desk::store
