#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

struct sockaddr;

namespace sio::runtime {

/// An IP address and a port as a value: IPv4 is held as ::ffff:a.b.c.d. All zero: unknown.
/// Thread: any.
struct Address {
    std::array<std::uint8_t, 16> ip{};
    std::uint16_t port = 0;

    /// `text` is an address literal, IPv4 or IPv6, without brackets. Errors: BadRequest.
    static Result<Address> parse(std::string_view text, std::uint16_t port = 0);
    /// Of AF_INET or AF_INET6; unknown for any other family.
    static Address from(const sockaddr& source);

    bool is_v4() const;
    /// 127.0.0.0/8 and ::1.
    bool is_loopback() const;
    /// The address without the port; IPv4 in dotted form. Empty when unknown.
    std::string to_string() const;
    /// What one household or host can hold: the whole of an IPv4 address, the first 64 bits of an IPv6 one. The port is zero.
    Address network() const;

    auto operator<=>(const Address&) const = default;
};

}  // namespace sio::runtime
