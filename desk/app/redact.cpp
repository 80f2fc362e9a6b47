#include "desk/app/redact.hpp"

#include <algorithm>

#include "sio/base/bytes.hpp"

namespace desk::app {
namespace {

constexpr std::size_t kShortestSecret = 8;
constexpr std::string_view kTokenStart = "eyJ";  // base64url of `{"`
constexpr std::string_view kKeyStart = "idk_";   // of API keys
constexpr std::string_view kBearer = "bearer ";

bool in_token(char c) { return sio::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.'; }

std::size_t run_of_token(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, in_token) - text.begin());
}

/// How many characters at the start of `text` are a token, at least a header and a part behind it, or an API key.
std::size_t token_size(std::string_view text) {
    if (text.starts_with(kKeyStart)) return run_of_token(text);
    if (!text.starts_with(kTokenStart)) return 0;
    const auto run = text.substr(0, run_of_token(text));
    return run.find('.') != std::string_view::npos ? run.size() : 0;
}

bool bearer_starts(std::string_view text) { return text.size() > kBearer.size() && sio::iequals(text.substr(0, kBearer.size()), kBearer); }

}  // namespace

Redactor::Redactor(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kShortestSecret; });
}

std::string Redactor::redact(std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t skip = token_size(text);
        for (const auto& secret : secrets_) {
            if (text.starts_with(secret)) skip = std::max(skip, secret.size());
        }
        if (skip == 0 && bearer_starts(text)) {
            out += text.substr(0, kBearer.size());
            text.remove_prefix(kBearer.size());
            skip = std::min(text.find_first_of(" \t\r\n\"',"), text.size());
            if (skip == 0) continue;
        }
        if (skip == 0) {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        out += kRedacted;
        text.remove_prefix(skip);
    }
    return out;
}

bool Redactor::secret_name(std::string_view field) {
    const auto name = sio::to_lower(field);
    for (const std::string_view word : {"token", "secret", "password", "authorization", "cookie", "jwt", "key"}) {
        if (name.ends_with(word)) return true;
    }
    return false;
}

}  // namespace desk::app
