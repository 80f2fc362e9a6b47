#include "desk/auth/key.hpp"

#include <gtest/gtest.h>

#include "desk/auth/testing/craft_token.hpp"
#include "desk/auth/token_verifier.hpp"
#include "sio/base/base64.hpp"

namespace desk::auth {
namespace {

using namespace testing;

std::string header(std::string_view algorithm, std::string_view key_id = {}) {
    std::string json = R"({"alg":")" + std::string(algorithm) + "\"";
    if (!key_id.empty()) json.append(R"(,"kid":")").append(key_id).append("\"");
    return json + "}";
}

std::string reason(const KeySet& keys, std::string_view token) {
    const auto claims = TokenVerifier(keys).verify(token, kNow * 1000);
    return claims ? "" : std::string(to_string(claims.error().reason));
}

std::string oct(std::string_view id, std::string_view secret, std::string_view more = {}) {
    return R"({"kty":"oct","kid":")" + std::string(id) + R"(","k":")" + sio::base64::encode_url(secret) + "\"" + std::string(more) + "}";
}

std::string key_set(std::string_view keys) { return R"({"keys":[)" + std::string(keys) + "]}"; }

TEST(Key, RsaPemChecksRs256) {
    const auto key = make_rsa(2048);
    const KeySet keys({Key::from_pem(public_pem(key.get())).value()});
    EXPECT_EQ(reason(keys, craft_signed(header("RS256"), kAnn, key.get(), Scheme::Rs256)), "");
    EXPECT_EQ(reason(keys, craft_signed(header("RS256"), kAnn, make_rsa(2048).get(), Scheme::Rs256)), "SIGNATURE");
    EXPECT_EQ(reason(keys, craft_signed(header("PS256"), kAnn, key.get(), Scheme::Ps256)), "ALGORITHM");
    EXPECT_EQ(reason(keys, craft_signed(header("RS256"), kAnn, key.get(), Scheme::Ps256)), "SIGNATURE");
}

TEST(Key, RsaPemChecksPs256WhenAsked) {
    const auto key = make_rsa(2048);
    const KeySet keys({Key::from_pem(public_pem(key.get()), {}, Algorithm::PS256).value()});
    EXPECT_EQ(reason(keys, craft_signed(header("PS256"), kAnn, key.get(), Scheme::Ps256)), "");
    EXPECT_EQ(reason(keys, craft_signed(header("RS256"), kAnn, key.get(), Scheme::Rs256)), "ALGORITHM");
}

TEST(Key, EcPemChecksEs256) {
    const auto key = make_ec("P-256");
    const KeySet keys({Key::from_pem(public_pem(key.get())).value()});
    EXPECT_EQ(reason(keys, craft_signed(header("ES256"), kAnn, key.get(), Scheme::Es256)), "");
    EXPECT_EQ(reason(keys, craft_signed(header("ES256"), kAnn, make_ec("P-256").get(), Scheme::Es256)), "SIGNATURE");
    const auto input = sio::base64::encode_url(header("ES256")) + "." + sio::base64::encode_url(kAnn) + ".";
    EXPECT_EQ(reason(keys, input + sio::base64::encode_url(std::string(64, '\0'))), "SIGNATURE");
    EXPECT_EQ(reason(keys, input + sio::base64::encode_url(std::string(63, '\1'))), "SIGNATURE");
    EXPECT_EQ(reason(keys, input + sio::base64::encode_url(std::string(128, '\1'))), "SIGNATURE");
}

TEST(Key, ACertificateIsAsGoodAsItsKey) {
    const auto key = make_rsa(2048);
    const KeySet keys({Key::from_pem(certificate_pem(key.get())).value()});
    EXPECT_EQ(reason(keys, craft_signed(header("RS256"), kAnn, key.get(), Scheme::Rs256)), "");
}

TEST(Key, APublicKeyIsNoHmacSecret) {
    const auto key = make_rsa(2048);
    const auto pem = public_pem(key.get());
    const KeySet keys({Key::from_pem(pem).value()});
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256"), kAnn, pem)), "ALGORITHM");
    EXPECT_EQ(reason(keys, craft_hmac(header("RS256"), kAnn, pem)), "SIGNATURE");
}

TEST(Key, UnfitPemIsRefused) {
    const auto key = make_rsa(2048);
    EXPECT_FALSE(Key::from_pem(""));
    EXPECT_FALSE(Key::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
    EXPECT_FALSE(Key::from_pem(private_pem(key.get())));
    EXPECT_FALSE(Key::from_pem(public_pem(make_rsa(1024).get())));
    EXPECT_FALSE(Key::from_pem(public_pem(make_ec("P-384").get())));
    EXPECT_FALSE(Key::from_pem(public_pem(make_ec("P-256").get()).substr(0, 100)));
    EXPECT_FALSE(Key::from_secret(""));
}

TEST(KeySet, TheKeyIdChoosesTheKey) {
    const auto keys = KeySet::from_jwks(key_set(oct("a", "secret-a") + "," + oct("b", "secret-b"))).value();
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256", "a"), kAnn, "secret-a")), "");
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256", "b"), kAnn, "secret-b")), "");
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256", "b"), kAnn, "secret-a")), "SIGNATURE");
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256", "c"), kAnn, "secret-a")), "UNKNOWN_KEY");
    EXPECT_EQ(reason(keys, craft_hmac(header("HS256"), kAnn, "secret-b")), "") << "no kid: every key is tried";
    EXPECT_EQ(reason(keys, craft_hmac(header("RS256", "a"), kAnn, "secret-a")), "ALGORITHM");
}

TEST(KeySet, TakesRsaAndEcKeysOfASet) {
    // RFC 7515 appendix A.3 gives this P-256 key.
    constexpr std::string_view kEc =
        R"({"kty":"EC","crv":"P-256","kid":"e","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
    const auto keys = KeySet::from_jwks(key_set(kEc)).value();
    EXPECT_EQ(keys.keys().front().algorithm(), Algorithm::ES256);
    EXPECT_EQ(keys.keys().front().id(), "e");
    // The example token of the same appendix; its payload has none of our claims, which shows that the signature was right.
    EXPECT_EQ(reason(keys,
                     "eyJhbGciOiJFUzI1NiJ9"
                     ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                     ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"),
              "BAD_SUB");
}

TEST(KeySet, LeavesOutKeysThatAreNotOurs) {
    const auto keys =
        KeySet::from_jwks(key_set(oct("sig", "secret") + "," + oct("enc", "secret", R"(,"use":"enc")") + "," +
                                  oct("sign", "secret", R"(,"key_ops":["sign"])") + "," + oct("hs512", "secret", R"(,"alg":"HS512")") +
                                  R"(,{"kty":"OKP","crv":"Ed25519"},{"kty":"EC","crv":"P-384"},7)"))
            .value();
    ASSERT_EQ(keys.keys().size(), 1U);
    EXPECT_EQ(keys.keys().front().id(), "sig");
}

TEST(KeySet, BadSetsAreRefused) {
    for (const auto* json :
         {"", "7", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[{}]})", R"({"keys":[{"kty":"OKP"}]})",
          R"({"keys":[{"kty":"oct"}]})", R"({"keys":[{"kty":"oct","k":7}]})", R"({"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]})",
          R"({"keys":[{"kty":"RSA","n":"","e":""}]})", R"({"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"RS256"}]})",
          R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})"}) {
        EXPECT_FALSE(KeySet::from_jwks(json)) << json;
    }
    EXPECT_FALSE(KeySet::from_jwks(std::string(64 * 1024 + 1, ' ')));
    std::string many = oct("0", "secret");
    for (int i = 0; i < 64; ++i) many += "," + oct("k", "secret");
    EXPECT_FALSE(KeySet::from_jwks(key_set(many)));
}

TEST(KeySet, APointOffTheCurveIsRefused) {
    EXPECT_FALSE(KeySet::from_jwks(key_set(
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI4a0"})")));
}

}  // namespace
}  // namespace desk::auth
