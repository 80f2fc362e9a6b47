#include "sio/base/json_writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "sio/base/utf8.hpp"

namespace sio::json {
namespace {

template <class T>
std::string written(const T& value) {
    return text(value).str();
}

struct Point {
    int x;
    int y;
};
void write_json(Writer& writer, const Point& point) { writer.begin_object().field("x", point.x).field("y", point.y).end_object(); }

TEST(JsonWriter, SetsCommasByItself) {
    std::string out = "42";
    Writer w(out);
    w.begin_array().value("event").begin_object().end_object().begin_array().end_array();
    w.begin_object()
        .field("a", 1)
        .key("b")
        .begin_array()
        .value(1)
        .value(2)
        .end_array()
        .field("c", nullptr)
        .raw_key(R"("d":)")
        .value(true)
        .end_object();
    w.value(Raw{"[3]"}).end_array();
    EXPECT_EQ(out, R"(42["event",{},[],{"a":1,"b":[1,2],"c":null,"d":true},[3]])");
}

TEST(JsonWriter, WritesEveryKind) {
    EXPECT_EQ(written("text"), R"("text")");
    EXPECT_EQ(written(std::string("text")), R"("text")");
    EXPECT_EQ(written(std::string_view()), R"("")");
    EXPECT_EQ(written(static_cast<const char*>("chars")), R"("chars")");
    EXPECT_EQ(written(true), "true");
    EXPECT_EQ(written(false), "false");
    EXPECT_EQ(written(nullptr), "null");
    EXPECT_EQ(written(std::int8_t{-8}), "-8");
    EXPECT_EQ(written(std::uint16_t{16}), "16");
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(written(7LL), "7");
    EXPECT_EQ(written(std::optional<int>()), "null");
    EXPECT_EQ(written(std::optional(5)), "5");
    EXPECT_EQ(written(std::vector<std::string>{"a", "b"}), R"(["a","b"])");
    EXPECT_EQ(written(std::vector<bool>{true, false}), "[true,false]");
    EXPECT_EQ(written(std::vector<std::optional<double>>{1.5, std::nullopt}), "[1.5,null]");
    EXPECT_EQ(written(std::map<std::string, int>{{"a", 1}, {"b", 2}}), R"({"a":1,"b":2})");
    EXPECT_EQ(written(std::vector<Point>{{1, 2}, {3, 4}}), R"([{"x":1,"y":2},{"x":3,"y":4}])");
    EXPECT_EQ(written(Raw{}), "null");
    EXPECT_EQ(written(Text()), "null");
    EXPECT_EQ(written(Value()), "null");
}

TEST(JsonWriter, FieldsWithoutAValueAreNullOrLeftOut) {
    std::string out;
    Writer(out)
        .begin_object()
        .field("a", std::optional<int>())
        .field_if("b", std::optional<int>())
        .field_if("c", std::optional(1))
        .end_object();
    EXPECT_EQ(out, R"({"a":null,"c":1})");
}

TEST(JsonWriter, WritesNumbersThatJavaScriptReads) {
    EXPECT_EQ(written(0.1), "0.1");
    EXPECT_EQ(written(1.0), "1");
    EXPECT_EQ(written(-0.0), "0");
    EXPECT_EQ(written(1e21), "1e+21");
    EXPECT_EQ(written(5e-324), "5e-324");
    EXPECT_EQ(written(123456789012345680000.0), "1.2345678901234568e+20");
    EXPECT_EQ(written(9007199254740991.0), "9007199254740991");
    EXPECT_EQ(written(-1.7976931348623157e308), "-1.7976931348623157e+308");
    EXPECT_EQ(written(0.5F), "0.5");
    EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(written(-std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(written(std::nan("")), "null");
}

TEST(JsonWriter, EscapesControlsQuotesAndBackslashes) {
    EXPECT_EQ(written("\"\\/\b\f\n\r\t\x1F\x7F"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\x7F\"");
    EXPECT_EQ(written(std::string_view("\0", 1)), R"("\u0000")");
    EXPECT_EQ(written("\xE2\x80\xA8"), "\"\xE2\x80\xA8\"");
    EXPECT_EQ(written(std::map<std::string, int>{{"a\"b", 1}}), R"({"a\"b":1})");
}

TEST(JsonWriter, FindsAnEscapeAtEveryPlaceOfEveryLength) {
    Parser parser;
    for (const char special : {'"', '\\', '\n', '\x01', '\0'}) {
        for (std::size_t size = 1; size < 70; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, '\xC3');
                for (std::size_t i = 1; i < size; i += 2) text[i] = '\xA9';
                text = utf8::repair(text);
                text[at % text.size()] = special;
                text = utf8::repair(text);
                ASSERT_EQ(parser.parse_copy(written(text)).value().string(), text);
            }
        }
    }
}

TEST(JsonWriter, LongStringsOfEscapesComeBack) {
    Parser parser;
    const std::string text(100'000, '\x01');
    const std::string json = written(text);
    EXPECT_EQ(json.size(), 600'002U);
    EXPECT_EQ(parser.parse_copy(json).value().string(), text);
}

TEST(JsonWriter, CopiesParsedValues) {
    Parser parser;
    const std::string_view json = R"({"a":[1,-2,18446744073709551615,1.5,"x\n",true,false,null,{},[],[[]],{"b":{"c":[]}}],"a":2,"":""})";
    const Value root = parser.parse_copy(json).value();
    EXPECT_EQ(written(root), json);
    EXPECT_EQ(written(root["a"]), "2");
    std::string out;
    Writer(out).begin_array().value(root).value(root[""]).value(root["none"]).end_array();
    EXPECT_EQ(out, "[" + std::string(json) + R"(,"",null])");
}

TEST(JsonWriter, CopiesTheDeepestValueTheParserGives) {
    Parser parser({.max_depth = 1024});
    const std::string json = std::string(1025, '[') + std::string(1025, ']');  // the empty one does not count
    EXPECT_EQ(written(parser.parse_copy(json).value()), json);
}

TEST(JsonWriter, WhatWasRepairedIsWrittenAsValidJson) {
    Parser parser;
    EXPECT_EQ(written(parser.parse_copy(R"(["\ud800",1e400,123456789012345680000])").value()),
              "[\"\xEF\xBF\xBD\",null,1.2345678901234568e+20]");
}

TEST(JsonText, ObjectsAndArraysAreExpressions) {
    const std::vector<int> numbers{1, 2};
    const std::optional<std::string> absent;
    EXPECT_EQ(object({{"a", 1}, {"b", "x"}, {"c", true}, {"d", nullptr}, {"e", numbers}, {"f", absent}, {"g", 0.5}}).str(),
              R"({"a":1,"b":"x","c":true,"d":null,"e":[1,2],"f":null,"g":0.5})");
    EXPECT_EQ(object({{"list", array({1, "two", object(), array()})}, {"point", Point{3, 4}}, {"raw", Raw{"7"}}}).str(),
              R"({"list":[1,"two",{},[]],"point":{"x":3,"y":4},"raw":7})");
    EXPECT_EQ(object().str(), "{}");
    EXPECT_EQ(array().str(), "[]");
    EXPECT_EQ(array({object({{"a", std::string("temporary ") + "string"}})}).str(), R"([{"a":"temporary string"}])");
}

// ---- properties: any tree of values that is written comes back, and what was parsed is written the same again.

std::string arbitrary_text() {
    const auto parts = *rc::gen::container<std::vector<std::string>>(
        rc::gen::oneOf(rc::gen::string<std::string>(),
                       rc::gen::elementOf(std::vector<std::string>{"\"", "\\", "\n", "\xE2\x80\xA8", "\xF0\x9F\x98\x80",
                                                                   "plain text of some length", std::string(1, '\0'), "__proto__"})));
    std::string joined;
    for (const auto& part : parts) joined += part;
    return utf8::repair(joined);
}

/// A small integral double is written, and so read, as an integer.
std::string spell(double number) {
    if (std::trunc(number) == number && std::fabs(number) < 9007199254740992.0)
        return std::to_string(static_cast<std::int64_t>(number)) + ";";
    return "d" + std::to_string(std::bit_cast<std::uint64_t>(number)) + ";";
}

/// Writes an arbitrary value, and beside it what a reader must find, spelled without JSON.
void arbitrary_value(Writer& w, std::string& spelled, int depth) {
    switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
        case 0: w.value(nullptr), spelled += "n;"; return;
        case 1: {
            const bool flag = *rc::gen::arbitrary<bool>();
            w.value(flag), spelled += flag ? "t;" : "f;";
            return;
        }
        case 2: {
            const auto number = *rc::gen::arbitrary<std::int64_t>();
            w.value(number), spelled += std::to_string(number) + ";";
            return;
        }
        case 3: {
            const auto bits = *rc::gen::arbitrary<std::uint64_t>();
            const auto number = std::bit_cast<double>(bits);
            w.value(number), spelled += std::isfinite(number) ? spell(number) : "n;";
            return;
        }
        case 4:
        case 5: {
            const std::string text = arbitrary_text();
            w.value(text), spelled += "s" + text + ";";
            return;
        }
        default: break;
    }
    const bool is_object = *rc::gen::arbitrary<bool>();
    is_object ? w.begin_object() : w.begin_array();
    spelled += is_object ? "{" : "[";
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        if (is_object) {
            const std::string key = arbitrary_text();
            w.key(key), spelled += key + ":";
        }
        arbitrary_value(w, spelled, depth - 1);
    }
    is_object ? w.end_object() : w.end_array();
    spelled += is_object ? "}" : "]";
}

void spell(Value value, std::string& spelled) {
    switch (value.type()) {
        case Type::Missing: spelled += "missing"; return;
        case Type::Null: spelled += "n;"; return;
        case Type::Boolean: spelled += *value.boolean() ? "t;" : "f;"; return;
        case Type::Integer: spelled += std::to_string(*value.integer()) + ";"; return;
        case Type::Unsigned: spelled += std::to_string(*value.unsigned_integer()) + ";"; return;
        case Type::Double: spelled += spell(*value.number()); return;
        case Type::String: spelled += "s" + std::string(*value.string()) + ";"; return;
        case Type::Array:
            spelled += "[";
            for (const Value element : value.elements()) spell(element, spelled);
            spelled += "]";
            return;
        case Type::Object:
            spelled += "{";
            for (const auto [key, member] : value.members()) {
                spelled += std::string(key) + ":";
                spell(member, spelled);
            }
            spelled += "}";
            return;
    }
}

RC_GTEST_PROP(JsonProperty, WhatIsWrittenIsReadAndWrittenAgain, ()) {
    std::string json;
    std::string expected;
    Writer writer(json);
    arbitrary_value(writer, expected, 4);
    Parser parser;
    const auto root = parser.parse_copy(json);
    RC_ASSERT(root.has_value());
    std::string found;
    spell(*root, found);
    RC_ASSERT(found == expected);
    RC_ASSERT(written(*root) == json);
}

RC_GTEST_PROP(JsonProperty, DoublesComeBackExactly, (std::uint64_t bits)) {
    const auto number = std::bit_cast<double>(bits);
    RC_PRE(std::isfinite(number));
    Parser parser;
    RC_ASSERT(parser.parse_copy(written(number)).value().number() == number);
}

RC_GTEST_PROP(JsonProperty, AnyTextIsRefusedOrComesOutStable, ()) {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
        "[", "]",  "{",   "}",    ",",    ":", "\"", "\"a\"", "\\ud800", "\\udc00", "\\u0000", "\\\"", "1e400", "-", "99999999999999999999",
        "0", ".5", "e-7", "null", "true", " "}));
    std::string text;
    for (const auto& piece : pieces) text += piece;
    Parser parser;
    const auto first = parser.parse_copy(text);
    if (!first) return;
    const std::string once = written(*first);
    RC_ASSERT(utf8::valid(once));
    const auto second = parser.parse_copy(once);
    RC_ASSERT(second.has_value());
    RC_ASSERT(written(*second) == once);
}

}  // namespace
}  // namespace sio::json
