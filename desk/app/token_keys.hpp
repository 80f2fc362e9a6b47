#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "desk/app/config.hpp"
#include "desk/auth/download.hpp"
#include "desk/auth/key.hpp"
#include "desk/auth/token_verifier.hpp"

namespace desk::app {

/// The keys that a configuration names, loaded; those of jwks_url come later.
struct TokenKeys {
    auth::KeySet verifying;
    std::optional<auth::Key> signing;    ///< the HS256 secret, where there is one
    std::string secret;                  ///< its text, for the log to look out for
    std::optional<std::string> made_at;  ///< the file of the development secret when no key was configured; empty text: memory only
    bool weak_secret = false;            ///< shorter than the 32 bytes that RFC 7518 section 3.2 wants: worth a warning
};

/// For `serve`: without a configured key the development secret is read from `<store>.secret`, or made there (32 random bytes, mode 0600,
/// never replaced). A store in memory has a secret in memory. Errors: a sentence for the operator.
std::expected<TokenKeys, std::string> load_or_make_keys(const Config& config);

/// For `gen-token` and `check-token`: as above, but nothing is made.
std::expected<TokenKeys, std::string> load_keys(const Config& config);

/// What fetches jwks_url. Pre: it is set.
std::unique_ptr<auth::Download> jwks_download(const Config& config);

auth::TokenRules token_rules(const Config& config);

}  // namespace desk::app
