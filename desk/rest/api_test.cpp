#include "desk/rest/api.hpp"

#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

#include "desk/session/testing/desk_fixture.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace desk::rest {
namespace {

using desk::testing::person;
using sio::http::Method;

constexpr std::string_view kOrigin = "Origin: https://desk.example\r\n";

/// Over real HTTP, on a port of the kernel's choice.
class ApiTest : public desk::testing::DeskTest {
protected:
    void TearDown() override {
        if (waiting_.joinable()) waiting_.join();
        DeskTest::TearDown();
    }

    void begin() {
        api_.emplace(io().http(), verifier_, directory_, limits_, addresses_, cors_);
        io().router().add("/v1", *api_);
        io().router().add("/healthz", *api_);
        api_->add(Method::Get, "/v1/things/{id}", [](const Call& call, Reply reply) {
            reply.send(200, sio::json::object({{"id", call.path[0]}, {"user", call.actor().user}, {"org", call.actor().org}}).str());
        });
        api_->add(Method::Delete, "/v1/things/{id}", [](const Call&, Reply) {});
        api_->add(Method::Post, "/v1/things", [](const Call& call, Reply reply) {
            if (const auto name = call.body["name"].string())
                reply.send(201, sio::json::object({{"name", *name}}).str());
            else
                reply.refuse(Error{ErrorCode::InvalidPayload}.with("field", "name").because("REQUIRED"));
        });
        api_->add(Method::Get, "/v1/later", [this](const Call&, Reply reply) {
            waiting_ = std::thread([reply = std::move(reply)]() mutable { reply.finish(200, std::string(R"({"late":true})")); });
        });
        api_->add(Method::Post, "/v1/later", [this](const Call& call, Reply reply) {
            kept_key_ = call.idempotency ? call.idempotency->key : std::string();
            const std::scoped_lock lock(mutex_);
            held_.push_back(std::move(reply));
            came_.notify_all();
        });
        api_->add_open("/healthz", [](const sio::http::Request&) { return sio::http::Response::json(200, R"({"status":"ok"})"); });
        start();
    }
    /// The whole answer. Each of `headers` has its line end.
    std::string ask(std::string_view line, std::string_view headers = {}, std::string_view body = {}) const {
        auto peer = sio::runtime::testing::Peer::connect(port_);
        std::string bytes = std::string(line) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + std::string(headers);
        if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        peer.send(bytes.append("\r\n").append(body));
        return peer.receive(std::numeric_limits<std::size_t>::max());
    }
    static std::string bearer(const auth::Claims& claims) { return "Authorization: Bearer " + desk::testing::token(claims) + "\r\n"; }
    static std::string ann() { return bearer(person("ann", Role::Agent)); }
    static std::string_view body_of(std::string_view answer) {
        const auto end = answer.find("\r\n\r\n");
        return end == std::string_view::npos ? std::string_view() : answer.substr(end + 4);
    }

    /// The next request to POST /v1/later, once it is there.
    Reply held() {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return !held_.empty(); });
        Reply reply = std::move(held_.back());
        held_.pop_back();
        return reply;
    }

    sio::http::CorsOptions cors_;
    std::optional<Api> api_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Reply> held_;
    std::string kept_key_;
    std::thread waiting_;
};

/// `code` and `status` in the head and in the body, which is a problem of RFC 9457 and a SocketError.
void expect_problem(std::string_view answer, int status, std::string_view code) {
    const std::string number = std::to_string(status);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + number + ' ')) << answer;
    EXPECT_TRUE(answer.contains("application/problem+json")) << answer;
    sio::json::Parser parser;
    const auto body = parser.parse_copy(answer.substr(answer.find("\r\n\r\n") + 4));
    ASSERT_TRUE(body.has_value()) << answer;
    EXPECT_EQ((*body)["type"].string(), "about:blank");
    EXPECT_EQ((*body)["status"].integer(), status);
    EXPECT_EQ((*body)["code"].string(), code);
    EXPECT_FALSE((*body)["message"].string().value_or("").empty());
    EXPECT_FALSE((*body)["requestId"].string().value_or("").empty());
}

TEST_F(ApiTest, ServesWhoHasAToken) {
    begin();
    const auto answer = ask("GET /v1/things/a%20b?x=1", ann());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_EQ(body_of(answer), R"({"id":"a b","user":"ann","org":"acme"})");
    const auto created = ask("POST /v1/things", ann(), R"({"name":"x"})");
    EXPECT_TRUE(created.starts_with("HTTP/1.1 201 ")) << created;
    EXPECT_EQ(body_of(created), R"({"name":"x"})");
}

TEST_F(ApiTest, TheSchemeIsWrittenInAnyCase) {
    begin();
    const std::string header = "authorization: bEARER " + desk::testing::token(person("ann", Role::Agent)) + "\r\n";
    EXPECT_TRUE(ask("GET /v1/things/1", header).starts_with("HTTP/1.1 200 "));
}

TEST_F(ApiTest, AsksForAToken) {
    begin();
    auto expired = person("ann", Role::Agent);
    expired.exp -= 7200;
    for (const auto* headers : {"", "Authorization: Bearer\r\n", "Authorization: Bearer x.y.z\r\n", "Authorization: Basic YTpi\r\n"}) {
        const auto answer = ask("GET /v1/things/1", headers);
        expect_problem(answer, 401, "AUTH_TOKEN_INVALID");
        EXPECT_TRUE(answer.contains("WWW-Authenticate: Bearer\r\n")) << answer;
    }
    expect_problem(ask("GET /v1/things/1", bearer(expired)), 401, "AUTH_TOKEN_EXPIRED");
}

TEST_F(ApiTest, KnowsNoOtherPaths) {
    begin();
    for (const auto* line : {"GET /v1", "GET /v1/nothing", "GET /v1/things/1/more", "GET /v1/things/%00", "POST /v1/things/%zz/x"}) {
        expect_problem(ask(line, ann()), 404, "ROOM_NOT_FOUND");
    }
}

TEST_F(ApiTest, OtherMethodsAreToldWhichThereAre) {
    begin();
    const auto answer = ask("PUT /v1/things/1", ann(), "{}");
    expect_problem(answer, 405, "INVALID_PAYLOAD");
    EXPECT_TRUE(answer.contains("Allow: GET, HEAD, DELETE\r\n")) << answer;
    EXPECT_TRUE(ask("POST /healthz").contains("Allow: GET, HEAD\r\n"));
}

TEST_F(ApiTest, BodiesAreJsonObjects) {
    begin();
    for (const auto* body : {"", "[]", "7", "null", "{", R"({"name":})", "{}{}", "{\"name\":\"\xff\"}", R"({"name":1e400})"}) {
        expect_problem(ask("POST /v1/things", ann(), body), 400, "INVALID_PAYLOAD");
    }
    std::string deep(5000, '[');
    expect_problem(ask("POST /v1/things", ann(), R"({"name":)" + deep + "}"), 400, "INVALID_PAYLOAD");
    EXPECT_TRUE(ask("POST /v1/things", ann(), "{}").contains(R"("details":{"field":"name","reason":"REQUIRED"})"));
}

TEST_F(ApiTest, BodiesHaveABound) {
    limits_.payload_bytes = 1000;
    begin();
    const std::string large = R"({"name":")" + std::string(1000, 'x') + R"("})";
    expect_problem(ask("POST /v1/things", ann(), large), 413, "PAYLOAD_TOO_LARGE");
    expect_problem(ask("POST /v1/things", "Content-Length: 18446744073709551615\r\n"), 413, "PAYLOAD_TOO_LARGE");
}

TEST_F(ApiTest, LimitsTheRequestsOfAUser) {
    limits_.rest_user = {1, std::chrono::minutes(10), 2};
    begin();
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(ask("GET /v1/things/1", ann()).starts_with("HTTP/1.1 200 "));
    const auto answer = ask("GET /v1/things/1", ann());
    expect_problem(answer, 429, "RATE_LIMITED");
    EXPECT_TRUE(answer.contains("Retry-After: 600\r\n") || answer.contains("Retry-After: 601\r\n")) << answer;
    EXPECT_TRUE(ask("GET /v1/things/1", bearer(person("bob", Role::Agent))).starts_with("HTTP/1.1 200 "));
}

TEST_F(ApiTest, ShutsAddressesOutThatKeepGuessing) {
    limits_.failed_auth = {1, std::chrono::minutes(10), 2};
    begin();
    for (int i = 0; i < 3; ++i) expect_problem(ask("GET /v1/things/1"), 401, "AUTH_TOKEN_INVALID");
    const auto answer = ask("GET /v1/things/1", ann());
    expect_problem(answer, 429, "RATE_LIMITED");
    EXPECT_TRUE(answer.contains(R"("limit":"failed_auth")")) << answer;
}

TEST_F(ApiTest, OpenRoutesAskForNothing) {
    begin();
    EXPECT_EQ(body_of(ask("GET /healthz")), R"({"status":"ok"})");
    EXPECT_TRUE(ask("HEAD /healthz").starts_with("HTTP/1.1 200 "));
}

TEST_F(ApiTest, MayBeAnsweredLaterFromAnotherThread) {
    begin();
    EXPECT_EQ(body_of(ask("GET /v1/later", ann())), R"({"late":true})");
}

TEST_F(ApiTest, AForgottenReplyIsAnError) {
    begin();
    expect_problem(ask("DELETE /v1/things/1", ann()), 500, "INTERNAL");
}

TEST_F(ApiTest, IsNoPlaceForWebsockets) {
    begin();
    expect_problem(ask("GET /v1/things/1",
                       "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
                   404, "ROOM_NOT_FOUND");
}

TEST_F(ApiTest, AnswersPreflightsOfAllowedOrigins) {
    cors_.origins = {"https://desk.example"};
    cors_.credentials = true;
    cors_.allowed_headers = {"Authorization", "Content-Type"};
    begin();
    const auto answer = ask("OPTIONS /v1/things", std::string(kOrigin) + "Access-Control-Request-Method: POST\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 ")) << answer;
    EXPECT_TRUE(answer.contains("Access-Control-Allow-Origin: https://desk.example\r\n"));
    EXPECT_TRUE(answer.contains("Access-Control-Allow-Headers: Authorization,Content-Type\r\n"));
    const auto other = ask("OPTIONS /v1/things", "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n");
    EXPECT_FALSE(other.contains("Access-Control-Allow-Origin")) << other;
}

TEST_F(ApiTest, AKeyThatIsRunningIsAConflict) {
    begin();
    const std::string headers = ann() + "Idempotency-Key: k1\r\n";
    for (int round = 0; round < 2; ++round) {
        auto first = std::async(std::launch::async, [&] { return ask("POST /v1/later", headers, "{}"); });
        Reply reply = held();
        EXPECT_EQ(kept_key_, "k1");
        expect_problem(ask("POST /v1/later", headers, "{}"), 409, "CONFLICT");
        reply.send(Answer{200, "{}", true, {}});
        const std::string answer = first.get();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
        EXPECT_TRUE(answer.contains("Idempotent-Replayed: true\r\n")) << answer;
    }
}

TEST_F(ApiTest, AKeyHasLettersAndABound) {
    begin();
    expect_problem(ask("POST /v1/things", ann() + "Idempotency-Key: " + std::string(256, 'k') + "\r\n", R"({"name":"x"})"), 400,
                   "INVALID_PAYLOAD");
    expect_problem(ask("POST /v1/things", ann() + "Idempotency-Key: a b\r\n", R"({"name":"x"})"), 400, "INVALID_PAYLOAD");
}

TEST_F(ApiTest, EveryAnswerCarriesTheCorsHeaders) {
    cors_.origins = {"https://desk.example"};
    limits_.payload_bytes = 100;
    begin();
    const std::string headers = ann() + std::string(kOrigin);
    for (const auto& answer :
         {ask("GET /v1/things/1", headers), ask("GET /v1/things/1", kOrigin), ask("GET /v1/none", headers),
          ask("PUT /v1/things/1", headers), ask("GET /healthz", kOrigin), ask("POST /v1/things", headers, std::string(200, 'x'))}) {
        EXPECT_TRUE(answer.contains("Access-Control-Allow-Origin: https://desk.example\r\n")) << answer;
    }
}

TEST_F(ApiTest, WithoutOriginsThereIsNoCors) {
    begin();
    EXPECT_FALSE(ask("GET /v1/things/1", ann() + std::string(kOrigin)).contains("Access-Control"));
    expect_problem(ask("OPTIONS /v1/things", kOrigin), 405, "INVALID_PAYLOAD");
}

TEST_F(ApiTest, CountsAnswersAndErrorsAlsoOfWhatNoRouteServes) {
    cors_.origins = {"https://desk.example"};
    begin();
    ask("GET /v1/things/1", ann());
    ask("GET /healthz");
    ask("GET /v1/nothing", ann());
    ask("PUT /v1/things/1", ann(), "{}");
    ask("GET /v1/things/1");
    ask("POST /v1/things", ann() + "Content-Length: 99999999\r\n");
    ask("OPTIONS /v1/things", kOrigin);
    EXPECT_EQ(api_->answered(2), 3U);
    EXPECT_EQ(api_->answered(4), 4U);
    EXPECT_EQ(api_->answered(5), 0U);
    EXPECT_EQ(api_->refused().of(ErrorCode::RoomNotFound), 1U);
    EXPECT_EQ(api_->refused().of(ErrorCode::InvalidPayload), 1U);
    EXPECT_EQ(api_->refused().of(ErrorCode::AuthTokenInvalid), 1U);
    EXPECT_EQ(api_->refused().of(ErrorCode::PayloadTooLarge), 1U);
}

}  // namespace
}  // namespace desk::rest
