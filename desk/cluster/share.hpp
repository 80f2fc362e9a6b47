#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace desk::cluster {

/// How a share came to change. The values are those on the wire.
enum class Why : char {
    Told = 't',       ///< its server says so: somebody came, or went as a closed tab, a reload, a lost network do
    OnPurpose = 'p',  ///< its server says so: they left for good
    Inferred = 'i',   ///< nobody saw it: the server is gone, or this one was not there to hear it
};

/// A server's lease, as this process names it; no name is used twice. 0: this server's own, whatever its incarnation.
using LeaseId = std::uint32_t;
inline constexpr LeaseId kOwnLease = 0;

struct Share {
    LeaseId lease;
    std::string payload;  ///< never empty
    bool operator==(const Share&) const = default;
};
/// Of one key, by lease.
using Shares = std::vector<Share>;

/// Who wants to hear of the keys of one topic.
class RollListener {
public:
    virtual ~RollListener() = default;
    /// The shares of a key are others than before. `ours`: this server was the cause, or claimed what a dead one left: whatever has to be
    /// done once for all servers, it does.
    virtual void changed(std::string_view key, const Shares& shares, Why why, bool ours) = 0;
};

}  // namespace desk::cluster
