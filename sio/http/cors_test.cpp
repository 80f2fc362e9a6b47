#include "sio/http/cors.hpp"

#include <gtest/gtest.h>

namespace sio::http {
namespace {

Request from(std::string_view origin) {
    Request request;
    if (!origin.empty()) request.headers.emplace_back("Origin", origin);
    return request;
}

std::string headers_of(const HeaderList& headers) {
    std::string out;
    for (const auto& [name, value] : headers) out += name + "=" + value + ";";
    return out;
}

std::string added(const CorsOptions& options, const Request& request) {
    HeaderList headers;
    add_cors_headers(options, request, headers);
    return headers_of(headers);
}

TEST(Cors, IsOffByDefault) {
    EXPECT_EQ(added({}, from("http://a")), "");
    EXPECT_EQ(headers_of(preflight({}, from("http://a")).headers), "");
}

TEST(Cors, ReflectsListedOrigins) {
    CorsOptions options;
    options.origins = {"http://a", "http://b"};
    EXPECT_EQ(added(options, from("http://b")), "Vary=Origin;Access-Control-Allow-Origin=http://b;");
    EXPECT_EQ(added(options, from("http://c")), "Vary=Origin;");
    EXPECT_EQ(added(options, from("")), "Vary=Origin;");
}

TEST(Cors, AsksWhenTheListDoesNotMatch) {
    CorsOptions options;
    options.allow = [](std::string_view origin) { return origin.ends_with(".good"); };
    EXPECT_EQ(added(options, from("http://x.good")), "Vary=Origin;Access-Control-Allow-Origin=http://x.good;");
    EXPECT_EQ(added(options, from("http://x.bad")), "Vary=Origin;");
}

TEST(Cors, StarIsReflectedOnlyWithCredentials) {
    CorsOptions options;
    options.origins = {"*"};
    EXPECT_EQ(added(options, from("http://a")), "Access-Control-Allow-Origin=*;");
    options.credentials = true;
    EXPECT_EQ(added(options, from("http://a")), "Vary=Origin;Access-Control-Allow-Origin=http://a;Access-Control-Allow-Credentials=true;");
}

TEST(Cors, AnswersPreflights) {
    CorsOptions options;
    options.origins = {"http://a"};
    options.methods = {"GET", "POST"};
    options.max_age = std::chrono::seconds(60);
    auto request = from("http://a");
    request.headers.emplace_back("Access-Control-Request-Headers", "x-one,x-two");
    const auto response = preflight(options, request);
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(headers_of(response.headers),
              "Vary=Origin;Access-Control-Allow-Origin=http://a;Vary=Access-Control-Request-Headers;Access-Control-Allow-Methods=GET,POST;"
              "Access-Control-Allow-Headers=x-one,x-two;Access-Control-Max-Age=60;");
    options.allowed_headers = {"X-Only"};
    EXPECT_NE(headers_of(preflight(options, request).headers).find("Access-Control-Allow-Headers=X-Only;"), std::string::npos);
}

TEST(Cors, GrantsStrangersNothing) {
    CorsOptions options;
    options.origins = {"http://a"};
    EXPECT_EQ(headers_of(preflight(options, from("http://c")).headers), "Vary=Origin;Vary=Access-Control-Request-Headers;");
}

TEST(Cors, ExposesHeaders) {
    CorsOptions options;
    options.origins = {"*"};
    options.exposed_headers = {"X-A", "X-B"};
    EXPECT_EQ(added(options, from("http://a")), "Access-Control-Allow-Origin=*;Access-Control-Expose-Headers=X-A,X-B;");
}

}  // namespace
}  // namespace sio::http
