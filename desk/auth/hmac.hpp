#pragma once

#include <memory>
#include <string_view>

struct evp_mac_ctx_st;

namespace desk::auth {

/// HMAC with SHA-256 under one secret (RFC 7518 section 3.2), keyed once. Cheap to copy (counted).
/// Thread: any, concurrently.
class Hmac {
public:
    explicit Hmac(std::string_view secret);

    /// Whether `signature`, base64url, is the one of `text`. Takes the same time whichever byte differs.
    bool verify(std::string_view text, std::string_view signature) const;

private:
    std::shared_ptr<evp_mac_ctx_st> keyed_;
};

}  // namespace desk::auth
