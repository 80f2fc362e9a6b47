#include <gtest/gtest.h>

#include "sio/websocket/connection.hpp"
#include "sio/websocket/deflate_offer.hpp"

namespace sio::websocket {
namespace {

http::Request upgrade_request() {
    http::Request request;
    request.upgrade = true;
    request.headers = {{"Sec-WebSocket-Version", "13"}, {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    return request;
}

TEST(Handshake, AnswersTheKeyOfTheRfc) {
    const auto handshake = negotiate(upgrade_request(), {});
    ASSERT_TRUE(handshake.has_value());
    EXPECT_EQ(handshake->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_FALSE(handshake->deflate.enabled);
    EXPECT_EQ(accept_response(*handshake, "X-A: b\r\n"),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-A: b\r\n\r\n");
}

TEST(Handshake, RefusesOtherMethodsAndPlainRequests) {
    auto request = upgrade_request();
    request.method = http::Method::Post;
    EXPECT_FALSE(negotiate(request, {}).has_value());
    request = upgrade_request();
    request.upgrade = false;
    EXPECT_FALSE(negotiate(request, {}).has_value());
}

TEST(Handshake, NamesAWrongVersion) {
    for (const std::string_view version : {"", "8", "12", "14", "013", "13, 8"}) {
        auto request = upgrade_request();
        request.headers[0].second = version;
        const auto result = negotiate(request, {});
        ASSERT_FALSE(result.has_value()) << version;
        EXPECT_EQ(result.error().code, ErrorCode::BadRequest);
        EXPECT_EQ(result.error().detail, kBadVersion);
    }
    auto request = upgrade_request();
    request.headers.erase(request.headers.begin());
    EXPECT_FALSE(negotiate(request, {}).has_value());
    request = upgrade_request();
    request.headers.emplace_back("Sec-WebSocket-Version", "13");
    EXPECT_FALSE(negotiate(request, {}).has_value());
}

TEST(Handshake, WantsAKeyOf16Bytes) {
    for (const std::string_view key : {"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZXg=",
                                       "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZR==", "dGhl IHNhbXBsZSBub25jZQ=="}) {
        auto request = upgrade_request();
        request.headers[1].second = key;
        EXPECT_FALSE(negotiate(request, {}).has_value()) << key;
    }
    auto request = upgrade_request();
    request.headers.pop_back();
    EXPECT_FALSE(negotiate(request, {}).has_value());
    request = upgrade_request();
    request.headers.push_back(request.headers.back());
    EXPECT_FALSE(negotiate(request, {}).has_value()) << "two keys";
}

std::string offered(std::string_view offers, DeflateOptions options = {}) {
    options.enabled = true;
    auto request = upgrade_request();
    request.headers.emplace_back("Sec-WebSocket-Extensions", offers);
    const auto agreed = negotiate_deflate(request, options);
    if (!agreed) return "error";
    return agreed->enabled ? agreed->response : "none";
}

TEST(DeflateOffer, IsIgnoredWhenOff) {
    auto request = upgrade_request();
    request.headers.emplace_back("Sec-WebSocket-Extensions", "permessage-deflate; ;;");
    const auto handshake = negotiate(request, {});
    ASSERT_TRUE(handshake.has_value());
    EXPECT_FALSE(handshake->deflate.enabled);
    EXPECT_EQ(accept_response(*handshake, {}).find("Extensions"), std::string::npos);
}

TEST(DeflateOffer, AcceptsWhatBrowsersSend) {
    EXPECT_EQ(offered("permessage-deflate"), "permessage-deflate");
    EXPECT_EQ(offered("permessage-deflate; client_max_window_bits"), "permessage-deflate");
    EXPECT_EQ(offered(""), "none");
}

TEST(DeflateOffer, TakesParametersIntoTheAnswer) {
    EXPECT_EQ(offered("permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
              "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    EXPECT_EQ(offered("permessage-deflate; server_max_window_bits=10"), "permessage-deflate; server_max_window_bits=10");
    EXPECT_EQ(offered("permessage-deflate; server_max_window_bits=15"), "permessage-deflate; server_max_window_bits=15");
    EXPECT_EQ(offered("permessage-deflate; client_max_window_bits=\"9\""), "permessage-deflate; client_max_window_bits=9");
}

TEST(DeflateOffer, HoldsToItsOwnOptions) {
    DeflateOptions options;
    options.server_max_window_bits = 11;
    options.client_max_window_bits = 12;
    options.server_no_context_takeover = true;
    EXPECT_EQ(offered("permessage-deflate; client_max_window_bits", options),
              "permessage-deflate; server_no_context_takeover; server_max_window_bits=11; client_max_window_bits=12");
    EXPECT_EQ(offered("permessage-deflate; client_max_window_bits=10; server_max_window_bits=9", options),
              "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10");
    EXPECT_EQ(offered("permessage-deflate", options), "permessage-deflate; server_no_context_takeover; server_max_window_bits=11")
        << "a client that did not offer a window of its own keeps it";
}

TEST(DeflateOffer, DeclinesWhatItDoesNotKnow) {
    for (const std::string_view offer :
         {"permessage-deflate; unknown", "permessage-deflate; constructor", "permessage-deflate; __proto__=1",
          "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
          "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
          "permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=09", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
          "permessage-deflate; client_max_window_bits=x", "permessage-deflate; client_max_window_bits; client_max_window_bits",
          "constructor", "x-webkit-deflate-frame", "toString; a=b"}) {
        EXPECT_EQ(offered(offer), "none") << offer;
    }
}

TEST(DeflateOffer, TakesTheFirstAcceptableOne) {
    EXPECT_EQ(offered("other, permessage-deflate; bad, permessage-deflate; server_max_window_bits=12, permessage-deflate"),
              "permessage-deflate; server_max_window_bits=12");
    auto request = upgrade_request();
    request.headers.emplace_back("Sec-WebSocket-Extensions", "one");
    request.headers.emplace_back("Sec-WebSocket-Extensions", "permessage-deflate");
    DeflateOptions options;
    options.enabled = true;
    EXPECT_TRUE(negotiate_deflate(request, options)->enabled) << "several headers are one list";
}

TEST(DeflateOffer, RefusesBrokenGrammar) {
    for (const std::string_view offer :
         {"permessage-deflate;", "permessage-deflate; ;", "; a", "a b", "permessage-deflate; a=", "permessage-deflate; =1",
          "permessage-deflate; a=\"b c\"", "permessage-deflate; a=\"b", "\"permessage-deflate\""}) {
        EXPECT_EQ(offered(offer), "error") << offer;
    }
}

}  // namespace
}  // namespace sio::websocket
