#include "sio/http/cors.hpp"

#include <algorithm>

namespace sio::http {
namespace {

bool allows_any(const CorsOptions& options) { return options.origins.size() == 1 && options.origins.front() == "*"; }

/// Whether the same answer would serve every origin; then caches need not tell them apart.
bool is_constant(const CorsOptions& options) { return allows_any(options) && !options.credentials; }

bool allows(const CorsOptions& options, std::string_view origin) {
    if (allows_any(options)) return true;
    if (std::find(options.origins.begin(), options.origins.end(), origin) != options.origins.end()) return true;
    return options.allow && options.allow(origin);
}

std::string join(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out.append(",");
        out.append(part);
    }
    return out;
}

/// The headers that preflights and answers share. False: nothing more may be granted.
bool add_origin(const CorsOptions& options, const Request& request, HeaderList& headers) {
    if (!is_constant(options)) headers.emplace_back("Vary", "Origin");
    const auto origin = request.header("Origin");
    if (is_constant(options)) {
        headers.emplace_back("Access-Control-Allow-Origin", "*");
    } else {
        if (!origin || !allows(options, *origin)) return false;
        headers.emplace_back("Access-Control-Allow-Origin", *origin);
    }
    if (options.credentials) headers.emplace_back("Access-Control-Allow-Credentials", "true");
    return true;
}

}  // namespace

void add_cors_headers(const CorsOptions& options, const Request& request, HeaderList& headers) {
    if (!options.enabled() || !add_origin(options, request, headers)) return;
    if (!options.exposed_headers.empty()) headers.emplace_back("Access-Control-Expose-Headers", join(options.exposed_headers));
}

Response preflight(const CorsOptions& options, const Request& request) {
    Response response;
    response.status = 204;
    if (!options.enabled()) return response;
    const bool allowed = add_origin(options, request, response.headers);
    if (options.allowed_headers.empty()) response.headers.emplace_back("Vary", "Access-Control-Request-Headers");
    if (!allowed) return response;
    response.headers.emplace_back("Access-Control-Allow-Methods", join(options.methods));
    if (!options.allowed_headers.empty()) {
        response.headers.emplace_back("Access-Control-Allow-Headers", join(options.allowed_headers));
    } else if (const auto wanted = request.header("Access-Control-Request-Headers")) {
        response.headers.emplace_back("Access-Control-Allow-Headers", *wanted);
    }
    if (options.max_age.count() > 0) response.headers.emplace_back("Access-Control-Max-Age", std::to_string(options.max_age.count()));
    return response;
}

}  // namespace sio::http
