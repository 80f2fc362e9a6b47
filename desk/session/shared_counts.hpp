#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "desk/cluster/roll.hpp"
#include "desk/session/counts.hpp"

namespace desk {

/// The connections of a user over all servers, by the roll: each server has a share in the users that have several connections on it, and
/// knows what the others have before anybody asks. With a limit of `limit`, who has fewer than an eighth of it on a server is not told of,
/// so that of most users nothing is: the limit is exact below 16, and above may be exceeded by as much on each other server. Thread: any,
/// unless said otherwise.
class SharedUserCounts final : public UserCounts::Others, private cluster::RollListener {
public:
    static constexpr std::string_view kTopic = "connections";

    /// Before the roll begins and the first place is taken; both outlive it.
    SharedUserCounts(UserCounts& counts, cluster::Roll& roll, std::uint32_t limit);

    /// This server's people are about to come back elsewhere, where they do not count twice. Waits for the roll's loop, a second at most.
    /// Thread: none of a loop.
    void stop();

private:
    void tell(const std::string& user, std::uint32_t here) override;
    bool heard() const override { return roll_.in_touch(); }
    void changed(std::string_view key, const cluster::Shares& shares, cluster::Why why, bool ours) override;

    UserCounts& counts_;
    cluster::Roll& roll_;
};

}  // namespace desk
