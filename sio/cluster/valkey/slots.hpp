#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/cluster/valkey/options.hpp"
#include "sio/cluster/valkey/value.hpp"

namespace sio::cluster {

constexpr std::size_t kSlots = 16'384;

/// The hash slot of a key: CRC-16 (XMODEM) of it, or of what stands between its first braces when that is not empty, mod 16384.
std::uint16_t slot_of(std::string_view key);
/// The first key of a command, after which a cluster routes it; nothing when any node will do.
std::optional<std::string_view> key_of(std::span<const std::string> words);

/// A node that says another one has the slot: "MOVED 3999 10.0.0.1:6381", "ASK 3999 ...". The host is empty when it is the speaker's.
struct Redirection {
    bool ask = false;
    std::uint16_t slot = 0;
    ValkeyAddress address;

    static std::optional<Redirection> parse(std::string_view error);
};

/// Which primary has which slot.
class SlotMap {
public:
    /// Takes an answer of `asked` to CLUSTER SLOTS in place of what was known. Errors: BadRequest; what was known stays.
    Result<void> load(const Value& answer, const ValkeyAddress& asked);
    void set(std::uint16_t slot, const ValkeyAddress& address);
    const ValkeyAddress* owner(std::uint16_t slot) const;
    /// Primaries that have slots, and those that were heard of by set().
    const std::vector<ValkeyAddress>& nodes() const { return nodes_; }
    bool known() const { return !owners_.empty(); }

private:
    static constexpr std::uint16_t kNobody = 0xffff;
    std::uint16_t index_of(const ValkeyAddress& address);

    std::vector<ValkeyAddress> nodes_;
    std::vector<std::uint16_t> owners_;  // places in nodes_
};

}  // namespace sio::cluster
