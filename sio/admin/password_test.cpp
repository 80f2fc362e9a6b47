#include "sio/admin/password.hpp"

#include <gtest/gtest.h>

namespace sio::admin {
namespace {

/// Made by bcryptjs, cost 4; each of `correct horse`.
constexpr const char* kHashes[] = {"$2a$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW",
                                   "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW",
                                   "$2y$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW"};

TEST(AdminPassword, HashesOfEveryPrefixAreKnown) {
    for (const std::string hash : kHashes) {
        ASSERT_TRUE(is_bcrypt_hash(hash)) << hash;
        EXPECT_TRUE(matches("correct horse", hash)) << hash;
        EXPECT_FALSE(matches("correct horsE", hash)) << hash;
        EXPECT_FALSE(matches("", hash)) << hash;
    }
}

TEST(AdminPassword, ANulDoesNotCutThePassword) { EXPECT_FALSE(matches(std::string("correct horse\0x", 15), kHashes[0])); }

TEST(AdminPassword, WhatIsNoBcryptHashIsRefused) {
    const std::string good = kHashes[1];
    std::string dear = good;
    dear.replace(4, 2, "16");
    std::string cheap = good;
    cheap.replace(4, 2, "03");
    std::string letters = good;
    letters.replace(4, 2, "1x");
    std::string foreign = good;
    foreign.back() = '!';
    std::string kind = good;
    kind[2] = 'x';
    for (const auto& bad : {std::string(), std::string("secret"), good + "a", good.substr(1), dear, cheap, letters, foreign, kind})
        EXPECT_FALSE(is_bcrypt_hash(bad)) << bad;
}

}  // namespace
}  // namespace sio::admin
