#include "sio/http/tokens.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace sio::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::array<bool, 256> kTokenChars = [] {
    std::array<bool, 256> table{};
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
    for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c + ('a' - 'A')] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

/// A qvalue in thousandths; what is no qvalue counts as 0, so that a broken wish never makes a client get what it may not read.
int parse_quality(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() > 1 && text[1] != '.') return 0;
    int weight = 100;
    for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
        if (text[i] < '0' || text[i] > '9') return 0;
        value += (text[i] - '0') * weight;
    }
    return value > 1000 ? 0 : value;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        if (!is_token_char(c)) return false;
    }
    return true;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool next_element(std::string_view& list, std::string_view& element) {
    while (!list.empty()) {
        bool quoted = false;
        std::size_t end = 0;
        for (; end < list.size() && (quoted || list[end] != ','); ++end) {
            if (list[end] == '"') quoted = !quoted;
            if (quoted && list[end] == '\\' && end + 1 < list.size()) ++end;
        }
        element = trim(list.substr(0, end));
        list.remove_prefix(end < list.size() ? end + 1 : end);
        if (!element.empty()) return true;
    }
    return false;
}

bool has_token(std::string_view list, std::string_view token) {
    std::string_view element;
    while (next_element(list, element)) {
        if (equals_ignoring_case(element, token)) return true;
    }
    return false;
}

int coding_quality(std::string_view accept_encoding, std::string_view coding) {
    std::string_view element;
    std::optional<int> any;
    while (next_element(accept_encoding, element)) {
        const auto semicolon = element.find(';');
        const auto name = trim(element.substr(0, semicolon));
        int quality = 1000;
        if (semicolon != std::string_view::npos) {
            const auto weight = trim(element.substr(semicolon + 1));
            const bool is_weight = weight.size() >= 2 && lower(weight[0]) == 'q' && weight[1] == '=';
            quality = is_weight ? parse_quality(weight.substr(2)) : 0;
        }
        if (equals_ignoring_case(name, coding)) return quality;
        if (name == "*") any = quality;
    }
    return any.value_or(0);
}

}  // namespace sio::http
