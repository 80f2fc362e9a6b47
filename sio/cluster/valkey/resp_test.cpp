#include "sio/cluster/valkey/resp.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sio::cluster {
namespace {

using namespace std::string_literals;

std::string shown(const Value& value) {
    switch (value.kind) {
        case Value::Kind::Nil: return "nil";
        case Value::Kind::Integer: return std::to_string(value.integer);
        case Value::Kind::Text: return '"' + value.text + '"';
        case Value::Kind::Error: return '!' + value.text;
        case Value::Kind::Array: break;
    }
    std::string result = "[";
    for (const Value& element : value.elements) result += shown(element) + ' ';
    return result + ']';
}

std::string all_of(RespReader& reader) {
    std::string result;
    for (;;) {
        const auto next = reader.next();
        if (!next) return result + "<" + std::string(to_string(next.error().code)) + ">";
        if (!*next) return result;
        result += shown(**next) + '\n';
    }
}

const std::string kAnswers =
    "+OK\r\n-ERR no\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n"
    "*3\r\n*2\r\n$1\r\nx\r\n-WRONGTYPE y\r\n:7\r\n*1\r\n*1\r\n*1\r\n$2\r\nzz\r\n+end\r\n";

TEST(Resp, ReadsEveryKindOfAnswer) {
    RespReader reader;
    reader.feed(kAnswers);
    EXPECT_EQ(all_of(reader),
              "\"OK\"\n!ERR no\n-42\n\"a\r\nbc\"\nnil\nnil\n[]\n\"\"\n[[\"x\" !WRONGTYPE y ] 7 [[[\"zz\" ] ] ] ]\n\"end\"\n");
}

TEST(Resp, CutAnywhereGivesTheSame) {
    RespReader whole;
    whole.feed(kAnswers);
    const std::string expected = all_of(whole);
    for (std::size_t first = 0; first <= kAnswers.size(); ++first) {
        for (std::size_t second = first; second <= kAnswers.size(); ++second) {
            RespReader reader;
            std::string read;
            const std::string_view bytes = kAnswers;
            for (const std::string_view piece : {bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}) {
                reader.feed(piece);
                read += all_of(reader);
            }
            ASSERT_EQ(read, expected) << first << ' ' << second;
        }
    }
}

TEST(Resp, WritesCommandsThatReadBackTheSame) {
    const std::vector<std::string> words{"SET", "", std::string("\0\r\n$", 4)};
    std::string bytes;
    append_command(bytes, std::span<const std::string>(words));
    EXPECT_EQ(bytes, "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\0\r\n$\r\n"s);
    EXPECT_LE(bytes.size(), encoded_size(words));
    RespReader reader;
    reader.feed(bytes);
    const auto read = reader.next().value().value();
    ASSERT_EQ(read.elements.size(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(read[i].text, words[i]);
}

TEST(Resp, RefusesWhatIsNotResp) {
    for (const std::string_view bytes : {"HTTP/1.1 400\r\n", "$x\r\n", "*99999999999999999999\r\n", ":1a\r\n"}) {
        RespReader reader;
        reader.feed(bytes);
        EXPECT_EQ(all_of(reader), "<" + std::string(to_string(ErrorCode::BadRequest)) + ">") << bytes;
    }
}

TEST(Resp, BoundsDepthElementsAndBytes) {
    std::string deep;
    for (int i = 0; i < 20; ++i) deep += "*1\r\n";
    RespReader nested;
    nested.feed(deep);
    EXPECT_FALSE(nested.next());

    RespReader many({1'000'000, 100});
    std::string elements = "*101\r\n";
    for (int i = 0; i < 101; ++i) elements += ":1\r\n";
    many.feed(elements);
    const auto refused = many.next();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::TooLarge);

    RespReader large({1'000, 100});
    large.feed("$5000\r\n" + std::string(500, 'x'));
    EXPECT_TRUE(large.next());
    large.feed(std::string(600, 'x'));
    const auto too_large = large.next();
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, ErrorCode::TooLarge);
}

TEST(Resp, CountsElementsOfOneAnswerOnly) {
    RespReader reader({1'000'000, 10});
    for (int i = 0; i < 5; ++i) {
        reader.feed("*8\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n");
        EXPECT_TRUE(reader.next().value().has_value());
    }
}

}  // namespace
}  // namespace sio::cluster
