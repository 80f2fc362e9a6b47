#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sio/runtime/address.hpp"

namespace desk::app {

/// The addresses that share a prefix: `10.0.0.0/8`, `fd00::/8`, or one address.
class AddressRange {
public:
    static std::optional<AddressRange> parse(std::string_view text);
    bool contains(const sio::runtime::Address& address) const;

private:
    sio::runtime::Address base_;
    unsigned bits_ = 128;
};

/// The proxies whose X-Forwarded-For is believed.  Thread: any; immutable.
class TrustedProxies {
public:
    TrustedProxies() = default;
    explicit TrustedProxies(std::vector<AddressRange> ranges) : ranges_(std::move(ranges)) {}

    bool empty() const { return ranges_.empty(); }
    bool trusts(const sio::runtime::Address& address) const;

    /// The client behind our proxies: walking X-Forwarded-For from its right end, the first address that is not one of ours, or the last
    /// before one that is no address. The peer itself when it is not ours or the header is empty.
    sio::runtime::Address client(const sio::runtime::Address& peer, std::string_view forwarded_for) const;

private:
    std::vector<AddressRange> ranges_;
};

}  // namespace desk::app
