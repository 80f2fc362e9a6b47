#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "desk/app/config.hpp"
#include "desk/model/enums.hpp"

namespace desk::app {

struct GenTokenRequest {
    std::string user;
    std::string org;
    Role role = Role::Agent;
    std::vector<std::string> teams;
    std::string name;  ///< empty: the user id
    std::chrono::milliseconds ttl = std::chrono::hours(1);
};

/// A token of the server with this configuration. Errors (sentences): no secret to sign with, or claims that the server would refuse.
std::expected<std::string, std::string> gen_token(const Config& config, const GenTokenRequest& request, std::int64_t now_ms);

/// What the server would say to this token: its claims, a line each, or why it is refused.
std::expected<std::string, std::string> check_token(const Config& config, std::string_view token, std::int64_t now_ms);

}  // namespace desk::app
