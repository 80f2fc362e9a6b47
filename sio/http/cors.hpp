#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/http/message.hpp"

namespace sio::http {

/// Cross-origin rules of a route (fetch standard, CORS protocol). Default: off, no header is ever sent.
struct CorsOptions {
    std::vector<std::string>
        origins;  ///< exact origins; "*" alone: any, without credentials reflected unless credentials is set (then reflected)
    std::function<bool(std::string_view origin)> allow;  ///< asked when the list does not match
    bool credentials = false;
    std::vector<std::string> methods = {"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
    std::vector<std::string> allowed_headers;  ///< empty: what the preflight asks for is reflected
    std::vector<std::string> exposed_headers;
    std::chrono::seconds max_age{0};

    bool enabled() const { return !origins.empty() || allow; }
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// Headers to add to every answer of the route.
void add_cors_headers(const CorsOptions& options, const Request& request, HeaderList& headers);
/// The answer to a preflight (OPTIONS with Origin): 204 with methods and headers.
Response preflight(const CorsOptions& options, const Request& request);

}  // namespace sio::http
