#include "desk/rest/api.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "desk/auth/api_key.hpp"
#include "desk/rest/problem.hpp"
#include "desk/schema/validate.hpp"
#include "sio/base/bytes.hpp"

namespace desk::rest {

namespace http = sio::http;

namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kOrgHeader = "X-InsightDesk-Org";

bool carries_body(http::Method method) {
    return method == http::Method::Post || method == http::Method::Put || method == http::Method::Patch;
}

/// What Content-Length says; 0 without one.
std::uint64_t announced_bytes(const http::Request& request) {
    const std::string_view digits = request.header("content-length").value_or("");
    std::uint64_t bytes = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    return parsed.ec == std::errc::result_out_of_range ? UINT64_MAX : bytes;
}

std::string_view name_of(http::Method method) {
    constexpr std::array<std::string_view, 8> kNames{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""};
    return kNames[static_cast<std::size_t>(method)];
}

http::Response with_headers(http::Response response, const http::HeaderList& headers) {
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    return response;
}

/// Empty without one.
std::string_view bearer_of(const http::Request& request) {
    const std::string_view header = request.header("authorization").value_or("");
    const bool bearer = header.size() > kBearer.size() && sio::iequals(header.substr(0, kBearer.size()), kBearer);
    return bearer ? header.substr(kBearer.size()) : std::string_view{};
}

Error no_such_org() { return Error{ErrorCode::Forbidden}.with("field", kOrgHeader).because("OTHER_ORG"); }

Error not_found() { return Error{ErrorCode::RoomNotFound}.because("NO_SUCH_ROUTE"); }

/// What the schema says of a request's parameters and body.
Result<void> check(const schema::Endpoint& endpoint, const http::Request& request, sio::json::Value body) {
    for (const schema::Field& field : endpoint.query) {
        if (auto good = schema::validate_parameter(field, request.parameter(field.name).value_or("")); !good) return good;
    }
    return endpoint.body != nullptr && !endpoint.by_item ? schema::validate(*endpoint.body, body) : Result<void>();
}

}  // namespace

Reply::Reply(Api& api, http::ExchangeId exchange, http::HeaderList headers)
    : target_(std::make_unique<Target>(&api, exchange, std::move(headers), nullptr)) {}

Reply::~Reply() {
    if (target_) refuse(Error{ErrorCode::Internal});
}

void Reply::send(int status, std::string json) {
    http::Response response = http::Response::json(status, std::move(json));
    response.compressible = true;
    respond(std::move(response));
}

void Reply::refuse(const Error& error) {
    target_->api->refused_.add(error.code);
    respond(problem(error));
}

void Reply::send(Answer answer) {
    http::Response response = http::Response::json(answer.status, std::move(answer.body));
    if (answer.status >= 400) response.content_type = kProblemType;
    response.compressible = true;
    if (answer.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
    respond(std::move(response));
}

void Reply::respond(http::Response response) {
    const auto target = std::move(target_);
    // Before the answer is out: who has it may send the same key again.
    target->key.reset();
    target->api->count(response.status);
    target->api->http_.respond(target->exchange, with_headers(std::move(response), target->headers));
}

void Reply::finish(Result<Answer> outcome) {
    if (outcome)
        send(std::move(*outcome));
    else
        refuse(outcome.error());
}

void Reply::finish(int status, Result<std::string> outcome) {
    if (outcome)
        send(status, std::move(*outcome));
    else
        refuse(outcome.error());
}

Api::Api(http::Server& http, const auth::TokenVerifier& verifier, const Directory& directory, const Limits& limits, AddressGuard& addresses,
         http::CorsOptions cors, ClientAddress address)
    : http_(http),
      verifier_(verifier),
      directory_(directory),
      limits_(limits),
      cors_(std::move(cors)),
      address_(std::move(address)),
      guard_(addresses) {}

void Api::add(http::Method method, std::string_view pattern, Handler handler, RouteOptions options) {
    if (!options.scope) options.scope = method == http::Method::Get || method == http::Method::Head ? KeyScope::Read : KeyScope::Admin;
    routes_.push_back({Route(method, pattern), std::string(name_of(method)).append(" ").append(pattern), std::move(handler),
                       schema::find_endpoint(name_of(method), pattern), options});
}

void Api::add_open(std::string_view path, OpenHandler handler, http::Method method) {
    add_open(path, [handler = std::move(handler)](const http::Request& request, Reply reply) { reply.respond(handler(request)); }, method);
}

void Api::add_open(std::string_view path, OpenWaitingHandler handler, http::Method method) {
    open_.push_back({std::string(path), method, std::move(handler)});
}

std::vector<std::string> Api::routes() const {
    std::vector<std::string> names;
    names.reserve(routes_.size() + open_.size());
    for (const Entry& entry : routes_) names.push_back(entry.name);
    for (const Open& open : open_) names.push_back(std::string(name_of(open.method)) + ' ' + open.path);
    return names;
}

Api::Found Api::find(const http::Request& request) const {
    Found found;
    const http::Method asked = request.method == http::Method::Head ? http::Method::Get : request.method;
    for (const Entry& entry : routes_) {
        auto values = entry.route.match(request.path);
        if (!values) continue;
        if (entry.route.method() == asked) return {&entry, std::move(*values), {}};
        if (!found.allowed.empty()) found.allowed += ", ";
        found.allowed += entry.route.method() == http::Method::Get ? "GET, HEAD" : name_of(entry.route.method());
    }
    return found;
}

http::HeaderList Api::cors_headers(const http::Request& request) const {
    http::HeaderList headers;
    if (cors_.enabled()) http::add_cors_headers(cors_, request, headers);
    return headers;
}

http::Handler::Head Api::on_head(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (request.upgrade) return {};
    if (cors_.enabled() && request.method == http::Method::Options) {
        count(204);
        exchange.respond(http::preflight(cors_, request));
        return {};
    }
    const std::size_t limit = max_body(request);
    if (announced_bytes(request) > limit) {
        refuse(exchange, Error{ErrorCode::PayloadTooLarge}.with("limit", static_cast<std::int64_t>(limit)));
    }
    return {.max_body = limit};
}

std::size_t Api::max_body(const http::Request& request) const {
    const std::size_t usual = limits_.payload_bytes;
    const std::string_view bearer = bearer_of(request);
    if (keys_ == nullptr || !auth::is_api_key(bearer)) return usual;
    const Found found = find(request);
    if (found.entry == nullptr || found.entry->options.key_body <= usual) return usual;
    // More than usual is read only for whom we know.
    return keys_->find(bearer) ? found.entry->options.key_body : usual;
}

void Api::on_upgrade(http::Exchange& exchange) { refuse(exchange, not_found()); }

void Api::count(int status) {
    answered_[std::min<std::size_t>(static_cast<std::size_t>(status) / 100, 5)].fetch_add(1, std::memory_order_relaxed);
}

void Api::refuse(http::Exchange& exchange, const Error& error) { refuse(exchange, error, problem(error)); }

void Api::refuse(http::Exchange& exchange, const Error& error, http::Response response) {
    refused_.add(error.code);
    count(response.status);
    exchange.respond(with_headers(std::move(response), cors_headers(exchange.request())));
}

void Api::on_request(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    const auto open = std::ranges::find(open_, request.path, &Open::path);
    const http::Method method = request.method == http::Method::Head ? http::Method::Get : request.method;
    if (open != open_.end() && method == open->method) {
        return open->handler(request, Reply(*this, exchange.id(), cors_headers(request)));
    }
    Found found = find(request);
    if (found.entry == nullptr) {
        std::string allowed = std::move(found.allowed);
        if (open != open_.end()) allowed = open->method == http::Method::Get ? "GET, HEAD" : std::string(name_of(open->method));
        if (allowed.empty()) return refuse(exchange, not_found());
        const Error error = Error{ErrorCode::InvalidPayload}.because("METHOD_NOT_ALLOWED");
        http::Response response = problem_with(405, error);
        response.headers.emplace_back("Allow", std::move(allowed));
        return refuse(exchange, error, std::move(response));
    }
    serve(exchange, found, Reply(*this, exchange.id(), cors_headers(request)));
}

void Api::serve(http::Exchange& exchange, const Found& found, Reply reply) {
    const RouteOptions& options = found.entry->options;
    auto caller = authenticate(exchange, options);
    if (!caller) return reply.refuse(caller.error());
    const Actor& actor = caller->identity->actor;
    const http::Request& request = exchange.request();
    thread_local sio::json::Parser parser;
    sio::json::Value body;
    if (carries_body(request.method)) {
        const auto parsed = parser.parse(request.body);
        if (!parsed || !(parsed->is_object() || (options.takes_array && parsed->is_array())))
            return reply.refuse(Error{ErrorCode::InvalidPayload}.because("NOT_A_JSON_OBJECT"));
        body = *parsed;
    }
    if (found.entry->endpoint != nullptr) {
        if (auto good = check(*found.entry->endpoint, request, body); !good) return reply.refuse(good.error());
    }
    std::optional<Idempotency> idempotency;
    if (request.method == http::Method::Post) {
        auto read = read_idempotency(request, caller->key ? "key:" + actor.user : actor.user);
        if (!read) return reply.refuse(read.error());
        idempotency = std::move(*read);
    }
    if (idempotency) {
        reply.target_->key = running_.enter(options.any_org ? std::string_view{} : actor.org, *idempotency);
        if (!reply.target_->key) return reply.refuse(Error{ErrorCode::Conflict}.because("IDEMPOTENCY_KEY_RUNNING"));
    }
    Call call{request, found.path, body, std::move(caller->identity), std::move(caller->key), std::move(idempotency), exchange.id()};
    if (options.waits) call.judge = [this, bearer = std::string(bearer_of(request)), org = call.actor().org] { return judge(bearer, org); };
    found.entry->handler(call, std::move(reply));
}

Result<Api::Caller> Api::authenticate(http::Exchange& exchange, const RouteOptions& options) {
    const http::Request& request = exchange.request();
    const std::int64_t now = exchange.loop().unix_ms();
    const std::string address = address_ ? address_(request) : std::string(request.peer_address);
    if (const std::int64_t wait = guard_.blocked_for(address, now); wait > 0) {
        return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", wait).with("limit", "failed_auth"));
    }
    const std::string_view bearer = bearer_of(request);
    if (keys_ != nullptr && auth::is_api_key(bearer)) return check_key(bearer, request, options, address, now);
    auto identity = check_token(bearer, address, now);
    if (!identity) return std::unexpected(std::move(identity.error()));
    if (const auto org = request.header(kOrgHeader); org && *org != (*identity)->actor.org) return fail(no_such_org());
    return Caller{std::move(*identity), nullptr};
}

Result<IdentityRef> Api::check_token(std::string_view token, const std::string& address, std::int64_t now_ms) {
    if (verifier_.await_key_of(token, [] {})) return fail(Error{ErrorCode::Unavailable}.because("FETCHING_KEYS"));
    const auto claims = verifier_.verify(token, now_ms);
    if (!claims) {
        if (claims.error().suspicious()) guard_.failed(address, now_ms);
        return std::unexpected(auth::to_error(claims.error()));
    }
    if (const std::int64_t wait = users_.take(claims->org, claims->sub, limits_.rest_user, now_ms); wait > 0) {
        return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", wait).with("limit", "rest_user"));
    }
    return directory_.identify(*claims);
}

Result<IdentityRef> Api::judge(std::string_view bearer, std::string_view org) const {
    if (keys_ != nullptr && auth::is_api_key(bearer)) {
        const KeyRef key = keys_->find(bearer);
        IdentityRef identity = key ? key->in(org) : nullptr;
        if (!identity) return fail(Error{ErrorCode::AuthTokenInvalid}.because("UNKNOWN_KEY"));
        return identity;
    }
    const auto claims = verifier_.verify(bearer, sio::unix_ms());
    if (!claims) return std::unexpected(auth::to_error(claims.error()));
    return directory_.identify(*claims);
}

Result<Api::Caller> Api::check_key(std::string_view text, const http::Request& request, const RouteOptions& options,
                                   const std::string& address, std::int64_t now_ms) {
    KeyRef key = keys_->find(text);
    if (!key || key->orgs.empty()) {
        guard_.failed(address, now_ms);
        return fail(Error{ErrorCode::AuthTokenInvalid}.because("UNKNOWN_KEY"));
    }
    if (const std::int64_t wait = key_buckets_.take({}, key->id, limits_.rest_key, now_ms); wait > 0) {
        return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", wait).with("limit", "rest_key"));
    }
    if (!key->may(*options.scope)) return fail(Error{ErrorCode::Forbidden}.because("SCOPE").with("scope", to_string(*options.scope)));
    const auto named = request.header(kOrgHeader);
    if (!named && key->orgs.size() > 1 && !options.any_org) return invalid(kOrgHeader, "REQUIRED");
    IdentityRef identity = named ? key->in(*named) : key->orgs.front();
    if (!identity) return fail(no_such_org());
    return Caller{std::move(identity), std::move(key)};
}

}  // namespace desk::rest
