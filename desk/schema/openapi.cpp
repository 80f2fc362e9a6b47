#include <array>
#include <vector>

#include "desk/schema/common_types.hpp"
#include "desk/schema/documents.hpp"
#include "desk/schema/endpoints.hpp"
#include "desk/schema/json_schema.hpp"

namespace desk::schema {

namespace {

using sio::json::Writer;

constexpr std::string_view kAbout =
    "The helpdesk over HTTP; what happens is also told over Socket.IO (/asyncapi.json). Errors are application/problem+json whose members "
    "are also those of a SocketError. A POST with `Idempotency-Key` takes effect once within 24 hours: the same request again is answered "
    "with the first answer and `Idempotent-Replayed: true`, another one with 422, one that still runs with 409. Unknown members are "
    "ignored; "
    "members are only added within v1.";

/// What any endpoint may answer: to all, and to those that need a token.
constexpr std::array kAlways{ErrorCode::InvalidPayload, ErrorCode::PayloadTooLarge, ErrorCode::Unavailable, ErrorCode::Internal};
constexpr std::array kWithToken{ErrorCode::AuthTokenExpired, ErrorCode::AuthTokenInvalid, ErrorCode::RateLimited};

bool is_open(const Endpoint& endpoint) { return endpoint.access == Endpoint::Access::Open; }

void write_parameter(Writer& w, std::string_view name, std::string_view in, bool required, std::string_view about, const Type& type) {
    w.begin_object().field("name", name).field("in", in).field("required", required);
    if (!about.empty()) w.field("description", about);
    w.key("schema");
    write_schema(w, type);
    w.end_object();
}

void write_parameters(Writer& w, const Endpoint& endpoint) {
    w.key("parameters").begin_array();
    for (std::size_t at = endpoint.path.find('{'); at != std::string_view::npos; at = endpoint.path.find('{', at + 1)) {
        write_parameter(w, endpoint.path.substr(at + 1, endpoint.path.find('}', at) - at - 1), "path", true, {}, kText);
    }
    for (const Field& field : endpoint.query) write_parameter(w, field.name, "query", field.required, field.about, field.type);
    if (endpoint.method == Method::Post && !is_open(endpoint)) {
        write_parameter(w, "Idempotency-Key", "header", false, "Makes a repeated request take effect once.", kText);
    }
    if (endpoint.if_match)
        write_parameter(w, "If-Match", "header", false, "The version that the change is made to, quotes optional.", kText);
    w.end_array();
}

void write_body(Writer& w, const Endpoint& endpoint) {
    if (endpoint.method == Method::Get || endpoint.method == Method::Delete) return;
    w.key("requestBody").begin_object().field("required", true).key("content").begin_object().key("application/json").begin_object();
    w.key("schema");
    write_schema(w, endpoint.body != nullptr ? *endpoint.body : kAnyObject);
    w.end_object().end_object().end_object();
}

/// The errors that have this status; each status is written once.
void write_refusals(Writer& w, const Endpoint& endpoint) {
    std::vector<ErrorCode> codes;
    const auto add = [&codes](std::span<const ErrorCode> more) {
        for (const ErrorCode code : more) codes.push_back(code);
    };
    add(kAlways);
    if (!is_open(endpoint)) add(kWithToken);
    add(endpoint.errors);
    const bool idempotent = endpoint.method == Method::Post && !is_open(endpoint);
    for (int status = 400; status < 600; ++status) {
        std::string about;
        for (const ErrorCode code : codes) {
            if (info(code).http_status != status) continue;
            about.append(about.empty() ? "" : ", ").append(info(code).code);
        }
        if (status == 409 && idempotent && about.empty()) about = info(ErrorCode::Conflict).code;
        if (status == 422 && idempotent) about = "The Idempotency-Key was used for another request";
        if (about.empty()) continue;
        w.key(std::to_string(status)).begin_object().field("description", about).key("content").begin_object();
        w.key("application/problem+json").begin_object().key("schema");
        write_schema(w, kProblemType);
        w.end_object().end_object().end_object();
    }
}

void write_answer(Writer& w, const Endpoint& endpoint, int status) {
    w.key(std::to_string(status)).begin_object().field("description", endpoint.about);
    if (status != 204 && status != 304) {
        w.key("content").begin_object().key(endpoint.media).begin_object().key("schema");
        if (endpoint.answer != nullptr)
            write_schema(w, *endpoint.answer);
        else
            w.begin_object().field("type", "string").end_object();
        w.end_object().end_object();
    }
    w.end_object();
}

void write_responses(Writer& w, const Endpoint& endpoint) {
    w.key("responses").begin_object();
    write_answer(w, endpoint, endpoint.status);
    if (endpoint.also != 0) write_answer(w, endpoint, endpoint.also);
    if (!is_open(endpoint)) write_refusals(w, endpoint);
    w.end_object();
}

void write_endpoint(Writer& w, const Endpoint& endpoint) {
    std::string method(to_string(endpoint.method));
    for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
    w.key(method).begin_object().field("operationId", endpoint.name).field("summary", endpoint.about);
    if (is_open(endpoint)) w.key("security").begin_array().end_array();
    write_parameters(w, endpoint);
    write_body(w, endpoint);
    write_responses(w, endpoint);
    w.end_object();
}

void write_paths(Writer& w) {
    w.key("paths").begin_object();
    std::vector<std::string_view> done;
    for (const Endpoint& first : endpoints()) {
        if (std::ranges::find(done, first.path) != done.end()) continue;
        done.push_back(first.path);
        w.key(first.path).begin_object();
        for (const Endpoint& endpoint : endpoints()) {
            if (endpoint.path == first.path) write_endpoint(w, endpoint);
        }
        w.end_object();
    }
    w.end_object();
}

}  // namespace

std::string openapi_document() {
    Records records;
    add_endpoints(records);
    std::string out;
    Writer w(out);
    w.begin_object().field("openapi", "3.1.0").key("info").begin_object().field("title", "InsightDesk Realtime").field("version", "1.0.0");
    w.field("description", kAbout).end_object();
    w.key("security").begin_array().begin_object().key("token").begin_array().end_array().end_object().end_array();
    write_paths(w);
    w.key("components").begin_object().key("schemas");
    write_schemas(w, records);
    w.key("securitySchemes").begin_object().key("token").begin_object().field("type", "http").field("scheme", "bearer");
    w.field("description", "A user's JWT.").end_object().end_object();
    w.end_object().end_object();
    return indented(out);
}

}  // namespace desk::schema
