#include "desk/auth/token_verifier.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "desk/auth/compact.hpp"
#include "desk/auth/testing/craft_token.hpp"
#include "desk/auth/token_signer.hpp"
#include "sio/base/base64.hpp"

namespace desk::auth {
namespace {

using namespace testing;

TokenVerifier make_verifier(TokenRules rules = {}) { return TokenVerifier(KeySet({*Key::from_secret(kSecret)}), std::move(rules)); }

std::expected<Claims, AuthFailure> verify(std::string_view token, std::int64_t now = kNow) {
    return make_verifier().verify(token, now * 1000);
}

/// The reason a token is refused for; empty when it is taken.
std::string reason(std::string_view token, std::int64_t now = kNow) {
    const auto claims = verify(token, now);
    return claims ? "" : std::string(to_string(claims.error().reason));
}

std::string reason_of_payload(std::string_view payload) { return reason(craft_hmac(kHs256, payload)); }

std::string reason_of_header(std::string_view header) { return reason(craft_hmac(header, kAnn)); }

TEST(TokenVerifier, GivesTheClaimsOfAGoodToken) {
    const auto claims = verify(craft_hmac(kHs256, kAnn));
    ASSERT_TRUE(claims);
    EXPECT_EQ(*claims, (Claims{"ann", "Ann", "acme", {"t1", "t2"}, Role::Agent, 1'800'003'600, 1'799'999'000, std::nullopt}));
}

TEST(TokenVerifier, TakesWhatTheSignerMakes) {
    const Claims claims{"u|1@x.io", "Zoë \"Z\" 😀", "acme", {"a", "b"}, Role::Admin, kNow + 60, kNow, "id-1"};
    const auto token = TokenSigner(*Key::from_secret(kSecret)).sign(claims);
    ASSERT_TRUE(token);
    EXPECT_EQ(verify(*token), claims);
}

TEST(TokenVerifier, SignerFollowsTheSameRules) {
    const TokenRules rules{"me", "desk", {"uid", "n", "tenant", "groups", "job"}};
    const Claims claims{"u", "U", "acme", {"a"}, Role::Bot, kNow + 60, {}, {}};
    const auto token = TokenSigner(*Key::from_secret(kSecret), rules).sign(claims);
    ASSERT_TRUE(token);
    EXPECT_EQ(make_verifier(rules).verify(*token, kNow * 1000), claims);
    EXPECT_EQ(reason(*token), "BAD_SUB");
}

TEST(TokenVerifier, SignerRefusesATokenThatNobodyWouldTake) {
    const Claims claims{"u", std::string(8 * 1024, 'x'), "acme", {}, Role::Agent, kNow, {}, {}};
    EXPECT_FALSE(TokenSigner(*Key::from_secret(kSecret)).sign(claims));
}

TEST(TokenVerifier, ATokenEndsAtItsExpiry) {
    const auto token = craft_hmac(kHs256, with("exp", "1800000100"));
    EXPECT_EQ(reason(token, 1'800'000'099), "");
    EXPECT_EQ(reason(token, 1'800'000'100), "EXPIRED");
    EXPECT_TRUE(verify(token, 1'900'000'000).error().expired());
}

TEST(TokenVerifier, ExpiredIsNeverSaidOfAForeignToken) {
    EXPECT_EQ(reason(craft_hmac(kHs256, with("exp", "1"), "another secret")), "SIGNATURE");
    EXPECT_EQ(reason_of_payload(with("exp", "1")), "EXPIRED");
}

TEST(TokenVerifier, ATokenStartsAtItsNotBefore) {
    const auto token = craft_hmac(kHs256, with("nbf", "1800000100"));
    EXPECT_EQ(reason(token, 1'800'000'099), "NOT_YET_VALID");
    EXPECT_EQ(reason(token, 1'800'000'100), "");
}

TEST(TokenVerifier, AnIssuedAtInTheFutureIsTaken) { EXPECT_EQ(reason_of_payload(with("iat", "1900000000")), ""); }

TEST(TokenVerifier, TheAlgorithmIsTheKeysNotTheTokens) {
    for (const auto* name : {"HS384", "HS512", "RS256", "RS384", "PS256", "ES256", "EdDSA", "hs256", "HS256 ", "dir", ""}) {
        EXPECT_EQ(reason_of_header(R"({"alg":")" + std::string(name) + R"("})"), "ALGORITHM") << name;
    }
    EXPECT_EQ(reason(craft_hmac(R"({"alg":"HS384"})", kAnn, kSecret, EVP_sha384())), "ALGORITHM");
    EXPECT_EQ(reason(craft_hmac(R"({"alg":"HS512"})", kAnn, kSecret, EVP_sha512())), "ALGORITHM");
}

TEST(TokenVerifier, UnsignedTokensAreRefused) {
    for (const auto* name : {"none", "None", "NONE", "nOnE"}) {
        const auto header = sio::base64::encode_url(R"({"alg":")" + std::string(name) + R"("})");
        const auto payload = sio::base64::encode_url(kAnn);
        EXPECT_EQ(reason(header + "." + payload + "."), "MALFORMED");
        EXPECT_EQ(reason(header + "." + payload), "MALFORMED");
        EXPECT_EQ(reason(header + "." + payload + ".AA"), "ALGORITHM");
    }
}

TEST(TokenVerifier, HeadersThatCouldBeReadTwoWaysAreRefused) {
    EXPECT_EQ(reason_of_header(R"({})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"typ":"JWT"})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":["HS256"]})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":null})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":256})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":{"HS256":1}})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"none","alg":"HS256"})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","alg":"none"})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","crit":["exp"]})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","crit":[]})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","b64":false})"), "BAD_HEADER");
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","kid":7})"), "BAD_HEADER");
}

TEST(TokenVerifier, HeadersThatAreNoObjectAreRefused) {
    for (const auto* header :
         {"[]", "null", "\"HS256\"", "7", "{", "", "{\"alg\":\"HS256\"", "\xff\xfe", "{\"alg\":\"HS256\"}x", "\xef\xbb\xbf{}"}) {
        EXPECT_EQ(reason_of_header(header), "MALFORMED") << header;
    }
    EXPECT_EQ(reason_of_header(R"({"alg":"HS256","x":)" + std::string(2000, '[') + std::string(2000, ']') + "}"), "MALFORMED");
}

TEST(TokenVerifier, KeysOfferedByTheTokenAreNotUsed) {
    const auto evil = sio::base64::encode_url("evil");
    const auto header = R"({"alg":"HS256","jwk":{"kty":"oct","k":")" + evil + R"("},"jku":"http://evil.example/"})";
    EXPECT_EQ(reason(craft_hmac(header, kAnn, "evil")), "SIGNATURE");
    EXPECT_EQ(reason(craft_hmac(header, kAnn)), "");
}

TEST(TokenVerifier, OneChangedCharacterBreaksTheSignature) {
    const auto token = craft_hmac(kHs256, kAnn);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify(changed)) << i;
    }
}

TEST(TokenVerifier, ACutTokenIsRefusedWhereverItIsCut) {
    const auto token = craft_hmac(kHs256, kAnn);
    for (std::size_t size = 0; size < token.size(); ++size) EXPECT_FALSE(verify(std::string_view(token).substr(0, size))) << size;
}

TEST(TokenVerifier, OneTokenHasOneSpelling) {
    const auto token = craft_hmac(kHs256, kAnn);
    for (const auto* tail : {"=", "==", "AA", ".", ".AA", "\n", " ", "%3D"}) EXPECT_EQ(reason(token + tail), "MALFORMED") << tail;
    for (const auto* head : {" ", "Bearer ", "\"", "."}) EXPECT_EQ(reason(head + token), "MALFORMED") << head;
    EXPECT_EQ(reason(token + std::string(1, '\0')), "MALFORMED");
    EXPECT_EQ(reason(token + "A"), "SIGNATURE");
    // 32 bytes leave two unused bits in the signature's last character.
    auto alias = token;
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    alias.back() = kAlphabet[kAlphabet.find(alias.back()) + 1];
    EXPECT_EQ(reason(alias), "MALFORMED");
}

TEST(TokenVerifier, LengthIsBoundedBeforeAnythingElse) {
    EXPECT_EQ(reason(""), "MISSING");
    EXPECT_EQ(reason(std::string(kMaxTokenBytes + 1, 'A')), "TOO_LARGE");
    EXPECT_EQ(reason(std::string(kMaxTokenBytes, 'A')), "MALFORMED");
    EXPECT_EQ(reason(std::string(kMaxTokenBytes, '.')), "MALFORMED");
    const auto wide = craft_hmac(kHs256, with("pad", "\"" + std::string(5800, 'x') + "\""));
    ASSERT_LE(wide.size(), kMaxTokenBytes);
    EXPECT_EQ(reason(wide), "");
}

TEST(TokenVerifier, WellSignedNonsenseIsRefused) {
    for (const auto* payload : {"", "null", "[]", "\"ann\"", "7", "{", "{}x", "\xff", "{\"sub\":\"ann\",}"}) {
        EXPECT_FALSE(verify(craft_hmac(kHs256, payload))) << payload;
    }
    EXPECT_EQ(reason_of_payload("[]"), "BAD_PAYLOAD");
    EXPECT_EQ(reason_of_payload("{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}"), "BAD_PAYLOAD");
    EXPECT_EQ(reason_of_payload(craft_hmac(kHs256, kAnn)), "BAD_PAYLOAD") << "a token inside a token";
}

TEST(TokenVerifier, IssuerAndAudienceAreAskedWhenSet) {
    const auto strict = make_verifier({"https://id.example", "desk", {}});
    const auto why = [&](std::string_view payload) -> std::string {
        const auto claims = strict.verify(craft_hmac(kHs256, payload), kNow * 1000);
        return claims ? "" : std::string(to_string(claims.error().reason));
    };
    const auto from = [](std::string_view rest) {
        return R"({"sub":"ann","org":"acme","role":"agent","exp":1900000000)" + std::string(rest) + "}";
    };
    EXPECT_EQ(why(from(R"(,"iss":"https://id.example","aud":"desk")")), "");
    EXPECT_EQ(why(from(R"(,"iss":"https://id.example","aud":["x","desk"])")), "");
    EXPECT_EQ(why(from(R"(,"iss":"https://id.example","aud":["x"])")), "WRONG_AUDIENCE");
    EXPECT_EQ(why(from(R"(,"iss":"https://id.example","aud":{"desk":1})")), "WRONG_AUDIENCE");
    EXPECT_EQ(why(from(R"(,"iss":"https://id.example")")), "WRONG_AUDIENCE");
    EXPECT_EQ(why(from(R"(,"iss":["https://id.example"],"aud":"desk")")), "WRONG_ISSUER");
    EXPECT_EQ(why(from(R"(,"aud":"desk")")), "WRONG_ISSUER");
}

TEST(TokenVerifier, WithoutKeysNothingIsTaken) {
    EXPECT_EQ(TokenVerifier({}).verify(craft_hmac(kHs256, kAnn), 0).error().reason, AuthReason::Algorithm);
}

TEST(TokenVerifier, IsUsedByManyThreadsAtOnce) {
    const auto verifier = make_verifier();
    const auto good = craft_hmac(kHs256, kAnn);
    const auto bad = craft_hmac(kHs256, kAnn, "another secret");
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                if (!verifier.verify(good, kNow * 1000)) ++wrong;
                if (verifier.verify(bad, kNow * 1000)) ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

RC_GTEST_PROP(TokenVerifier, AnyBytesAreRefused, (const std::string& bytes)) { RC_ASSERT(!verify(bytes)); }

RC_GTEST_PROP(TokenVerifier, AnySignedHeaderAndPayloadIsHandled, (const std::string& header, const std::string& payload)) {
    RC_ASSERT(!verify(craft_hmac(header, kAnn)));
    RC_ASSERT(!verify(craft_hmac(kHs256, payload)));
}

TEST(AuthFailure, TellsTheClientItsReason) {
    EXPECT_EQ(to_error({AuthReason::Expired}).code, ErrorCode::AuthTokenExpired);
    EXPECT_EQ(to_error({AuthReason::BadRole}).code, ErrorCode::AuthTokenInvalid);
    EXPECT_EQ(to_error({AuthReason::BadRole}).details_json, R"("reason":"BAD_ROLE")");
}

}  // namespace
}  // namespace desk::auth
