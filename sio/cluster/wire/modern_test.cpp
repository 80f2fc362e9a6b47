#include "sio/cluster/wire/modern.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sio/base/bytes.hpp"
#include "sio/base/json_writer.hpp"

namespace sio::cluster::modern {
namespace {

using Names = std::vector<std::string_view>;

// Written by @msgpack/msgpack 2.8, which `@socket.io/redis-streams-adapter` 0.3 uses.
constexpr std::string_view kAsking =
    "84a3756964b030313233343536373839616263646566a36e7370a12fa47479706503a46461746183a46f70747383a5726f6f6d7391a161a665786365707490a5666c61"
    "677380a67061636b657482a47479706502a46461746191a361736ba9726571756573744964b030303131323233336161626263636464";
constexpr std::string_view kBinaryEntry = "gqRvcHRzg6Vyb29tc5GhYaZleGNlcHSQpWZsYWdzgKZwYWNrZXSCpHR5cGUCpGRhdGGSo2JpbsQDAQID";
constexpr std::string_view kUid = "0123456789abcdef";

TEST(ModernCodec, ReadsEphemeralMessagesOfNode) {
    DocumentReader reader;
    const auto message = decode(reader, *unhex(kAsking));
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(message->kind, Kind::Broadcast);
    EXPECT_EQ(message->uid, kUid);
    EXPECT_EQ(message->nsp, "/");
    EXPECT_EQ(message->request_id, "00112233aabbccdd");
    EXPECT_EQ(message->rooms, Names{"a"});
    EXPECT_EQ(json::text(message->data).str(), R"(["ask"])");
}

TEST(ModernCodec, ReadsEntriesOfNode) {
    DocumentReader reader;
    const auto binary = decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "3", .data = kBinaryEntry});
    ASSERT_TRUE(binary) << binary.error().detail;
    EXPECT_EQ(json::text(binary->data).str(), R"(["bin",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(reader.attachments()[0], "\x01\x02\x03");
    const auto plain = decode_entry(
        reader, {.uid = kUid, .nsp = "/", .type = "4", .data = R"({"opts":{"rooms":["a"],"except":[],"flags":{}},"rooms":["b"]})"});
    ASSERT_TRUE(plain) << plain.error().detail;
    EXPECT_EQ(plain->kind, Kind::Join);
    EXPECT_EQ(plain->names, Names{"b"});
    const auto heartbeat = decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "1", .data = ""});
    ASSERT_TRUE(heartbeat) << heartbeat.error().detail;
    EXPECT_EQ(heartbeat->kind, Kind::Presence);
}

TEST(ModernCodec, WritesTextAndMsgpackWhereThereIsBinary) {
    const auto event = detail::encode_event("/", {}, true, "hi", 1);
    const std::string_view room = "a";
    const Outgoing message{.kind = Kind::Broadcast, .target = {.rooms = {&room, 1}, .except = {}}, .event = &event};
    EXPECT_EQ(encode(kUid, "/", message, Form::Text),
              R"({"uid":"0123456789abcdef","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["hi",1]},)"
              R"("opts":{"rooms":["a"],"except":[],"flags":{}}}})");
    EXPECT_EQ(encode_data(message), R"({"packet":{"type":2,"data":["hi",1]},"opts":{"rooms":["a"],"except":[],"flags":{}}})");
    const auto binary = detail::encode_event("/", {}, true, "bin", Binary{"\x01\x02\x03"});
    EXPECT_EQ(encode(kUid, "/", {.kind = Kind::Broadcast, .event = &binary}, Form::Text).front(), '\x84');
    EXPECT_NE(encode_data({.kind = Kind::Broadcast, .event = &binary}).front(), '{');
}

/// Each kind of message, written and read again.
TEST(ModernCodec, ReadsWhatItWrites) {
    const auto event = detail::encode_event("/", {}, true, "hi", Binary{"\xff\x00"});
    const Reply reply{"[1]", {}};
    const RemoteSocket socket{.id = "s", .rooms = {"s"}};
    const std::string_view a = "a";
    const std::vector<Outgoing> messages = {
        {.kind = Kind::Broadcast, .event = &event},
        {.kind = Kind::Broadcast, .request_id = "q", .flags = {.timeout = std::chrono::milliseconds(9)}, .event = &event},
        {.kind = Kind::Join, .target = {.rooms = {&a, 1}, .except = {}}, .names = {&a, 1}},
        {.kind = Kind::Leave, .target = {.rooms = {}, .except = {&a, 1}}, .names = {&a, 1}},
        {.kind = Kind::Disconnect, .close = true},
        {.kind = Kind::Fetch, .request_id = "q"},
        {.kind = Kind::ServerEmit, .request_id = "q", .event = &event},
        {.kind = Kind::Answer, .request_id = "q", .asked = Kind::Fetch, .sockets = {&socket, 1}},
        {.kind = Kind::Answer, .request_id = "q", .asked = Kind::ServerEmit, .reply = &reply},
        {.kind = Kind::ClientCount, .request_id = "q", .clients = 3},
        {.kind = Kind::ClientAck, .request_id = "q", .reply = &reply},
    };
    DocumentReader reader;
    for (const auto& message : messages) {
        for (const auto form : {Form::Text, Form::Msgpack}) {
            const auto read = decode(reader, encode(kUid, "/n", message, form));
            ASSERT_TRUE(read) << static_cast<int>(message.kind) << read.error().detail;
            EXPECT_EQ(read->kind, message.kind);
            EXPECT_EQ(read->uid, kUid);
            EXPECT_EQ(read->nsp, "/n");
            EXPECT_EQ(read->request_id, message.request_id);
            EXPECT_TRUE(std::ranges::equal(read->rooms, message.target.rooms));
            EXPECT_TRUE(std::ranges::equal(read->except, message.target.except));
            EXPECT_TRUE(std::ranges::equal(read->names, message.names));
            EXPECT_EQ(read->close, message.close);
            EXPECT_EQ(read->clients, message.clients);
            EXPECT_EQ(read->flags.timeout, message.flags.timeout);
        }
    }
}

class ModernCodecRefuses : public ::testing::TestWithParam<const char*> {};

TEST_P(ModernCodecRefuses, Message) {
    DocumentReader reader;
    EXPECT_FALSE(decode(reader, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Messages, ModernCodecRefuses,
                         ::testing::Values("", "{", "{}", R"({"type":0})", R"({"type":14})", R"({"type":3})",
                                           R"({"type":3,"data":{"packet":{"type":2,"data":"x"}}})",
                                           R"({"type":3,"data":{"packet":{"type":2,"data":["connect"]}}})",
                                           R"({"type":3,"data":{"packet":{"type":1,"data":["x"]}}})", R"({"type":7,"data":{"opts":{}}})",
                                           R"({"type":8,"data":{"sockets":[]}})",
                                           R"({"type":11,"data":{"requestId":"q","clientCount":-1}})", R"({"type":9,"data":{"packet":{}}})",
                                           R"({"type":4,"data":{"opts":{"except":[{}]}}})"));

TEST(ModernCodec, RefusesEntriesThatAreNoBase64) {
    DocumentReader reader;
    EXPECT_FALSE(decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "3", .data = "***"}));
    EXPECT_FALSE(decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "x", .data = kBinaryEntry}));
    EXPECT_FALSE(decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "99999999999999999999", .data = kBinaryEntry}));
}

RC_GTEST_PROP(ModernCodec, RefusesOrReadsAnyBytes, (const std::string& garbage)) {
    DocumentReader reader;
    static_cast<void>(decode(reader, garbage));
    static_cast<void>(decode(reader, "{" + garbage));
    static_cast<void>(decode_entry(reader, {.uid = kUid, .nsp = "/", .type = "3", .data = garbage}));
}

}  // namespace
}  // namespace sio::cluster::modern
