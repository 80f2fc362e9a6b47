#include "sio/runtime/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace sio::runtime {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Result<Address> Address::parse(std::string_view text, std::uint16_t port) {
    const std::string literal(text.substr(0, text.find('\0')));
    if (literal.size() != text.size()) return fail(ErrorCode::BadRequest, "not an IP address: zero byte");
    Address result;
    result.port = port;
    if (inet_pton(AF_INET, literal.c_str(), result.ip.data() + kMappedPrefix.size()) == 1) {
        std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), result.ip.begin());
        return result;
    }
    if (inet_pton(AF_INET6, literal.c_str(), result.ip.data()) == 1) return result;
    return fail(ErrorCode::BadRequest, "not an IP address: " + literal);
}

Address Address::from(const sockaddr& source) {
    Address result;
    if (source.sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &source, sizeof v4);
        std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), result.ip.begin());
        std::memcpy(result.ip.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
        result.port = ntohs(v4.sin_port);
    } else if (source.sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &source, sizeof v6);
        std::memcpy(result.ip.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
        result.port = ntohs(v6.sin6_port);
    }
    return result;
}

bool Address::is_v4() const { return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin()); }

bool Address::is_loopback() const {
    if (is_v4()) return ip[12] == 127;
    return std::all_of(ip.begin(), ip.end() - 1, [](std::uint8_t byte) { return byte == 0; }) && ip.back() == 1;
}

std::string Address::to_string() const {
    if (ip == decltype(ip){}) return {};
    char text[INET6_ADDRSTRLEN];
    const char* const written = is_v4() ? inet_ntop(AF_INET, ip.data() + kMappedPrefix.size(), text, sizeof text)
                                        : inet_ntop(AF_INET6, ip.data(), text, sizeof text);
    return written != nullptr ? std::string(written) : std::string();
}

Address Address::network() const {
    Address result = *this;
    result.port = 0;
    if (!is_v4()) std::fill(result.ip.begin() + 8, result.ip.end(), std::uint8_t{0});
    return result;
}

}  // namespace sio::runtime
