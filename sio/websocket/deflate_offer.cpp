#include "sio/websocket/deflate_offer.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "sio/http/tokens.hpp"

namespace sio::websocket {
namespace {

constexpr int kSmallestWindow = 8;
constexpr int kLargestWindow = 15;

struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;
};

struct Offer {
    bool acceptable = true;
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<int> server_max_window_bits;
    std::optional<int> client_max_window_bits;  // kLargestWindow when offered without a value
};

/// extension-param = token [ "=" ( token | quoted-string ) ], where the quoted content must be a token too.
std::optional<Parameter> parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    Parameter parameter{http::trim(text.substr(0, equals)), std::nullopt};
    if (!http::is_token(parameter.name)) return std::nullopt;
    if (equals == std::string_view::npos) return parameter;
    auto value = http::trim(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (!http::is_token(value)) return std::nullopt;
    parameter.value = value;
    return parameter;
}

std::optional<int> parse_window(std::string_view text) {
    if (text.empty() || text.size() > 2 || text.front() == '0') return std::nullopt;
    int bits = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        bits = bits * 10 + (c - '0');
    }
    if (bits < kSmallestWindow || bits > kLargestWindow) return std::nullopt;
    return bits;
}

/// False: this parameter makes the offer one to decline.
bool take(Offer& offer, const Parameter& parameter) {
    if (parameter.name == "server_no_context_takeover") {
        return !parameter.value && !std::exchange(offer.server_no_context_takeover, true);
    }
    if (parameter.name == "client_no_context_takeover") {
        return !parameter.value && !std::exchange(offer.client_no_context_takeover, true);
    }
    if (parameter.name == "server_max_window_bits") {
        if (offer.server_max_window_bits || !parameter.value) return false;
        offer.server_max_window_bits = parse_window(*parameter.value);
        return offer.server_max_window_bits.has_value() && *offer.server_max_window_bits > kSmallestWindow;
    }
    if (parameter.name == "client_max_window_bits") {
        if (offer.client_max_window_bits) return false;
        offer.client_max_window_bits = parameter.value ? parse_window(*parameter.value) : kLargestWindow;
        return offer.client_max_window_bits.has_value();
    }
    return false;
}

/// One element of the header. Nothing: breaks the grammar.
std::optional<Offer> parse_offer(std::string_view text) {
    Offer offer;
    bool first = true;
    for (;;) {
        const auto semicolon = text.find(';');
        const auto part = http::trim(text.substr(0, semicolon));
        if (first) {
            if (!http::is_token(part)) return std::nullopt;
            offer.acceptable = part == "permessage-deflate";
            first = false;
        } else {
            const auto parameter = parse_parameter(part);
            if (!parameter) return std::nullopt;
            offer.acceptable = offer.acceptable && take(offer, *parameter);
        }
        if (semicolon == std::string_view::npos) return offer;
        text.remove_prefix(semicolon + 1);
    }
}

NegotiatedDeflate agree(const Offer& offer, const DeflateOptions& options) {
    NegotiatedDeflate agreed;
    agreed.enabled = true;
    agreed.response = "permessage-deflate";
    agreed.server_no_context_takeover = offer.server_no_context_takeover || options.server_no_context_takeover;
    if (agreed.server_no_context_takeover) agreed.response += "; server_no_context_takeover";
    agreed.client_no_context_takeover = offer.client_no_context_takeover || options.client_no_context_takeover;
    if (agreed.client_no_context_takeover) agreed.response += "; client_no_context_takeover";

    const int server_limit = std::clamp(options.server_max_window_bits, kSmallestWindow + 1, kLargestWindow);
    agreed.server_max_window_bits = std::min(offer.server_max_window_bits.value_or(kLargestWindow), server_limit);
    if (offer.server_max_window_bits || agreed.server_max_window_bits < kLargestWindow) {
        agreed.response += "; server_max_window_bits=" + std::to_string(agreed.server_max_window_bits);
    }
    // A client that did not offer the parameter would not understand it: its window stays whole.
    if (offer.client_max_window_bits) {
        const int client_limit = std::clamp(options.client_max_window_bits, kSmallestWindow, kLargestWindow);
        agreed.client_max_window_bits = std::min(*offer.client_max_window_bits, client_limit);
        if (agreed.client_max_window_bits < kLargestWindow) {
            agreed.response += "; client_max_window_bits=" + std::to_string(agreed.client_max_window_bits);
        }
    }
    return agreed;
}

}  // namespace

Result<NegotiatedDeflate> negotiate_deflate(const http::Request& request, const DeflateOptions& options) {
    NegotiatedDeflate agreed;
    if (!options.enabled) return agreed;
    for (const auto& [name, value] : request.headers) {
        if (!http::equals_ignoring_case(name, "Sec-WebSocket-Extensions")) continue;
        std::string_view list = value;
        std::string_view element;
        while (http::next_element(list, element)) {
            const auto offer = parse_offer(element);
            if (!offer) return fail(ErrorCode::BadRequest, "malformed Sec-WebSocket-Extensions");
            if (offer->acceptable && !agreed.enabled) agreed = agree(*offer, options);
        }
    }
    return agreed;
}

}  // namespace sio::websocket
