#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "desk/presence/registry.hpp"
#include "sio/base/string_map.hpp"

namespace desk::presence {

/// Of a server that shares its people with none: what it reports is all there is, besides those who were with the process before it.
/// It has no lease to lose.
class LocalRegistry final : public Registry {
public:
    explicit LocalRegistry(Listener& listener) : listener_(listener) {}

    /// Somebody who was with the process before: counts as one connection until they are reported, or until `tick(until_ms)`.
    void expect(std::string_view person, std::int64_t until_ms);
    bool expects_any() const { return !expected_.empty(); }

    void report(std::string_view person, Tally mine, Cause cause) override;
    void tick(std::int64_t now_ms) override;

private:
    Listener& listener_;
    sio::StringMap<std::int64_t> expected_;
};

}  // namespace desk::presence
