#include "sio/socketio/encoded_event.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sio {

struct Point {
    int x;
    std::string_view image;
};
void write_json(json::Writer& writer, const Point& point) {
    writer.begin_object().field("x", point.x).field("image", Binary{point.image}).end_object();
}

struct Emitting {};
void write_json(json::Writer& writer, const Emitting&) {
    const auto inner = detail::encode_event("/inner", {}, true, "inner", Binary{"deep"});
    writer.value(inner.json());
}

namespace {

std::string_view text(const EncodedEvent& event) { return event.packet().frame->payload(); }

template <class... Args>
EncodedEvent encode(std::string_view nsp, std::string_view event, const Args&... args) {
    return detail::encode_event(nsp, {}, true, event, args...);
}

TEST(Encoding, WritesThePacketOfTheProtocol) {
    EXPECT_EQ(text(encode("/", "hi")), R"(42["hi"])");
    EXPECT_EQ(text(encode("/chat", "hi", 1, "two", 2.5, true, nullptr)), R"(42/chat,["hi",1,"two",2.5,true,null])");
    EXPECT_EQ(text(detail::encode_event("/", 12, true, "hi")), R"(4212["hi"])");
    EXPECT_EQ(text(detail::encode_event("/n", 0, true, "hi")), R"(42/n,0["hi"])");
    EXPECT_EQ(text(detail::encode_ack("/", 7)), "437[]");
    EXPECT_EQ(text(detail::encode_ack("/n", 7, "a", 1)), R"(43/n,7["a",1])");
}

TEST(Encoding, TakesEverythingAWriterTakes) {
    const std::vector<int> list = {1, 2};
    const std::map<std::string, int> map = {{"a", 1}};
    EXPECT_EQ(encode("/", "x", list, map, std::optional<int>(), json::Raw{"[0]"}, json::Text("{}")).json(),
              R"(["x",[1,2],{"a":1},null,[0],{}])");
}

TEST(Encoding, SendsBinaryAsAttachments) {
    const auto event = encode("/n", "x", Binary{"one"}, std::vector<Point>{{1, "two"}, {2, "three"}});
    EXPECT_EQ(text(event), R"(453-/n,["x",{"_placeholder":true,"num":0},[{"x":1,"image":{"_placeholder":true,"num":1}},)"
                           R"({"x":2,"image":{"_placeholder":true,"num":2}}]])");
    ASSERT_EQ(event.attachments().size(), 3U);
    EXPECT_EQ(event.attachments()[1].frame->payload(), "two");
    EXPECT_EQ(event.attachments()[2].type, engineio::MessageType::Binary);
    EXPECT_EQ(text(detail::encode_ack("/", 5, Binary{"x"})), R"(461-5[{"_placeholder":true,"num":0}])");
}

TEST(Encoding, NestsOnOneThread) {
    const auto event = encode("/", "outer", Emitting{}, Binary{"own"});
    ASSERT_EQ(event.attachments().size(), 1U);
    EXPECT_EQ(event.attachments()[0].frame->payload(), "own");
    EXPECT_TRUE(text(event).starts_with(R"(451-["outer","[\"inner\",)")) << text(event);
}

TEST(Encoding, KeepsANamespaceLongerThanTheRoomInFront) {
    const std::string nsp = "/" + std::string(2000, 'n');
    EXPECT_EQ(text(encode(nsp, "x")), "42" + nsp + R"(,["x"])");
    EXPECT_EQ(encode(nsp, "x").json(), R"(["x"])");
}

TEST(Encoding, PassesArgumentsOnWithTheirBinary) {
    json::Parser parser;
    const std::vector<std::string> attachments = {"first", "second"};
    const auto array = parser.parse_copy(R"(["in",{"deep":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0},7])");
    const auto event = encode("/", "out", Binary{"zero"}, Arguments(*array, 1, attachments));
    EXPECT_EQ(event.json(),
              R"(["out",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":2},7])");
    EXPECT_EQ(event.attachments()[1].frame->payload(), "second");
    EXPECT_EQ(event.attachments()[2].frame->payload(), "first");
    EXPECT_EQ(encode("/", "out", Arguments(*array, 1, attachments).slice(2)).json(), R"(["out",7])");
}

TEST(Encoding, DisarmsPlaceholdersThatAClientSentAsData) {
    json::Parser parser;
    const auto array = parser.parse_copy(R"(["in",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(encode("/", "x", Binary{"b"}, array->at(1)).json(), R"(["x",{"_placeholder":true,"num":0},{"_placeholder":null,"num":0}])");
    EXPECT_EQ(encode("/", "x", array->at(1)).json(), R"(["x",{"_placeholder":true,"num":0}])") << "plain data where there is no binary";
}

TEST(Encoding, BinaryOutsideOfAnEventIsNull) { EXPECT_EQ(json::text(Binary{"x"}).str(), "null"); }

TEST(Arguments, ResolveTheirOwnPlaceholders) {
    json::Parser parser;
    const std::vector<std::string> attachments = {"bytes"};
    const auto array = parser.parse_copy(R"(["e",{"_placeholder":true,"num":0},{"_placeholder":false,"num":0},{"num":0}])");
    const Arguments arguments(*array, 1, attachments);
    EXPECT_EQ(arguments.size(), 3U);
    EXPECT_EQ(arguments.binary(arguments[0]), "bytes");
    EXPECT_EQ(arguments.binary(arguments[1]), std::nullopt);
    EXPECT_EQ(arguments.binary(arguments[2]), std::nullopt);
    EXPECT_FALSE(arguments[3].exists());
}

class BadPlaceholder : public ::testing::TestWithParam<std::string_view> {};

TEST_P(BadPlaceholder, IsFoundAtAnyDepth) {
    json::Parser parser;
    const auto value = parser.parse_copy("[{\"a\":[" + std::string(GetParam()) + "]}]");
    ASSERT_TRUE(value.has_value());
    EXPECT_FALSE(placeholders_valid(*value, 2));
}

INSTANTIATE_TEST_SUITE_P(Placeholders, BadPlaceholder,
                         ::testing::Values(R"({"_placeholder":true,"num":2})", R"({"_placeholder":true,"num":-1})",
                                           R"({"_placeholder":true,"num":"splice"})", R"({"_placeholder":true,"num":0.5})",
                                           R"({"_placeholder":true,"num":null})", R"({"_placeholder":true,"num":1e400})",
                                           R"({"_placeholder":true})"));

}  // namespace
}  // namespace sio
