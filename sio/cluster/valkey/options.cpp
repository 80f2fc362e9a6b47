#include "sio/cluster/valkey/options.hpp"

#include <charconv>
#include <optional>

namespace sio::cluster {

namespace {

std::optional<unsigned> hex(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
    if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
    return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = hex(text[i + 1]);
        const auto low = hex(text[i + 2]);
        if (!high || !low) return std::nullopt;
        result += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return result;
}

/// Cuts `text` before `mark` off and returns it; the mark goes too. All of it when there is none.
std::string_view take_until(std::string_view& text, char mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// Details quote nothing that stands before the last '@': a misplaced password must not reach the log.
Result<ValkeyAddress> parse_address(std::string_view text, std::uint16_t default_port) {
    ValkeyAddress address;
    address.port = default_port;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        text.remove_prefix(1);
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return fail(ErrorCode::BadRequest, "Valkey URL: [ without ]");
        address.host = text.substr(0, end);
        text.remove_prefix(end + 1);
        has_port = text.starts_with(':');
        if (!text.empty() && !has_port) return fail(ErrorCode::BadRequest, "Valkey URL: after ] comes a port or nothing");
        port = text.substr(has_port ? 1 : 0);
    } else {
        has_port = text.find(':') != std::string_view::npos;
        address.host = take_until(text, ':');
        port = text;
    }
    if (address.host.empty()) return fail(ErrorCode::BadRequest, "Valkey URL: a host is missing");
    if (!has_port) return address;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc{} || end != port.data() + port.size() || address.port == 0) {
        return fail(ErrorCode::BadRequest, "Valkey URL: a port is a number from 1 to 65535");
    }
    return address;
}

Result<void> apply(ValkeyOptions& options, std::string_view name, std::string_view raw) {
    const auto value = percent_decoded(raw);
    if (!value || value->empty()) return fail(ErrorCode::BadRequest, "Valkey URL: a parameter has no usable value");
    if (name == "sentinel" && options.topology != ValkeyOptions::Topology::Cluster) {
        options.topology = ValkeyOptions::Topology::Sentinel;
        options.sentinel_name = *value;
    } else if (name == "cluster" && *value == "true" && options.topology != ValkeyOptions::Topology::Sentinel) {
        options.topology = ValkeyOptions::Topology::Cluster;
    } else if (name == "ca") {
        options.tls_ca_file = *value;
    } else {
        return fail(ErrorCode::BadRequest, "Valkey URL: parameters are sentinel=NAME or cluster=true, and ca=FILE");
    }
    return {};
}

}  // namespace

Result<ValkeyOptions> ValkeyOptions::parse(std::string_view url) {
    ValkeyOptions options;
    const std::size_t scheme_end = url.find("://");
    const std::string_view scheme = url.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end);
    options.tls = scheme == "rediss" || scheme == "valkeys";
    if (!options.tls && scheme != "redis" && scheme != "valkey") {
        return fail(ErrorCode::BadRequest, "Valkey URL: starts with redis:// or rediss://");
    }
    url.remove_prefix(scheme_end + 3);

    std::string_view place = take_until(url, '?');
    if (const std::size_t at = place.rfind('@'); at != std::string_view::npos) {
        std::string_view secret = place.substr(0, at);
        place.remove_prefix(at + 1);
        if (secret.find(':') == std::string_view::npos) return fail(ErrorCode::BadRequest, "Valkey URL: before @ stands user:password");
        const auto user = percent_decoded(take_until(secret, ':'));
        const auto password = percent_decoded(secret);
        if (!user || !password) return fail(ErrorCode::BadRequest, "Valkey URL: user and password are percent-encoded");
        options.user = *user;
        options.password = *password;
    }
    if (place.ends_with('/')) place.remove_suffix(1);
    if (place.find('/') != std::string_view::npos)
        return fail(ErrorCode::BadRequest, "Valkey URL: only database 0 is served, without a path");
    const std::uint16_t default_port = url.starts_with("sentinel=") || url.find("&sentinel=") != std::string_view::npos ? 26379 : 6379;
    do {
        auto address = parse_address(take_until(place, ','), default_port);
        if (!address) return std::unexpected(std::move(address.error()));
        options.addresses.push_back(std::move(*address));
    } while (!place.empty());
    while (!url.empty()) {
        std::string_view value = take_until(url, '&');
        const std::string_view name = take_until(value, '=');
        if (auto applied = apply(options, name, value); !applied) return std::unexpected(std::move(applied.error()));
    }
    return options;
}

}  // namespace sio::cluster
