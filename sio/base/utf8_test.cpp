#include "sio/base/utf8.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace sio {
namespace {

const std::vector<std::string>& good_texts() {
    static const std::vector<std::string> texts{"",
                                                "a",
                                                std::string("\0", 1),
                                                "\xC3\xBC\xC3\x9F!",
                                                "\xE6\x97\xA5\xE6\x9C\xAC",
                                                "\xF0\x9F\x98\x80!",
                                                "\xED\x9F\xBF\xEE\x80\x80",
                                                "\xEF\xBF\xBF\xF4\x8F\xBF\xBF",
                                                "\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80"};
    return texts;
}

const std::vector<std::string>& bad_texts() {
    static const std::vector<std::string> texts{"\x80",
                                                "\xBF",
                                                "\xC3",
                                                "\xC0\x80",
                                                "\xC1\xBF",
                                                "\xE0\x9F\xBF",
                                                "\xE6\x97",
                                                "a\xE6\x97z",
                                                "\xED\xA0\x80",
                                                "\xED\xBF\xBF",
                                                "\xF0\x8F\xBF\xBF",
                                                "\xF0\x9F\x98",
                                                "\xF4\x90\x80\x80",
                                                "\xF5\x80\x80\x80",
                                                "\xFE",
                                                "\xFF",
                                                "ok \xF8\x88\x80\x80\x80",
                                                "\xC3\xC3\xBC",
                                                "\xF0\x9F\x98\xF0\x9F\x98\x80"};
    return texts;
}

TEST(Utf8, AcceptsWhatRfc3629Allows) {
    for (const auto& text : good_texts()) EXPECT_TRUE(utf8::valid(text)) << testing::PrintToString(text);
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndFragments) {
    for (const auto& text : bad_texts()) EXPECT_FALSE(utf8::valid(text)) << testing::PrintToString(text);
}

TEST(Utf8, RepairsEachMaximalBadPartOnce) {
    EXPECT_EQ(utf8::repair("a\xFF"
                           "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(utf8::repair("\xF0\x9F\x98"), "\xEF\xBF\xBD");  // one cut code point
    EXPECT_EQ(utf8::repair("\xF0\x9F\x98z"), "\xEF\xBF\xBDz");
    EXPECT_EQ(utf8::repair("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // no byte of a surrogate fits
    EXPECT_EQ(utf8::repair("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    for (const auto& text : good_texts()) EXPECT_EQ(utf8::repair(text), text);
}

TEST(Utf8, CountsCodePoints) {
    EXPECT_EQ(utf8::count(""), 0U);
    EXPECT_EQ(utf8::count("Gr\xC3\xBC\xC3\x9F"
                          "e"),
              5U);
    EXPECT_EQ(utf8::count("\xF0\x9F\x98\x80!"), 2U);
}

TEST(Utf8, TruncatesBetweenCodePoints) {
    EXPECT_EQ(utf8::truncate("a\xF0\x9F\x98\x80", 5), "a\xF0\x9F\x98\x80");
    for (std::size_t n = 1; n < 5; ++n) EXPECT_EQ(utf8::truncate("a\xF0\x9F\x98\x80", n), "a");
    EXPECT_EQ(utf8::truncate("\xC3\xBC", 1), "");
}

bool valid_in_pieces(std::string_view text, const std::vector<std::size_t>& sizes) {
    Utf8Stream stream;
    bool good = true;
    for (std::size_t i = 0; !text.empty(); ++i) {
        const std::size_t size = sizes.empty() ? text.size() : std::min(text.size(), sizes[i % sizes.size()]);
        good = stream.feed(text.substr(0, size));
        text.remove_prefix(size);
    }
    return stream.finish() && good;
}

TEST(Utf8Stream, AgreesWithTheWholeWhereverItIsCut) {
    for (const auto* texts : {&good_texts(), &bad_texts()}) {
        for (const auto& text : *texts) {
            const bool whole = utf8::valid(text);
            for (std::size_t cut = 0; cut <= text.size(); ++cut) {
                Utf8Stream stream;
                const bool first = stream.feed(std::string_view(text).substr(0, cut));
                const bool second = stream.feed(std::string_view(text).substr(cut));
                EXPECT_EQ(first && second && stream.finish(), whole) << testing::PrintToString(text) << " at " << cut;
            }
            EXPECT_EQ(valid_in_pieces(text, {1}), whole) << testing::PrintToString(text);
        }
    }
}

TEST(Utf8Stream, RefusesByTheByteThatMakesItBad) {
    Utf8Stream stream;
    EXPECT_TRUE(stream.feed("\xCE\xBA\xED"));
    EXPECT_FALSE(stream.feed("\xA0"));  // Autobahn 6.4: a surrogate is refused before its message ends
    EXPECT_FALSE(stream.feed("good"));
    EXPECT_FALSE(stream.finish());
    EXPECT_TRUE(stream.feed("again"));
    EXPECT_TRUE(stream.finish());
}

TEST(Utf8Stream, RefusesBadBytesInsideAnUnfinishedTail) {
    Utf8Stream stream;
    EXPECT_FALSE(stream.feed("text \xF4\x90"));
}

TEST(Utf8Stream, AnUnfinishedCodePointIsNoText) {
    Utf8Stream stream;
    EXPECT_TRUE(stream.feed("\xF0\x9F"));
    EXPECT_TRUE(stream.feed(""));
    EXPECT_FALSE(stream.finish());
}

std::string any_bytes_like_utf8() {
    const auto parts =
        *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(rc::gen::elementOf(good_texts()), rc::gen::elementOf(good_texts()),
                                                                     rc::gen::elementOf(bad_texts()), rc::gen::arbitrary<std::string>()));
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
}

RC_GTEST_PROP(Utf8Property, RepairedTextIsValid, ()) {
    const std::string text = any_bytes_like_utf8();
    const std::string repaired = utf8::repair(text);
    RC_ASSERT(utf8::valid(repaired));
    if (utf8::valid(text)) RC_ASSERT(repaired == text);
}

RC_GTEST_PROP(Utf8Property, StreamAgreesWithTheWhole, ()) {
    const std::string text = any_bytes_like_utf8();
    const auto sizes = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9)));
    RC_ASSERT(valid_in_pieces(text, sizes) == utf8::valid(text));
}

}  // namespace
}  // namespace sio
