#include "desk/rest/if_match.hpp"

#include <cstdint>
#include <string_view>

#include "sio/base/bytes.hpp"

namespace desk::rest {

Result<std::optional<std::int64_t>> if_match(const sio::http::Request& request) {
    std::string_view written = request.header("if-match").value_or("");
    if (written.empty() || written == "*") return std::nullopt;
    if (written.size() >= 2 && written.starts_with('"') && written.ends_with('"')) written = written.substr(1, written.size() - 2);
    const auto version = sio::parse_decimal(written);
    if (!version || *version > INT64_MAX) return invalid("If-Match", "NOT_A_VERSION");
    return static_cast<std::int64_t>(*version);
}

}  // namespace desk::rest
