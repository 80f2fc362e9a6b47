#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace desk::cluster {

/// Messages from one server to all others: quick, in the order one server told them on a channel, and lost when Valkey is away; whoever
/// needs more looks at the log, or tells all anew when a gap is over.  Thread: any, unless said otherwise.
class Bus {
public:
    struct Hearer {
        /// What another server told, by its name; never an own message. The views end with the call.
        std::function<void(std::string_view server, std::string_view payload)> message;
        /// What was told while the connection was away is lost; it is back. Also at the first connection.
        std::function<void()> gap;
    };

    virtual ~Bus() = default;
    /// This process's own name, new at each start: `[A-Za-z0-9_-]{1,32}`.
    virtual std::string_view server() const = 0;
    /// Before the server starts. Hearers run on one loop, and must not block.
    virtual void hear(std::string channel, Hearer hearer) = 0;
    virtual void tell(std::string_view channel, std::string payload) = 0;
};

/// Of a server that is alone.
class LocalBus final : public Bus {
public:
    std::string_view server() const override { return "local"; }
    void hear(std::string, Hearer) override {}
    void tell(std::string_view, std::string) override {}
};

}  // namespace desk::cluster
