#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/session/identity.hpp"
#include "desk/store/doors.hpp"

namespace desk::rest {

/// An API key as requests need it. Immutable.
struct KnownKey {
    std::string id;
    std::vector<KeyScope> scopes;
    std::vector<IdentityRef> orgs;  ///< it is a bot in each of them

    /// `admin` may read too.
    bool may(KeyScope scope) const;
    /// Null when it is not bound to the org.
    IdentityRef in(std::string_view org) const;
};
using KeyRef = std::shared_ptr<const KnownKey>;

/// All API keys by their hashes, so that no request waits for the store. The store bounds how many there are. Kept by whoever changes
/// keys, and compared with the store's revision for what other programs change.  Thread: any.
class KeyRing {
public:
    /// Null: no such key.
    KeyRef find(std::string_view key) const;

    /// All keys as they were at `revision`; older than what is known changes nothing.
    void load(const std::vector<store::ApiKey>& keys, std::int64_t revision);
    /// One key that was made, or bound to other orgs, by the change that led to `revision`.
    void put(const store::ApiKey& key, std::int64_t revision);
    void remove(std::string_view id, std::int64_t revision);
    bool knows(std::int64_t revision) const;

private:
    void changed(std::int64_t revision);

    mutable std::mutex mutex_;
    std::unordered_map<std::string, KeyRef> by_hash_;
    std::int64_t loaded_ = -1;  // every change up to this one is in
    std::int64_t newest_ = -1;  // and this single one
};

}  // namespace desk::rest
