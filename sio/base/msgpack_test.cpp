#include "sio/base/msgpack.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "sio/base/bytes.hpp"

namespace sio::msgpack {
namespace {

/// Spells out what it receives: `{k:1,k:[x"..."]}` and so on.
class Spelling : public Events {
public:
    bool on_nil() override { return add("nil"); }
    bool on_boolean(bool flag) override { return add(flag ? "true" : "false"); }
    bool on_integer(std::int64_t number) override { return add("i" + std::to_string(number)); }
    bool on_unsigned(std::uint64_t number) override { return add("u" + std::to_string(number)); }
    bool on_double(double number) override { return add("d" + std::to_string(number)); }
    bool on_string(std::string_view string) override { return add("'" + std::string(string) + "'"); }
    bool on_binary(std::string_view bytes) override { return add("x" + hex(bytes)); }
    bool on_timestamp(std::int64_t seconds, std::uint32_t nanoseconds) override {
        return add("t" + std::to_string(seconds) + "." + std::to_string(nanoseconds));
    }
    bool on_array(std::size_t count) override { return add("[" + std::to_string(count)); }
    bool on_array_end() override { return add("]"); }
    bool on_map(std::size_t count) override { return add("{" + std::to_string(count)); }
    bool on_key(std::string_view key) override { return add(std::string(key) + ":"); }
    bool on_map_end() override { return add("}"); }

    std::string text;

private:
    bool add(const std::string& part) {
        if (!text.empty()) text += ' ';
        text += part;
        return true;
    }
};

std::string spell(std::string_view bytes, ReadLimits limits = {}) {
    Spelling spelling;
    const auto result = read(bytes, spelling, limits);
    return result ? spelling.text : "error " + std::string(to_string(result.error().code));
}

std::string from_hex(std::string_view digits) { return unhex(digits).value(); }

std::string written(const std::function<void(Writer&)>& write) {
    std::string out;
    Writer writer(out);
    write(writer);
    return hex(out);
}

TEST(MsgpackWriter, WritesTheShortestIntegers) {
    const std::vector<std::pair<std::int64_t, std::string>> cases{
        {0, "00"},
        {127, "7f"},
        {128, "cc80"},
        {255, "ccff"},
        {256, "cd0100"},
        {65535, "cdffff"},
        {65536, "ce00010000"},
        {4294967295, "ceffffffff"},
        {4294967296, "cf0000000100000000"},
        {-1, "ff"},
        {-32, "e0"},
        {-33, "d0df"},
        {-128, "d080"},
        {-129, "d1ff7f"},
        {-32768, "d18000"},
        {-32769, "d2ffff7fff"},
        {-2147483648, "d280000000"},
        {-2147483649, "d3ffffffff7fffffff"},
    };
    for (const auto& [number, expected] : cases) {
        EXPECT_EQ(written([&](Writer& w) { w.integer(number); }), expected);
        EXPECT_EQ(written([&](Writer& w) { w.number(static_cast<double>(number)); }), expected);
    }
}

TEST(MsgpackWriter, WritesOtherNumbersAsFloat64) {
    EXPECT_EQ(written([](Writer& w) { w.number(1.5); }), "cb3ff8000000000000");
    EXPECT_EQ(written([](Writer& w) { w.number(1e300); }), "cb7e37e43c8800759c");
    EXPECT_EQ(written([](Writer& w) { w.number(std::numeric_limits<double>::infinity()); }), "cb7ff0000000000000");
}

TEST(MsgpackWriter, WritesTheHeadOfABroadcastAsNodeDoes) {
    // protocol section 2.1
    EXPECT_EQ(
        written([](Writer& w) {
            w.array(3).string("abcdef").map(3).string("type").integer(2).string("data").array(1).string("e").string("nsp").string("/");
            w.map(1).string("rooms").array(0);
        }),
        "93a6616263646566"
        "83a47479706502a46461746191a165a36e7370a12f"
        "81a5726f6f6d7390");
}

TEST(Msgpack, LengthsTakeTheirShortestForm) {
    for (const std::size_t size : {0U, 15U, 16U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
        const std::string text(size, 's');
        std::string out;
        Writer(out).array(2).string(text).binary(text);
        EXPECT_EQ(spell(out), "[2 '" + text + "' x" + hex(text) + " ]");
        std::string many;
        Writer writer(many);
        writer.array(size);
        for (std::size_t i = 0; i < size; ++i) writer.nil();
        EXPECT_TRUE(spell(many).starts_with("[" + std::to_string(size)));
        std::string map;
        Writer map_writer(map);
        map_writer.map(size);
        for (std::size_t i = 0; i < size; ++i) map_writer.string("k").boolean(true);
        EXPECT_TRUE(spell(map).starts_with("{" + std::to_string(size)));
    }
}

TEST(MsgpackReader, ReadsEveryKind) {
    EXPECT_EQ(spell(from_hex("96c0c2c3ca3fc00000cfffffffffffffffff")), "error BadPacket");  // five of six
    EXPECT_EQ(spell(from_hex("95c0c2c3ca3fc00000cfffffffffffffffff")), "[5 nil false true d1.500000 u18446744073709551615 ]");
    EXPECT_EQ(spell(from_hex("82a16190a16280")), "{2 a: [0 ] b: {0 } }");
    EXPECT_EQ(spell(from_hex("d40000")), "nil");  // undefined
    EXPECT_EQ(spell(from_hex("d6ff00000001")), "t1.0");
    EXPECT_EQ(spell(from_hex("d7ff0000000400000002")), "t2.1");
    EXPECT_EQ(spell(from_hex("c70cff00000001ffffffffffffffff")), "t-1.1");
    EXPECT_EQ(spell(from_hex("d3ffffffffffffffff")), "i-1");
}

TEST(Msgpack, TimestampsComeBack) {
    for (const std::int64_t seconds :
         {std::int64_t{0}, std::int64_t{4294967295}, std::int64_t{4294967296}, std::int64_t{1} << 34, std::int64_t{-1}}) {
        for (const std::uint32_t nanoseconds : {0U, 999'999'999U}) {
            std::string out;
            Writer(out).timestamp(seconds, nanoseconds);
            EXPECT_EQ(spell(out), "t" + std::to_string(seconds) + "." + std::to_string(nanoseconds));
        }
    }
}

class MsgpackReaderRejects : public testing::TestWithParam<std::string_view> {};

TEST_P(MsgpackReaderRejects, MalformedInput) { EXPECT_EQ(spell(from_hex(GetParam())), "error BadPacket"); }

INSTANTIATE_TEST_SUITE_P(Msgpack, MsgpackReaderRejects,
                         testing::Values("", "c1", "91", "a2", "a361", "d9", "cc", "cb00", "0000",  // nothing, reserved, cut, two values
                                         "8101c0", "8190c0", "81c0c0", "81c40161c0", "81d40000c0",  // keys that are no strings
                                         "81a161", "d40100", "d4ff00", "c703ff000000",  // cut map, unknown or misshapen extensions
                                         "d7ffffffffffffffffff",                        // nanoseconds past a second
                                         "ddffffffff", "dfffffffff", "dbffffffff61", "c6ffffffff61",
                                         "c9ffffffffff61",  // announced, not there
                                         "dd7fffffffc0", "9f9f9f9f9f9f"));

TEST(MsgpackReader, RefusesInvalidUtf8) {
    EXPECT_EQ(spell("\xA1\xFF"), "error BadUtf8");
    EXPECT_EQ(spell("\x81\xA1\xFF\xC0"), "error BadUtf8");
}

TEST(MsgpackReader, RefusesDepthCountAndSizeBeyondItsLimits) {
    EXPECT_EQ(spell(std::string(1'000'000, '\x91') + '\xC0'), "error BadPacket");
    EXPECT_NE(spell(std::string(64, '\x91') + '\xC0'), "error BadPacket");
    EXPECT_EQ(spell(std::string(65, '\x91') + '\xC0'), "error BadPacket");
    EXPECT_EQ(spell(from_hex("93c0c0c0"), {.max_values = 3}), "error TooLarge");
    EXPECT_EQ(spell(from_hex("92c0c0"), {.max_values = 3}), "[2 nil nil ]");
    EXPECT_EQ(spell(from_hex("92c0c0"), {.max_bytes = 2}), "error TooLarge");
}

TEST(MsgpackReader, StopsWhenItsReceiverSaysSo) {
    class Stop : public Spelling {
    public:
        bool on_integer(std::int64_t) override { return false; }
    } stop;
    const auto result = read(from_hex("9201c0"), stop);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::BadPacket);
    EXPECT_EQ(stop.text, "[2");
}

TEST(MsgpackReader, EveryPrefixOfAValueIsRefused) {
    std::string out;
    Writer(out).map(2).string("type").integer(70000).string("data").array(3).binary("bin").number(0.5).timestamp(1, 2);
    for (std::size_t size = 0; size < out.size(); ++size) EXPECT_EQ(spell(out.substr(0, size)), "error BadPacket") << size;
    EXPECT_EQ(spell(out), "{2 type: i70000 data: [3 x62696e d0.500000 t1.2 ] }");
}

RC_GTEST_PROP(MsgpackProperty, IntegersComeBack, ()) {
    const auto number = *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-70'000, 70'000));
    std::string out;
    Writer(out).integer(number);
    RC_ASSERT(spell(out) == "i" + std::to_string(number));
}

RC_GTEST_PROP(MsgpackProperty, AnyBytesAreReadOrRefused, (const std::string& bytes)) { spell(bytes); }

}  // namespace
}  // namespace sio::msgpack
