#include "sio/runtime/digest.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sio/base/bytes.hpp"

namespace sio::runtime {
namespace {

TEST(Digest, Sha1IsThatOfFips180) {
    EXPECT_EQ(hex(bytes_of(sha1("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex(bytes_of(sha1(""))), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Digest, Sha1GivesTheAcceptKeyOfRfc6455) {
    EXPECT_EQ(hex(bytes_of(sha1("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))),
              "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
}

TEST(Digest, Sha256IsThatOfFips180) {
    EXPECT_EQ(hex(bytes_of(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, HmacIsThatOfRfc4231) {
    EXPECT_EQ(hex(bytes_of(hmac_sha256(std::string(20, '\x0b'), "Hi There"))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(bytes_of(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"))),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    EXPECT_EQ(hex(bytes_of(hmac_sha256("", ""))), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, ConstantTimeComparisonComparesAll) {
    EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secre"));
}

}  // namespace
}  // namespace sio::runtime
