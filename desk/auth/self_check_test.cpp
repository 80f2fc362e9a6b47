#include "desk/auth/self_check.hpp"

#include <gtest/gtest.h>

#include "desk/auth/testing/craft_token.hpp"

namespace desk::auth {
namespace {

using namespace testing;

TokenRules strict() {
    TokenRules rules;
    rules.issuer = "https://id.example";
    rules.audience = "desk";
    return rules;
}

sio::Result<void> check(const std::string& signing, const std::string& verifying, const TokenRules& rules = {}) {
    const TokenSigner signer(*Key::from_secret(signing), rules);
    const TokenVerifier verifier(KeySet({*Key::from_secret(verifying)}), rules);
    return check_own_tokens(signer, verifier, kNow * 1000);
}

TEST(OwnTokens, AreTakenByTheSameSecretAndRules) {
    EXPECT_TRUE(check(std::string(kSecret), std::string(kSecret)));
    EXPECT_TRUE(check(std::string(kSecret), std::string(kSecret), strict()));
}

TEST(OwnTokens, ThatAreRefusedAreReportedWithTheReason) {
    const auto checked = check(std::string(kSecret), "another secret, of as many bytes");
    ASSERT_FALSE(checked);
    EXPECT_TRUE(checked.error().detail.contains("SIGNATURE")) << checked.error().detail;
}

}  // namespace
}  // namespace desk::auth
