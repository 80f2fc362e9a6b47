#include "desk/auth/api_key.hpp"

#include <gtest/gtest.h>

namespace desk::auth {
namespace {

TEST(ApiKey, IsRandomAndKnownByItsPrefix) {
    const std::string key = make_api_key();
    EXPECT_EQ(key.size(), 52U);
    EXPECT_TRUE(is_api_key(key));
    EXPECT_NE(key, make_api_key());
    EXPECT_FALSE(is_api_key("eyJhbGciOiJIUzI1NiJ9.e30.x"));
}

TEST(ApiKey, HashesAlwaysAlikeAndTellsNothingOfIt) {
    const std::string key = make_api_key();
    EXPECT_EQ(api_key_hash(key), api_key_hash(key));
    EXPECT_NE(api_key_hash(key), api_key_hash(make_api_key()));
    EXPECT_EQ(api_key_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace desk::auth
