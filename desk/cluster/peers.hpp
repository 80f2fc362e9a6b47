#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "desk/cluster/bus.hpp"

namespace desk::cluster {

/// What the other servers are called, by the tag in their session ids. Each tells its own to whoever comes, and remembers those it met,
/// also when they are gone: their sessions are asked for after them.  Thread: any.
class Peers {
public:
    /// `bus` outlives it. Before the server starts.
    Peers(Bus& bus, std::string tag, std::string name);

    /// nullopt: none that this server has met.
    std::optional<std::string> name_of(std::string_view tag) const;

private:
    void hear(std::string_view payload);
    void tell(bool asking);

    Bus& bus_;
    const std::string tag_;
    const std::string name_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> names_;  // guarded by mutex_
};

}  // namespace desk::cluster
