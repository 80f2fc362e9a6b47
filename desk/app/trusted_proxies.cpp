#include "desk/app/trusted_proxies.hpp"

#include <algorithm>

#include "sio/base/bytes.hpp"

namespace desk::app {

using sio::runtime::Address;

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    AddressRange range;
    range.base_ = *address;
    if (slash == std::string_view::npos) return range;
    // Address holds IPv4 behind 96 bits of prefix.
    const unsigned offset = text.find(':') == std::string_view::npos ? 96 : 0;
    const auto bits = sio::parse_decimal(text.substr(slash + 1));
    if (!bits || *bits > 128 - offset) return std::nullopt;
    range.bits_ = static_cast<unsigned>(*bits) + offset;
    return range;
}

bool AddressRange::contains(const Address& address) const {
    const std::size_t whole = bits_ / 8;
    if (!std::equal(base_.ip.begin(), base_.ip.begin() + static_cast<std::ptrdiff_t>(whole), address.ip.begin())) return false;
    const unsigned rest = bits_ % 8;
    return rest == 0 || ((base_.ip[whole] ^ address.ip[whole]) >> (8 - rest)) == 0;
}

bool TrustedProxies::trusts(const Address& address) const {
    return std::ranges::any_of(ranges_, [&](const AddressRange& range) { return range.contains(address); });
}

Address TrustedProxies::client(const Address& peer, std::string_view forwarded_for) const {
    Address client = peer;
    while (trusts(client) && !forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const bool last = comma == std::string_view::npos;
        const auto hop = Address::parse(sio::trim(last ? forwarded_for : forwarded_for.substr(comma + 1)));
        if (!hop) break;
        client = *hop;
        forwarded_for = last ? std::string_view() : forwarded_for.substr(0, comma);
    }
    return client;
}

}  // namespace desk::app
