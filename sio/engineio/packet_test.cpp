#include "sio/engineio/packet.hpp"

#include <gtest/gtest.h>

#include "sio/engineio/jsonp.hpp"
#include "sio/engineio/sid.hpp"

namespace sio::engineio {
namespace {

class EngineIoDecodeRejects : public ::testing::TestWithParam<const char*> {};
TEST_P(EngineIoDecodeRejects, MalformedPacket) {
    const auto packet = decode(GetParam());
    ASSERT_FALSE(packet.has_value());
    EXPECT_EQ(packet.error().code, ErrorCode::BadPacket);
}
INSTANTIATE_TEST_SUITE_P(Packet, EngineIoDecodeRejects, ::testing::Values("", "7", "a", "/", "b", ":"));

TEST(EngineIoDecode, SplitsTypeAndData) {
    const auto packet = decode("4hello").value();
    EXPECT_EQ(packet.type, PacketType::Message);
    EXPECT_EQ(packet.data, "hello");
    EXPECT_EQ(decode("3").value().type, PacketType::Pong);
}

TEST(EngineIoPayload, JoinsTextAndBinaryPackets) {
    std::string payload;
    append_to_payload(text_packet("4a"), payload);
    append_to_payload(binary_packet("\1\2\3"), payload);
    append_to_payload(text_packet("2"), payload);
    EXPECT_EQ(payload,
              "4a\x1e"
              "bAQID\x1e"
              "2");
}

TEST(EngineIoPayload, ReadsBackWhatItJoined) {
    std::string scratch;
    PayloadReader reader(
        "4a\x1e"
        "bAQID\x1e"
        "2");
    EXPECT_EQ(reader.next(scratch).value().packet.data, "a");
    const auto binary = reader.next(scratch).value();
    EXPECT_TRUE(binary.binary);
    EXPECT_EQ(binary.packet.data, "\1\2\3");
    EXPECT_EQ(reader.next(scratch).value().packet.type, PacketType::Ping);
    EXPECT_TRUE(reader.at_end());
}

TEST(EngineIoPayload, RefusesEmptyPacketsAndBadBase64) {
    for (const auto* payload : {"", "\x1e", "4a\x1e",
                                "\x1e"
                                "4a",
                                "b%%%", "bA", "9"}) {
        PayloadReader reader(payload);
        std::string scratch;
        bool failed = false;
        while (!reader.at_end() && !failed) failed = !reader.next(scratch).has_value();
        EXPECT_TRUE(failed) << payload;
    }
}

TEST(EngineIoPayload, TakesBinaryWithoutPadding) {
    std::string scratch;
    PayloadReader reader("bAQI");
    EXPECT_EQ(reader.next(scratch).value().packet.data, "\1\2");
}

TEST(SessionId, TellsServerAndLoop) {
    const SessionId id = make_session_id({7, 9}, 3);
    const auto home = home_of({id.data(), id.size()}).value();
    EXPECT_EQ(home.server, (ServerTag{7, 9}));
    EXPECT_EQ(home.loop, 3U);
}

TEST(SessionId, AChosenTagCanBeReadInIt) {
    for (const std::string tag : {"s1", "AA", "-_", "zZ"}) {
        const ServerTag chosen = parse_server_tag(tag).value();
        EXPECT_EQ(to_string(chosen), tag);
        for (const unsigned loop : {0U, 1U, 63U, 255U}) {
            const SessionId id = make_session_id(chosen, loop);
            EXPECT_EQ(std::string_view(id.data(), id.size()).substr(16, 2), tag);
            EXPECT_EQ(home_of({id.data(), id.size()}).value().server, chosen);
        }
    }
    for (const auto* tag : {"", "s", "s12", "s+", "\xc3\xa9"}) EXPECT_FALSE(parse_server_tag(tag)) << tag;
    EXPECT_EQ(to_string({0, 1}), "AAE");
}

TEST(SessionId, ForeignTextHasNoHome) {
    for (const auto* sid : {"", "short", "____________________x", "!!!!!!!!!!!!!!!!!!!!", "constructor", "__proto__"})
        EXPECT_FALSE(home_of(sid)) << sid;
}

TEST(Jsonp, WrapsThePayloadForAScript) {
    EXPECT_EQ(jsonp_script("12abc", "4\"x\""), "___eio[12](\"4\\\"x\\\"\");");
    EXPECT_EQ(jsonp_script("0", "4\u2028"), "___eio[0](\"4\\u2028\");");
}

TEST(Jsonp, ReadsTheFormsField) { EXPECT_EQ(jsonp_payload("d=4a%20b+c%5Cn"), "4a b c\n"); }

}  // namespace
}  // namespace sio::engineio
