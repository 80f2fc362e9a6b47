#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::admin {

/// Session ids of the admin namespace: an end, random bytes, and a seal over both. Whoever has the same key knows them, so they outlive a
/// restart and serve in front of every server of a cluster, and nothing is kept. A new password ends them all.
/// Thread: any; immutable.
class SessionSeal {
public:
    SessionSeal(std::string_view username, std::string_view password_hash);

    std::string make(std::int64_t end_unix_ms) const;
    /// Whether it was made here, or where the key is the same, and has not ended. Any text may be asked about.
    bool valid(std::string_view session_id, std::int64_t now_unix_ms) const;

private:
    std::string key_;
};

}  // namespace sio::admin
