#include "desk/rest/key_ring.hpp"

#include <algorithm>

#include "desk/auth/api_key.hpp"

namespace desk::rest {

namespace {

KeyRef known(const store::ApiKey& key) {
    auto made = std::make_shared<KnownKey>();
    made->id = key.id;
    for (const auto& name : key.scopes) {
        if (const auto scope = from_string<KeyScope>(name)) made->scopes.push_back(*scope);
    }
    for (const auto& org : key.orgs) {
        auto identity = std::make_shared<Identity>();
        identity->actor.org = org;
        identity->actor.user = key.id;
        identity->actor.name = key.name;
        identity->actor.role = Role::Bot;
        identity->actor.admin_key = made->may(KeyScope::Admin);
        made->orgs.push_back(std::move(identity));
    }
    return made;
}

}  // namespace

bool KnownKey::may(KeyScope scope) const {
    const auto has = [this](KeyScope one) { return std::ranges::find(scopes, one) != scopes.end(); };
    return has(scope) || (scope == KeyScope::Read && has(KeyScope::Admin));
}

IdentityRef KnownKey::in(std::string_view org) const {
    const auto found = std::ranges::find(orgs, org, [](const IdentityRef& one) -> std::string_view { return one->actor.org; });
    return found == orgs.end() ? nullptr : *found;
}

KeyRef KeyRing::find(std::string_view key) const {
    // By the hash: how long the look-up takes tells nothing of the key.
    const std::string hash = auth::api_key_hash(key);
    const std::scoped_lock lock(mutex_);
    const auto found = by_hash_.find(hash);
    return found == by_hash_.end() ? nullptr : found->second;
}

void KeyRing::load(const std::vector<store::ApiKey>& keys, std::int64_t revision) {
    std::unordered_map<std::string, KeyRef> all;
    for (const auto& key : keys) all.emplace(key.hash, known(key));
    const std::scoped_lock lock(mutex_);
    // Read before a change that is in already: it would bring back what was revoked.
    if (revision < newest_) return;
    by_hash_ = std::move(all);
    loaded_ = newest_ = revision;
}

void KeyRing::put(const store::ApiKey& key, std::int64_t revision) {
    auto made = known(key);
    const std::scoped_lock lock(mutex_);
    by_hash_[key.hash] = std::move(made);
    changed(revision);
}

void KeyRing::remove(std::string_view id, std::int64_t revision) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(by_hash_, [id](const auto& item) { return item.second->id == id; });
    changed(revision);
}

bool KeyRing::knows(std::int64_t revision) const {
    const std::scoped_lock lock(mutex_);
    return loaded_ == revision;
}

void KeyRing::changed(std::int64_t revision) {
    if (revision == loaded_ + 1) loaded_ = revision;
    newest_ = std::max(newest_, revision);
}

}  // namespace desk::rest
