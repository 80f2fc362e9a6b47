#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/auth/token_verifier.hpp"
#include "desk/model/error_counts.hpp"
#include "desk/model/limits.hpp"
#include "desk/rest/idempotency.hpp"
#include "desk/rest/key_ring.hpp"
#include "desk/rest/route.hpp"
#include "desk/schema/endpoints.hpp"
#include "desk/session/counts.hpp"
#include "desk/session/directory.hpp"
#include "desk/session/identity.hpp"
#include "sio/base/json.hpp"
#include "sio/http/cors.hpp"
#include "sio/http/server.hpp"

namespace desk::rest {

class Api;

/// The right to answer one request, once, from any thread. Dropped unused it answers INTERNAL.
class Reply {
public:
    Reply(Api& api, sio::http::ExchangeId exchange, sio::http::HeaderList headers);
    Reply(Reply&& other) noexcept = default;
    Reply& operator=(Reply&&) = delete;
    ~Reply();

    void send(int status, std::string json);
    void send(Answer answer);
    void refuse(const Error& error);
    /// `Result<std::string>`: the JSON of a success, or what went wrong.
    void finish(int status, Result<std::string> outcome);
    void finish(Result<Answer> outcome);
    /// Anything, with the headers every answer has.
    void respond(sio::http::Response response);

private:
    friend class Api;
    struct Target {
        Api* api;
        sio::http::ExchangeId exchange;
        sio::http::HeaderList headers;
        std::unique_ptr<RunningKeys::Place> key;  // held until it is answered
    };
    std::unique_ptr<Target> target_;
};

/// What a route asks of a caller and takes.
struct RouteOptions {
    std::optional<KeyScope> scope;  ///< of an API key; none: `read` for GET and HEAD, else `admin`
    std::size_t key_body = 0;       ///< bytes of body from a good API key; 0: as much as from anybody
    bool any_org = false;           ///< the body says which of a key's orgs is meant
    bool takes_array = false;       ///< the body may be an array
    bool waits = false;             ///< may be answered much later; `Call::judge` is there
};

/// One authenticated request. Views live during the handler's call.
struct Call {
    const sio::http::Request& request;
    const std::vector<std::string>& path;  ///< values of the route's placeholders
    sio::json::Value body;                 ///< an object for methods that carry one, else missing
    IdentityRef identity;
    KeyRef key = {};                              ///< null: a token
    std::optional<Idempotency> idempotency = {};  ///< of a POST with an Idempotency-Key
    sio::http::ExchangeId exchange = {};
    /// Who the caller is by now, with whatever happened to their token, key or record. Of a route that waits. Thread: any.
    std::function<Result<IdentityRef>()> judge = {};

    const Actor& actor() const { return identity->actor; }
};

/// The HTTP door (domain.md 4): finds the route, verifies the bearer's token, bounds and parses the body, and answers errors as
/// application/problem+json that is also a SocketError.  Thread: any loop; routes are fixed before the server starts.
class Api final : public sio::http::Handler {
public:
    /// Whose limits a request counts against; empty: the peer's.
    using ClientAddress = std::function<std::string(const sio::http::Request&)>;
    Api(sio::http::Server& http, const auth::TokenVerifier& verifier, const Directory& directory, const Limits& limits,
        AddressGuard& addresses, sio::http::CorsOptions cors, ClientAddress address = {});

    using Handler = std::function<void(const Call&, Reply)>;
    /// What desk/schema says of the endpoint is checked before the handler is called. A GET is answered to HEAD too, without its body
    /// (RFC 9110 section 9.3.2).
    void add(sio::http::Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
    /// API keys are taken too; `keys` lives as long as this. Before the server starts.
    void take_keys(const KeyRing& keys) { keys_ = &keys; }
    /// A route without a token: health checks. GET is HEAD too.
    using OpenHandler = std::function<sio::http::Response(const sio::http::Request&)>;
    void add_open(std::string_view path, OpenHandler handler, sio::http::Method method = sio::http::Method::Get);
    /// The same, answered when there is an answer.
    using OpenWaitingHandler = std::function<void(const sio::http::Request&, Reply)>;
    void add_open(std::string_view path, OpenWaitingHandler handler, sio::http::Method method = sio::http::Method::Get);

    /// Told of every request whose client went away before it was answered. Thread: the connection's loop.
    void on_gone(std::function<void(sio::http::ExchangeId)> listener) { gone_ = std::move(listener); }

    /// Answers so far, by the hundreds of their status: of 404 it is `answered(4)`.
    std::uint64_t answered(std::size_t hundreds) const { return answered_[hundreds].load(std::memory_order_relaxed); }
    /// Of them, errors.
    const ErrorCounts& refused() const { return refused_; }

    /// "GET /v1/tickets/{id}" for each route.
    std::vector<std::string> routes() const;

    Head on_head(sio::http::Exchange& exchange) override;
    void on_request(sio::http::Exchange& exchange) override;
    void on_upgrade(sio::http::Exchange& exchange) override;
    void on_aborted(sio::http::Exchange& exchange, Abort) override {
        if (gone_) gone_(exchange.id());
    }

private:
    friend class Reply;
    struct Entry {
        Route route;
        std::string name;
        Handler handler;
        const schema::Endpoint* endpoint;  ///< null: not described
        RouteOptions options;
    };
    struct Found {
        const Entry* entry = nullptr;
        std::vector<std::string> path;
        std::string allowed;  ///< without an entry: the methods that the path has
    };
    Found find(const sio::http::Request& request) const;
    struct Caller {
        IdentityRef identity;
        KeyRef key;
    };
    Result<Caller> authenticate(sio::http::Exchange& exchange, const RouteOptions& options);
    Result<IdentityRef> check_token(std::string_view token, const std::string& address, std::int64_t now_ms);
    Result<Caller> check_key(std::string_view text, const sio::http::Request& request, const RouteOptions& options,
                             const std::string& address, std::int64_t now_ms);
    Result<IdentityRef> judge(std::string_view bearer, std::string_view org) const;
    std::size_t max_body(const sio::http::Request& request) const;
    void serve(sio::http::Exchange& exchange, const Found& found, Reply reply);
    void count(int status);
    void refuse(sio::http::Exchange& exchange, const Error& error);
    void refuse(sio::http::Exchange& exchange, const Error& error, sio::http::Response response);
    sio::http::HeaderList cors_headers(const sio::http::Request& request) const;

    sio::http::Server& http_;
    const auth::TokenVerifier& verifier_;
    const Directory& directory_;
    const Limits& limits_;
    sio::http::CorsOptions cors_;
    ClientAddress address_;
    const KeyRing* keys_ = nullptr;
    std::vector<Entry> routes_;
    struct Open {
        std::string path;
        sio::http::Method method;
        OpenWaitingHandler handler;
    };
    std::vector<Open> open_;
    std::function<void(sio::http::ExchangeId)> gone_;
    AddressGuard& guard_;
    KeyedBuckets users_;
    KeyedBuckets key_buckets_;
    RunningKeys running_;
    std::array<std::atomic<std::uint64_t>, 6> answered_{};
    ErrorCounts refused_;
};

}  // namespace desk::rest
