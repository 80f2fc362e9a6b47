#include "desk/rest/problem.hpp"

#include <algorithm>
#include <charconv>

#include "sio/base/ids.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace http = sio::http;

namespace {

/// Whole seconds (RFC 9110 section 10.2.3) until the request is worth repeating: those of `details.retryAfterMs`, else one.
std::int64_t retry_after_s(const Error& error) {
    constexpr std::string_view kName = R"("retryAfterMs":)";
    const auto at = error.details_json.find(kName);
    std::int64_t ms = 0;
    if (at != std::string::npos) {
        const char* digits = error.details_json.data() + at + kName.size();
        std::from_chars(digits, error.details_json.data() + error.details_json.size(), ms);
    }
    return std::max<std::int64_t>(1, (ms + 999) / 1000);
}

}  // namespace

http::Response problem_with(int status, const Error& error) {
    const ErrorInfo& known = info(error.code);
    std::string body;
    sio::json::Writer w(body);
    w.begin_object()
        .field("type", "about:blank")
        .field("title", known.message)
        .field("status", status)
        .field("code", known.code)
        .field("message", known.message);
    w.field("requestId", sio::random_id());
    if (!error.details_json.empty()) w.field("details", sio::json::Raw{'{' + error.details_json + '}'});
    w.end_object();
    http::Response response{.status = status, .content_type = kProblemType, .body = std::move(body)};
    if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (info(error.code).temporary && status != 500) response.headers.emplace_back("Retry-After", std::to_string(retry_after_s(error)));
    return response;
}

http::Response problem(const Error& error) { return problem_with(info(error.code).http_status, error); }

}  // namespace desk::rest
