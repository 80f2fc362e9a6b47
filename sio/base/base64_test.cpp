#include "sio/base/base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sio::base64 {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
    EXPECT_EQ(encode(""), "");
    EXPECT_EQ(encode("f"), "Zg==");
    EXPECT_EQ(encode("fo"), "Zm8=");
    EXPECT_EQ(encode("foo"), "Zm9v");
    EXPECT_EQ(encode("foob"), "Zm9vYg==");
    EXPECT_EQ(encode("fooba"), "Zm9vYmE=");
    EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, HasTwoAlphabets) {
    EXPECT_EQ(encode("\xFB\xFF\xFE"), "+//+");
    EXPECT_EQ(encode("\xFB\xFF\xFE", Alphabet::Url), "-__-");
    EXPECT_EQ(encode_url("\xFF"), "_w");
    EXPECT_FALSE(decode("-__-"));
    EXPECT_FALSE(decode("+//+", Alphabet::Url));
}

TEST(Base64, AppendsBehindWhatIsThere) {
    std::string out = "b";
    append(out, "foo");
    EXPECT_EQ(out, "bZm9v");
    ASSERT_TRUE(decode_append(out, "YmFy"));
    EXPECT_EQ(out, "bZm9vbar");
}

TEST(Base64, LeavesTheTargetAloneOnErrors) {
    std::string out = "kept";
    EXPECT_FALSE(decode_append(out, "Zm9*"));
    EXPECT_EQ(out, "kept");
}

class Base64Rejects : public testing::TestWithParam<std::string_view> {};

TEST_P(Base64Rejects, MalformedText) {
    for (const Padding padding : {Padding::Required, Padding::Optional}) {
        const auto decoded = decode(GetParam(), Alphabet::Standard, padding);
        ASSERT_FALSE(decoded.has_value());
        EXPECT_EQ(decoded.error().code, ErrorCode::BadRequest);
    }
}

INSTANTIATE_TEST_SUITE_P(Base64, Base64Rejects,
                         testing::Values("Z", "Z===", "=", "==", "====", "Zg=", "Zg===", "Zg=v", "Zg==Zg==", "Zm9v=", "Zm9v==", "Zm9vZ",
                                         "Zm9 ", "Zm9\n", "Zm9v\n", "Zm\x80v", "Zh==", "Zm9=", std::string_view("Zm9\0", 4)));

TEST(Base64, PaddingIsAskedForForbiddenOrOptional) {
    EXPECT_FALSE(decode("Zg", Alphabet::Standard, Padding::Required));
    EXPECT_FALSE(decode("Zg==", Alphabet::Standard, Padding::Forbidden));
    EXPECT_EQ(decode("Zg==", Alphabet::Standard, Padding::Optional), "f");
    EXPECT_EQ(decode("Zg", Alphabet::Standard, Padding::Optional), "f");
    EXPECT_EQ(decode("Zm8", Alphabet::Standard, Padding::Forbidden), "fo");
}

RC_GTEST_PROP(Base64Property, DecodingUndoesEncoding, (const std::string& bytes)) {
    for (const Alphabet alphabet : {Alphabet::Standard, Alphabet::Url}) {
        for (const Padding padding : {Padding::Required, Padding::Forbidden, Padding::Optional}) {
            const std::string text = encode(bytes, alphabet, padding);
            RC_ASSERT(text.size() == encoded_size(bytes.size(), padding));
            RC_ASSERT(decode(text, alphabet, padding).value() == bytes);
        }
    }
}

RC_GTEST_PROP(Base64Property, WhatDecodesHasOneSpelling, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABZz09+/=-")));
    const auto bytes = decode(text);
    if (bytes) RC_ASSERT(encode(*bytes) == text);
}

}  // namespace
}  // namespace sio::base64
