#include "desk/store/known_users.hpp"

namespace desk::store {

bool brings_news(const Actor& actor, const User& stored) {
    if (stored.source == UserSource::Record || actor.iat < stored.claims_iat) return false;
    return actor.iat > stored.claims_iat || stored.ref != actor.ref() || stored.teams != actor.teams;
}

std::optional<UserRef> KnownUsers::find(const Actor& actor) const {
    const std::scoped_lock lock(mutex_);
    const auto org = orgs_.find(std::string_view(actor.org));
    if (org == orgs_.end()) return std::nullopt;
    const auto user = org->second.find(std::string_view(actor.user));
    if (user == org->second.end() || brings_news(actor, user->second)) return std::nullopt;
    return user->second.ref;
}

void KnownUsers::learn(const User& user) {
    const std::scoped_lock lock(mutex_);
    // Rare enough that starting anew is kinder than keeping an order of use for each message.
    if (size_ >= limit_) {
        orgs_.clear();
        size_ = 0;
    }
    auto& users = orgs_[user.org];
    const auto [at, fresh] = users.try_emplace(user.ref.id, user);
    if (fresh) ++size_;
    if (!fresh && user.version > at->second.version) at->second = user;
}

void KnownUsers::renew(const User& user) {
    const std::scoped_lock lock(mutex_);
    const auto users = orgs_.find(user.org);
    if (users == orgs_.end()) return;
    const auto at = users->second.find(user.ref.id);
    if (at != users->second.end() && user.version > at->second.version) at->second = user;
}

void KnownUsers::forget(std::string_view org, std::string_view user) {
    const std::scoped_lock lock(mutex_);
    const auto users = orgs_.find(org);
    if (users == orgs_.end()) return;
    const auto at = users->second.find(user);
    if (at == users->second.end()) return;
    users->second.erase(at);
    --size_;
}

}  // namespace desk::store
