#include "desk/auth/hmac.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sio/base/base64.hpp"

namespace desk::auth {
namespace {

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

// RFC 4231, test cases 1, 2 and 6: a short key, a shorter one, and one longer than a block.
TEST(Hmac, KnowsTheSignaturesOfTheRfc) {
    const Hmac one(std::string(20, '\x0b'));
    EXPECT_TRUE(
        one.verify("Hi There", sio::base64::encode_url(from_hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))));
    const Hmac two("Jefe");
    EXPECT_TRUE(two.verify("what do ya want for nothing?",
                           sio::base64::encode_url(from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))));
    const Hmac six(std::string(131, '\xaa'));
    EXPECT_TRUE(six.verify("Test Using Larger Than Block-Size Key - Hash Key First",
                           sio::base64::encode_url(from_hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))));
}

TEST(Hmac, RefusesEverythingElse) {
    const Hmac hmac("Jefe");
    std::string right = from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const auto signs = [&](std::string_view text, std::string_view bytes) { return hmac.verify(text, sio::base64::encode_url(bytes)); };
    EXPECT_TRUE(signs("what do ya want for nothing?", right));
    EXPECT_FALSE(signs("what do ya want for nothing", right));
    EXPECT_FALSE(signs("what do ya want for nothing?", right + "x")) << "longer";
    EXPECT_FALSE(signs("what do ya want for nothing?", right.substr(0, 31))) << "shorter";
    EXPECT_FALSE(hmac.verify("what do ya want for nothing?", "")) << "none";
    EXPECT_FALSE(hmac.verify("what do ya want for nothing?", "no base64!")) << "not even base64url";
    for (char& byte : right) {
        byte = static_cast<char>(byte ^ 1);
        EXPECT_FALSE(signs("what do ya want for nothing?", right));
        byte = static_cast<char>(byte ^ 1);
    }
}

}  // namespace
}  // namespace desk::auth
