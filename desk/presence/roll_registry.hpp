#pragma once

#include <string>
#include <string_view>

#include "desk/cluster/roll.hpp"
#include "desk/presence/registry.hpp"

namespace desk::presence {

/// As it stands in the roll: "connections" or "connections,away"; empty: none.
std::string to_share(Tally tally);
Tally sum_of(const cluster::Shares& shares);
cluster::Why to_why(Cause cause);
Cause to_cause(cluster::Why why);

/// Of a server among others: the people are keys of the roll, which tells whoever listens there. Reports take effect once the roll has
/// them.
class RollRegistry final : public Registry {
public:
    static constexpr std::string_view kTopic = "presence";
    explicit RollRegistry(cluster::Roll& roll) : roll_(roll) {}

    void report(std::string_view person, Tally mine, Cause cause) override { roll_.put(kTopic, person, to_share(mine), to_why(cause)); }
    void tick(std::int64_t) override {}

private:
    cluster::Roll& roll_;
};

}  // namespace desk::presence
