#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::cluster {

/// The id of a stream's entry, "milliseconds-sequence".
struct StreamId {
    std::uint64_t time = 0;
    std::uint64_t sequence = 0;

    static std::optional<StreamId> parse(std::string_view text);
    std::string to_string() const { return std::to_string(time) + '-' + std::to_string(sequence); }
    auto operator<=>(const StreamId&) const = default;
};

}  // namespace sio::cluster
