#include "sio/base/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <ranges>
#include <vector>

namespace sio::json {
namespace {

static_assert(sizeof(Value) <= 24 && std::is_trivially_copyable_v<Value>);
static_assert(std::ranges::forward_range<Elements> && std::ranges::forward_range<Members>);

class JsonParser : public testing::Test {
protected:
    Value parse(std::string_view text) {
        auto value = parser_.parse_copy(text);
        EXPECT_TRUE(value.has_value()) << text.substr(0, 100) << ": " << (value ? "" : value.error().detail);
        return value.value_or(Value());
    }

    std::string refusal(std::string_view text) {
        const auto value = parser_.parse_copy(text);
        return value ? "accepted" : std::string(to_string(value.error().code));
    }

    Parser parser_;
};

TEST_F(JsonParser, ReadsEveryType) {
    const Value root = parse(R"([null,true,false,-5,18446744073709551615,1.5,"x",[1],{"a":1}])");
    ASSERT_EQ(root.size(), 9U);
    const std::vector<Type> expected{Type::Null,   Type::Boolean, Type::Boolean, Type::Integer, Type::Unsigned,
                                     Type::Double, Type::String,  Type::Array,   Type::Object};
    std::vector<Type> types;
    for (const Value element : root.elements()) types.push_back(element.type());
    EXPECT_EQ(types, expected);
    EXPECT_EQ(root.at(1).boolean(), true);
    EXPECT_EQ(root.at(2).boolean(), false);
    EXPECT_EQ(root.at(3).integer(), -5);
    EXPECT_EQ(root.at(4).unsigned_integer(), 18446744073709551615U);
    EXPECT_EQ(root.at(5).number(), 1.5);
    EXPECT_EQ(root.at(6).string(), "x");
    EXPECT_EQ(root.at(7).at(0).number(), 1.0);
    EXPECT_EQ(root.at(8)["a"].unsigned_integer(), 1U);
}

TEST_F(JsonParser, ReadsScalarsAsDocuments) {
    EXPECT_EQ(parse(" \t\r\n 7 ").integer(), 7);
    EXPECT_TRUE(parse("null").is_null());
    EXPECT_EQ(parse(R"("text")").string(), "text");
    EXPECT_EQ(parse(R"("")").string(), "");
}

TEST_F(JsonParser, MissingAndMistypedValuesGiveNothing) {
    const Value root = parse(R"({"n":1,"s":"x","o":{},"a":[]})");
    const std::vector<Value> wrong{Value(), root["absent"], root["s"]["deep"]["deeper"], root["a"].at(0), root["n"].at(3), root.at(0)};
    for (const Value value : wrong) {
        EXPECT_FALSE(value);
        EXPECT_FALSE(value.exists());
        EXPECT_EQ(value.type(), Type::Missing);
        EXPECT_FALSE(value.string() || value.integer() || value.unsigned_integer() || value.number() || value.boolean());
        EXPECT_FALSE(value.is_null() || value.is_object() || value.is_array() || value.is_number());
        EXPECT_EQ(value.size(), 0U);
        EXPECT_TRUE(value.empty());
        for ([[maybe_unused]] const Value element : value.elements()) ADD_FAILURE();
        for ([[maybe_unused]] const Member member : value.members()) ADD_FAILURE();
    }
    EXPECT_FALSE(root["n"].string());
    EXPECT_FALSE(root["s"].integer());
    EXPECT_FALSE(root["o"].number());
    for ([[maybe_unused]] const Value element : root["o"].elements()) ADD_FAILURE();
    for ([[maybe_unused]] const Member member : root["a"].members()) ADD_FAILURE();
}

TEST_F(JsonParser, NumbersConvertWhereNothingIsLost) {
    EXPECT_EQ(parse("1.0").integer(), 1);
    EXPECT_EQ(parse("1e3").integer(), 1000);
    EXPECT_EQ(parse("-0").integer(), 0);
    EXPECT_EQ(parse("-0.0").integer(), 0);
    EXPECT_EQ(parse("9223372036854775807").integer(), 9223372036854775807);
    EXPECT_EQ(parse("-9223372036854775808").integer(), std::numeric_limits<std::int64_t>::min());
    EXPECT_FALSE(parse("9223372036854775808").integer());
    EXPECT_FALSE(parse("1.5").integer());
    EXPECT_FALSE(parse("1e300").integer());
    EXPECT_FALSE(parse("-1").unsigned_integer());
    EXPECT_EQ(parse("2.0").unsigned_integer(), 2U);
    EXPECT_EQ(parse("18446744073709551615").number(), 18446744073709551615.0);
}

TEST_F(JsonParser, TheLastOfRepeatedKeysWins) {
    const Value root = parse(R"({"a":1,"b":{"a":2},"a":[3]})");
    EXPECT_EQ(root["a"].at(0).integer(), 3);
    EXPECT_EQ(root.size(), 3U);
    EXPECT_EQ(std::ranges::distance(root.members()), 3);
}

TEST_F(JsonParser, PrototypeNamesAreData) {
    const Value root = parse(R"({"__proto__":{"admin":true},"constructor":1,"toString":"x","":0})");
    EXPECT_EQ(root["__proto__"]["admin"].boolean(), true);
    EXPECT_FALSE(root["admin"]);
    EXPECT_FALSE(root["hasOwnProperty"]);
    EXPECT_EQ(root["constructor"].integer(), 1);
    EXPECT_EQ(root[""].integer(), 0);
}

TEST_F(JsonParser, UnescapesStrings) {
    EXPECT_EQ(parse(R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")").string(), "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(parse(R"("a\u0000b")").string(), std::string_view("a\0b", 3));
    EXPECT_EQ(parse(R"({"a\u0000b":1})")[std::string_view("a\0b", 3)].integer(), 1);
}

TEST_F(JsonParser, IteratesNestedContainersInOrder) {
    std::string seen;
    for (const auto [key, value] : parse(R"({"a":[1,[2]],"b":{"x":{"y":1.5}},"c":"z","d":18446744073709551615,"e":[]})").members()) {
        seen += std::string(key) + std::to_string(value.size());
    }
    EXPECT_EQ(seen, "a2b1c0d0e0");
}

TEST_F(JsonParser, CountsBeyondWhatTheTapeCanHold) {
    constexpr std::size_t kCount = (std::size_t{1} << 24) + 5;
    std::string text = "[0";
    for (std::size_t i = 1; i < kCount; ++i) text += ",0";
    text += ']';
    Parser parser({.max_bytes = text.size()});
    EXPECT_EQ(parser.parse_copy(text).value().size(), kCount);
}

TEST_F(JsonParser, ReadsTextWithPaddingInPlace) {
    std::string buffer = R"({"a":"b"}trailing bytes that are not part of the text)";
    buffer.append(kPadding, '}');
    const auto root = parser_.parse(std::string_view(buffer).substr(0, 9));
    ASSERT_TRUE(root);
    buffer.assign(buffer.size(), 'x');  // values do not borrow from the text
    EXPECT_EQ((*root)["a"].string(), "b");
}

TEST_F(JsonParser, IsReusableAfterErrorsAndGrows) {
    EXPECT_EQ(refusal("{"), "BadJson");
    EXPECT_EQ(parse("[1]").at(0).integer(), 1);
    const std::string large = "\"" + std::string(200'000, 'l') + "\"";
    EXPECT_EQ(parse(large).string()->size(), 200'000U);
    EXPECT_EQ(parse("[2]").at(0).integer(), 2);
}

TEST_F(JsonParser, AMovedParserKeepsItsValues) {
    const Value root = parse("[3]");
    const Parser moved = std::move(parser_);
    EXPECT_EQ(root.at(0).integer(), 3);
}

TEST_F(JsonParser, RefusesTextOverItsLimit) {
    Parser parser({.max_bytes = 5});
    EXPECT_TRUE(parser.parse_copy("[123]"));
    EXPECT_EQ(parser.parse_copy("[1234]").error().code, ErrorCode::TooLarge);
}

TEST_F(JsonParser, AcceptsDepthUpToItsLimitOnly) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + '1' + std::string(depth, ']'); };
    EXPECT_EQ(refusal(nested(64)), "accepted");
    EXPECT_EQ(refusal(nested(65)), "BadJson");
    EXPECT_EQ(refusal(nested(1'000'000)), "BadJson");
    EXPECT_EQ(refusal(std::string(1'000'000, '[')), "BadJson");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
    EXPECT_EQ(refusal(objects), "BadJson");
    Parser shallow({.max_depth = 2});
    EXPECT_TRUE(shallow.parse_copy(R"({"a":[1]})"));
    EXPECT_FALSE(shallow.parse_copy(R"({"a":[[1]]})"));
    Parser deep({.max_depth = 100'000});  // held to 1024
    EXPECT_TRUE(deep.parse_copy(nested(1024)));
    EXPECT_FALSE(deep.parse_copy(nested(1025)));
}

class JsonRejects : public testing::TestWithParam<std::string_view> {};

TEST_P(JsonRejects, MalformedText) {
    Parser parser;
    const auto value = parser.parse_copy(GetParam());
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, ErrorCode::BadJson);
}

INSTANTIATE_TEST_SUITE_P(Json, JsonRejects,
                         testing::Values("", " ", "{", "[", "]", "[1 2]", "[1,]", "[,1]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{1:2}", "nul",
                                         "truex", "[1]x", "[1][2]", "1 2", "01", "-", "+1", ".5", "1.", "1e", "0x1", "NaN", "Infinity",
                                         "'x'", "\"", "\"\\q\"", "\"\\u12g4\"", "\"\\u12\"", "\"a\nb\"", "\"\xFF\"", "\"\xED\xA0\x80\"",
                                         "\xEF\xBB\xBF[]", "/**/1", "[\"\\ud800\",]", "[1e400,01]", "\"\\ud800\\q\"", "\"\\ud800",
                                         "0123456789012345678901", "123456789012345678901.", "-e400", "[1e400 1]", "{1e400:1}", "tru1e400",
                                         std::string_view("[1]\0", 4), std::string_view("\"a\0b\"", 5)));

class JsonRepairs : public testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(JsonRepairs, LoneSurrogates) {
    Parser parser;
    const auto [text, expected] = GetParam();
    const auto value = parser.parse_copy(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->string(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Json, JsonRepairs,
    testing::Values(std::pair(R"("\ud800")", "\xEF\xBF\xBD"), std::pair(R"("\uDFFF!")", "\xEF\xBF\xBD!"),
                    std::pair(R"("\ud800\ud800")", "\xEF\xBF\xBD\xEF\xBF\xBD"), std::pair(R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD"),
                    std::pair(R"("\ud800\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80"), std::pair(R"("\ud83d\n")", "\xEF\xBF\xBD\n"),
                    std::pair(R"("\ud83d\\ude00")", "\xEF\xBF\xBD\\ude00"), std::pair(R"("\\ud83d\ud83d")", "\\ud83d\xEF\xBF\xBD"),
                    std::pair(R"("\uD83D\u0041\"")",
                              "\xEF\xBF\xBD"
                              "A\"")));

TEST_F(JsonParser, RepairsKeysAndNumbersInsideStringsStay) {
    const Value root = parse(R"({"\ud800":"1e400 99999999999999999999","\"":1e400})");
    EXPECT_EQ(root["\xEF\xBF\xBD"].string(), "1e400 99999999999999999999");
    EXPECT_TRUE(root["\""].is_null());
}

TEST_F(JsonParser, IntegersPast64BitsBecomeDoubles) {
    EXPECT_EQ(parse("18446744073709551616").number(), 18446744073709551616.0);
    EXPECT_EQ(parse("123456789012345680000").number(), 123456789012345680000.0);  // JavaScript prints these as digits
    EXPECT_EQ(parse("-9223372036854775809").number(), -9223372036854775809.0);
    EXPECT_EQ(parse("[1,100000000000000000000,2]").at(1).number(), 1e20);
    EXPECT_EQ(parse("1" + std::string(300, '0')).number(), 1e300);
}

TEST_F(JsonParser, NumbersPastTheDoublesBecomeNull) {
    const std::string digits(400, '9');
    for (const std::string& text : {std::string("1e400"), std::string("-1E+400"), digits, "-" + digits, digits + ".5", digits + "e10",
                                    std::string("1e99999999999999999999"), std::string("0.1e400"), "0." + std::string(50, '0') + "1e500"}) {
        EXPECT_TRUE(parse(text).is_null()) << text;
        EXPECT_TRUE(parse("{\"a\":" + text + "}")["a"].is_null()) << text;
    }
}

TEST_F(JsonParser, NumbersBelowTheDoublesAreZero) {
    const std::string zeros(400, '0');
    for (const std::string& text : {std::string("1e-400"), std::string("-1e-400"), "0." + zeros + "1",
                                    std::string("1e-99999999999999999999"), "[1e400," + std::string("1e-400]")}) {
        const Value value = parse(text);
        EXPECT_EQ(value.is_array() ? value.at(1).number() : value.number(), 0.0) << text;
    }
    EXPECT_EQ(parse("0e99999999999999999999").number(), 0.0);
    EXPECT_EQ(parse("1" + zeros + "e-400").number(), 1.0);
}

TEST_F(JsonParser, RepairsLargeTextsInLinearTime) {
    std::string text = "[";
    for (int i = 0; i < 100'000; ++i) text += R"("\ud800",99999999999999999999,1e400,)";
    text += std::string(1'000'000, '9') + "]";
    EXPECT_EQ(parse(text).size(), 300'001U);
}

TEST_F(JsonParser, RepairKeepsTheDepthLimit) {
    EXPECT_EQ(refusal(std::string(100, '[') + R"("\ud800")" + std::string(100, ']')), "BadJson");
    EXPECT_EQ(refusal(R"(["\ud800",)" + std::string(100'000, '[')), "BadJson");
}

}  // namespace
}  // namespace sio::json
