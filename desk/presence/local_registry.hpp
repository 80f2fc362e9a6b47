#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "desk/presence/registry.hpp"

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
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    Listener& listener_;
    std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> expected_;
};

}  // namespace desk::presence
