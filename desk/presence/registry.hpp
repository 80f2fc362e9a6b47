#pragma once

#include <cstdint>
#include <string_view>

#include "desk/presence/person.hpp"

namespace desk::presence {

/// Which people have connections, over all servers. Each server says how many of its own each of its people has, under a lease that it
/// renews; of a server that does not, the share lapses, whoever sees it first (domain.md 3.3 "Crash"). Nobody is ever gone by what one
/// server alone knows. People are named `org:user`.
/// Thread: the home loop of the person's org; the listener is called there, within a call or later.
class Registry {
public:
    class Listener {
    public:
        /// The sum of all shares of a person has changed. `ours`: of all servers, this one writes down what comes of it.
        virtual void total(std::string_view person, Tally total, Cause cause, bool ours) = 0;

    protected:
        ~Listener() = default;
    };

    virtual ~Registry() = default;
    /// All of this server's connections of a person, after a change.
    virtual void report(std::string_view person, Tally mine, Cause cause) = 0;
    /// Now and then, thrice in the time that a lease lasts.
    virtual void tick(std::int64_t now_ms) = 0;
};

}  // namespace desk::presence
