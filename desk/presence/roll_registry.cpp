#include "desk/presence/roll_registry.hpp"

#include <charconv>

namespace desk::presence {

std::string to_share(Tally tally) {
    if (tally.connections == 0) return {};
    std::string text = std::to_string(tally.connections);
    if (tally.away > 0) text.append(1, ',').append(std::to_string(tally.away));
    return text;
}

Tally sum_of(const cluster::Shares& shares) {
    Tally sum;
    for (const auto& [lease, text] : shares) {
        Tally each;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, each.connections);
        if (rest != end && *rest == ',') std::from_chars(rest + 1, end, each.away);
        sum += each;
    }
    return sum;
}

cluster::Why to_why(Cause cause) {
    switch (cause) {
        case Cause::Reported: return cluster::Why::Told;
        case Cause::OnPurpose: return cluster::Why::OnPurpose;
        case Cause::Inferred: break;
    }
    return cluster::Why::Inferred;
}

Cause to_cause(cluster::Why why) {
    switch (why) {
        case cluster::Why::Told: return Cause::Reported;
        case cluster::Why::OnPurpose: return Cause::OnPurpose;
        case cluster::Why::Inferred: break;
    }
    return Cause::Inferred;
}

}  // namespace desk::presence
