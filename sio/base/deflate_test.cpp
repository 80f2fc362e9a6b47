#include "sio/base/deflate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace sio {
namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 30;

std::string deflated(Deflater& deflater, std::string_view message) {
    std::string out;
    EXPECT_TRUE(deflater.compress(message, out));
    return out;
}

TEST(Deflate, ReadsTheExamplesOfRfc7692) {
    Inflater inflater;
    std::string out;
    const std::string_view hello("\xF2\x48\xCD\xC9\xC9\x07\x00", 7);
    ASSERT_TRUE(inflater.decompress(hello, out, 100));
    ASSERT_TRUE(inflater.decompress(std::string_view("\xF2\x00\x11\x00\x00", 5), out, 100));  // by the window of the first
    ASSERT_TRUE(inflater.decompress(std::string_view("\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00", 11), out, 100));          // stored
    ASSERT_TRUE(inflater.decompress(std::string_view("\xF3\x48\xCD\xC9\xC9\x07\x00\x00", 8), out, 100));                       // BFINAL
    ASSERT_TRUE(inflater.decompress(std::string_view("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00", 13), out, 100));  // two blocks
    EXPECT_EQ(out, "HelloHelloHelloHelloHello");
}

TEST(Deflate, TheWindowOutlivesABlockMarkedAsTheLast) {
    Inflater inflater;
    std::string out;
    ASSERT_TRUE(inflater.decompress(std::string_view("\xF3\x48\xCD\xC9\xC9\x07\x00\x00", 8), out, 100));
    ASSERT_TRUE(inflater.decompress(std::string_view("\xF2\x00\x11\x00\x00", 5), out, 100));
    EXPECT_EQ(out, "HelloHello");
}

TEST(Deflate, TakesTheContextOver) {
    Deflater deflater;
    const std::string first = deflated(deflater, "ticket:typing ticket_123");
    const std::string second = deflated(deflater, "ticket:typing ticket_123");
    EXPECT_LT(second.size(), first.size());
}

TEST(Deflate, ResetsTheContextWhenAsked) {
    Deflater deflater({.context_takeover = false});
    const std::string first = deflated(deflater, "ticket:typing ticket_123");
    const std::string second = deflated(deflater, "ticket:typing ticket_123");
    EXPECT_EQ(first, second);
    Inflater inflater(15, false);
    std::string out;
    ASSERT_TRUE(inflater.decompress(first, out, 100));
    ASSERT_TRUE(inflater.decompress(second, out, 100));
    EXPECT_FALSE(inflater.decompress(std::string_view("\xF2\x00\x11\x00\x00", 5), out, 100));  // refers to a window that is gone
}

TEST(Deflate, EmptyMessagesAreOneZeroByte) {
    Deflater deflater;
    Inflater inflater;
    std::string out;
    for (const std::string_view message : {"", "", "x", "", ""}) {
        const std::string compressed = deflated(deflater, message);
        if (message.empty()) {
            EXPECT_EQ(compressed, std::string(1, '\0'));
        }
        ASSERT_TRUE(inflater.decompress(compressed, out, 100));
    }
    EXPECT_EQ(out, "x");
}

TEST(Inflate, StopsAtItsBound) {
    Deflater deflater;
    std::string plain;
    plain.resize(10'000'000, 'a');
    const std::string bomb = deflated(deflater, plain);
    EXPECT_LT(bomb.size(), 20'000U);
    for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{9'999'999}}) {
        Inflater inflater;
        std::string out = "kept";
        const auto result = inflater.decompress(bomb, out, limit);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, ErrorCode::TooLarge);
        EXPECT_EQ(out, "kept");
        EXPECT_LE(out.capacity(), limit * 2 + 64);
    }
    Inflater inflater;
    std::string out;
    EXPECT_TRUE(inflater.decompress(bomb, out, 10'000'000));
    EXPECT_EQ(out.size(), 10'000'000U);
}

TEST(Inflate, RefusesWhatIsNotDeflateData) {
    for (const std::string_view bytes : {std::string_view("\xFF\xFF\xFF"), std::string_view("\x07"), std::string_view("\xF2\x48\xCD")}) {
        Inflater inflater;
        std::string out;
        const auto result = inflater.decompress(bytes, out, 100);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, ErrorCode::BadFrame);
    }
}

TEST(Inflate, ManyEmptyLastBlocksCostNoMoreThanTheirBytes) {
    std::string blocks;
    for (int i = 0; i < 200'000; ++i) blocks += std::string_view("\x03\x00", 2);
    blocks += '\0';
    Inflater inflater;
    std::string out;
    EXPECT_TRUE(inflater.decompress(blocks, out, 100));
    EXPECT_EQ(out, "");
}

TEST(Inflate, SmallWindows) {
    const std::string message(5000, 'w');
    for (int bits = 9; bits <= 15; ++bits) {
        Deflater deflater({.window_bits = bits});
        Inflater inflater(bits);
        std::string out;
        ASSERT_TRUE(inflater.decompress(deflated(deflater, message + std::to_string(bits)), out, kNoLimit));
        EXPECT_EQ(out, message + std::to_string(bits));
    }
}

TEST(Gzip, RoundTripsAndIsBounded) {
    const std::string text(100'000, 'g');
    for (const auto& compressed : {gzip(text), zlib_deflate(text)}) {
        ASSERT_TRUE(compressed.has_value());
        EXPECT_LT(compressed->size(), 1000U);
        EXPECT_EQ(gunzip(*compressed, text.size()), text);
        EXPECT_EQ(gunzip(*compressed, text.size() - 1).error().code, ErrorCode::TooLarge);
        EXPECT_EQ(gunzip(*compressed + "x", text.size()).error().code, ErrorCode::BadRequest);
        EXPECT_EQ(gunzip(compressed->substr(0, compressed->size() - 1), text.size()).error().code, ErrorCode::BadRequest);
    }
    EXPECT_EQ(gunzip("", 10).error().code, ErrorCode::BadRequest);
    EXPECT_EQ(gunzip(gzip("").value(), 0), "");
    EXPECT_TRUE(gzip("x")->starts_with("\x1F\x8B"));
}

RC_GTEST_PROP(DeflateProperty, MessagesOfOneStreamComeBack, (const std::vector<std::string>& messages, bool takeover)) {
    Deflater deflater({.context_takeover = takeover});
    Inflater inflater(15, takeover);
    for (const auto& message : messages) {
        std::string compressed;
        RC_ASSERT(deflater.compress(message, compressed).has_value());
        std::string out;
        RC_ASSERT(inflater.decompress(compressed, out, message.size()).has_value());
        RC_ASSERT(out == message);
    }
}

RC_GTEST_PROP(DeflateProperty, AnyBytesGiveAnErrorOrAtMostTheBound, (const std::string& bytes)) {
    Inflater inflater;
    std::string out;
    if (inflater.decompress(bytes, out, 64)) {
        RC_ASSERT(out.size() <= 64U);
    } else {
        RC_ASSERT(out.empty());
    }
}

}  // namespace
}  // namespace sio
