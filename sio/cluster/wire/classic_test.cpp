#include "sio/cluster/wire/classic.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "sio/base/bytes.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/cluster/wire/parts.hpp"

namespace sio::cluster::classic {
namespace {

// Written by notepack.io 3.0.1, which `@socket.io/redis-adapter` 8.3 and `@socket.io/redis-emitter` 5.1 use.
constexpr std::string_view kBroadcast =
    "93a66142335f2d7883a47479706502a46461746192a46e65777382a16101a16293c3c0cb3ff8000000000000a36e7370a12f83a5726f6f6d7391a27231a66578636570"
    "7491a26531a5666c61677382a8766f6c6174696c65c3a8636f6d7072657373c2";
constexpr std::string_view kBinary =
    "93a66142335f2d7883a47479706502a46461746193a362696ec40301020381a464656570c401ffa36e7370a52f6368617483a5726f6f6d7390a665786365707490a566"
    "6c61677380";
constexpr std::string_view kAsking =
    "85a3756964a66142335f2d78a9726571756573744964a3722d37a47479706507a67061636b657483a47479706502a46461746192a361736b01a36e7370a12fa46f7074"
    "7383a5726f6f6d7391a161a665786365707490a5666c61677381a774696d656f7574cd01f4";
constexpr std::string_view kAcknowledged = "83a47479706509a9726571756573744964a3722d37a67061636b6574c40109";
constexpr std::string_view kEmitterBroadcast =
    "93a7656d697474657283a47479706502a46461746191a26869a36e7370a12f83a5726f6f6d7392a161a162a5666c61677380a665786365707490";

using Names = std::vector<std::string_view>;

std::string bytes(std::string_view digits) { return *unhex(digits); }

std::string json_of(const Incoming& message) { return json::text(message.data).str(); }

TEST(ClassicCodec, WritesBroadcastsAsNodeDoes) {
    const auto event = detail::encode_event("/", {}, false, "news", json::Text(R"({"a":1,"b":[true,null,1.5]})"));
    const std::string_view room = "r1";
    const std::string_view except = "e1";
    const Outgoing message{.kind = Kind::Broadcast,
                           .target = {.rooms = {&room, 1}, .except = {&except, 1}},
                           .flags = {.volatile_ = true, .compress = false},
                           .event = &event};
    EXPECT_EQ(hex(encode_broadcast("aB3_-x", "/", message)), kBroadcast);
}

TEST(ClassicCodec, WritesBinaryAsNodeDoes) {
    detail::Encoder encoder;
    encoder.add("bin").add(Binary{"\x01\x02\x03"}).add(std::map<std::string, Binary>{{"deep", Binary{"\xff"}}});
    const auto event = encoder.finish_event("/chat");
    EXPECT_EQ(hex(encode_broadcast("aB3_-x", "/chat", {.kind = Kind::Broadcast, .event = &event})), kBinary);
}

TEST(ClassicCodec, ReadsBroadcasts) {
    DocumentReader reader;
    const auto payload = bytes(kBroadcast);
    const auto message = decode_broadcast(reader, payload);
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(message->uid, "aB3_-x");
    EXPECT_EQ(message->nsp, "/");
    EXPECT_EQ(json_of(*message), R"(["news",{"a":1,"b":[true,null,1.5]}])");
    EXPECT_EQ(message->rooms, Names{"r1"});
    EXPECT_EQ(message->except, Names{"e1"});
    EXPECT_TRUE(message->flags.volatile_);
    EXPECT_FALSE(message->flags.compress);
}

TEST(ClassicCodec, ReadsBinaryAsAttachments) {
    DocumentReader reader;
    const auto message = decode_broadcast(reader, bytes(kBinary));
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(json_of(*message), R"(["bin",{"_placeholder":true,"num":0},{"deep":{"_placeholder":true,"num":1}}])");
    ASSERT_EQ(reader.attachments().size(), 2U);
    EXPECT_EQ(reader.attachments()[0], "\x01\x02\x03");
    EXPECT_EQ(reader.attachments()[1], "\xff");
}

TEST(ClassicCodec, ReadsTheStockEmitter) {
    DocumentReader reader;
    const auto message = decode_broadcast(reader, bytes(kEmitterBroadcast));
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(message->uid, kEmitter);
    EXPECT_EQ(message->rooms, (Names{"a", "b"}));
}

TEST(ClassicCodec, ReadsRequestsForAcknowledgements) {
    DocumentReader reader;
    const auto message = decode_request(reader, bytes(kAsking));
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(message->kind, Kind::Broadcast);
    EXPECT_EQ(message->request_id, "r-7");
    EXPECT_EQ(json_of(*message), R"(["ask",1])");
    EXPECT_EQ(message->flags.timeout, std::chrono::milliseconds(500));
    const auto acknowledged = decode_response(reader, bytes(kAcknowledged));
    ASSERT_TRUE(acknowledged) << acknowledged.error().detail;
    EXPECT_EQ(acknowledged->kind, Kind::ClientAck);
    EXPECT_EQ(reader.attachments()[0], "\x09");
}

TEST(ClassicCodec, WritesRequestsForAcknowledgementsAsNodeDoes) {
    const auto event = detail::encode_event("/", 3, true, "ask", 1);
    const std::string_view room = "a";
    const Outgoing message{.kind = Kind::Broadcast,
                           .request_id = "r-7",
                           .target = {.rooms = {&room, 1}, .except = {}},
                           .flags = {.timeout = std::chrono::milliseconds(500)},
                           .event = &event};
    EXPECT_EQ(hex(encode_request("aB3_-x", "/", message)), kAsking);
    const Reply reply{R"({"_placeholder":true,"num":0})", {"\x09"}};
    EXPECT_EQ(hex(encode_response({.kind = Kind::ClientAck, .request_id = "r-7", .reply = &reply})), kAcknowledged);
}

TEST(ClassicCodec, WritesOtherRequestsAsJson) {
    const std::string_view a = "a";
    const std::string_view b = "b";
    const Target target{.rooms = {&a, 1}, .except = {&b, 1}};
    const auto request = [](const Outgoing& message) { return encode_request("aB3_-x", "/", message); };
    EXPECT_EQ(request({.kind = Kind::Join, .target = target, .names = {&b, 1}}),
              R"({"uid":"aB3_-x","type":2,"opts":{"rooms":["a"],"except":["b"],"flags":{}},"rooms":["b"]})");
    EXPECT_EQ(request({.kind = Kind::Disconnect, .target = {}, .close = true}),
              R"({"uid":"aB3_-x","type":4,"opts":{"rooms":[],"except":[],"flags":{}},"close":true})");
    EXPECT_EQ(request({.kind = Kind::Fetch, .request_id = "x", .target = target}),
              R"({"uid":"aB3_-x","requestId":"x","type":5,"opts":{"rooms":["a"],"except":["b"],"flags":{}}})");
    EXPECT_EQ(request({.kind = Kind::SocketIds, .request_id = "x", .target = target}),
              R"({"uid":"aB3_-x","requestId":"x","type":0,"rooms":["a"]})");
    EXPECT_EQ(request({.kind = Kind::Rooms, .request_id = "x"}), R"({"uid":"aB3_-x","requestId":"x","type":1})");
    const auto event = detail::encode_event("/", {}, true, "hello", 1);
    EXPECT_EQ(request({.kind = Kind::ServerEmit, .event = &event}), R"({"uid":"aB3_-x","type":6,"data":["hello",1]})");
}

TEST(ClassicCodec, WritesAnswers) {
    const RemoteSocket socket{.id = "s", .rooms = {"s", "a"}, .data = R"({"x":1})", .handshake = R"({"auth":{}})"};
    EXPECT_EQ(encode_response({.kind = Kind::Answer, .request_id = "x", .asked = Kind::Fetch, .sockets = {&socket, 1}}),
              R"({"requestId":"x","sockets":[{"id":"s","handshake":{"auth":{}},"rooms":["s","a"],"data":{"x":1}}]})");
    const std::string_view name = "s";
    EXPECT_EQ(encode_response({.kind = Kind::Answer, .request_id = "x", .names = {&name, 1}, .asked = Kind::SocketIds}),
              R"({"requestId":"x","sockets":["s"]})");
    EXPECT_EQ(encode_response({.kind = Kind::Answer, .request_id = "x", .names = {&name, 1}, .asked = Kind::Rooms}),
              R"({"requestId":"x","rooms":["s"]})");
    EXPECT_EQ(encode_response({.kind = Kind::Answer, .request_id = "x", .asked = Kind::Join}), R"({"requestId":"x"})");
    EXPECT_EQ(encode_response({.kind = Kind::ClientCount, .request_id = "x", .clients = 2}),
              R"({"type":8,"requestId":"x","clientCount":2})");
    const Reply reply{"7", {}};
    EXPECT_EQ(encode_response({.kind = Kind::Answer, .request_id = "x", .asked = Kind::ServerEmit, .reply = &reply}),
              R"({"type":6,"requestId":"x","data":7})");
}

TEST(ClassicCodec, ReadsRequestsOfEmittersWithoutUid) {
    DocumentReader reader;
    const auto message = decode_request(reader, R"({"type":3,"opts":{"rooms":["a"]},"rooms":["b"]})");
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_EQ(message->kind, Kind::Leave);
    EXPECT_TRUE(message->uid.empty());
    EXPECT_EQ(message->names, Names{"b"});
}

TEST(ClassicCodec, ReadsTheOldFormForOneSocket) {
    DocumentReader reader;
    const auto message = decode_request(reader, R"({"requestId":"x","type":2,"sid":"s","room":"b"})");
    ASSERT_TRUE(message) << message.error().detail;
    EXPECT_TRUE(message->wants_receipt);
    EXPECT_EQ(message->rooms, Names{"s"});
    EXPECT_EQ(message->names, Names{"b"});
}

class ClassicCodecRefuses : public ::testing::TestWithParam<const char*> {};

TEST_P(ClassicCodecRefuses, Request) {
    DocumentReader reader;
    EXPECT_FALSE(decode_request(reader, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Requests, ClassicCodecRefuses,
                         ::testing::Values("", "{", "{}", "[]", "null", R"({"type":8})", R"({"type":-1})", R"({"type":"2"})",
                                           R"({"type":0,"rooms":[]})", R"({"type":5,"opts":{}})", R"({"type":2})",
                                           R"({"type":2,"opts":{"rooms":"a"},"rooms":[]})", R"({"type":2,"opts":{"rooms":[1]},"rooms":[]})",
                                           R"({"type":2,"opts":{},"rooms":[[]]})", R"({"type":6,"data":{}})", R"({"type":6,"data":[1]})",
                                           R"({"type":6,"uid":7,"data":["a"]})", R"({"type":7,"requestId":"x","packet":{"type":0}})",
                                           R"({"type":7,"requestId":"x","packet":{"type":2,"data":["disconnect"]}})",
                                           R"({"type":7,"requestId":"x","packet":{"type":2,"data":[{"toString":"foo"}]}})"));

TEST(ClassicCodec, KnowsItsChannels) {
    const Channels channels("socket.io", "/a*[b]?", "aB3_-x");
    EXPECT_EQ(channels.pattern, R"(socket.io#/a\*\[b\]\?#*)");
    EXPECT_EQ(channels.request, "socket.io-request#/a*[b]?#");
    EXPECT_EQ(channels.own_response, "socket.io-response#/a*[b]?#aB3_-x#");
    EXPECT_EQ(channels.room_of("socket.io#/a*[b]?#"), "");
    EXPECT_EQ(channels.room_of("socket.io#/a*[b]?#r#1#"), "r#1");
    EXPECT_FALSE(channels.room_of("socket.io#/a*[b]?#r"));
    EXPECT_FALSE(channels.room_of("socket.io#/other#"));
}

TEST(ClassicCodec, SeesItsOwnBroadcastsWithoutReadingThem) {
    EXPECT_TRUE(is_broadcast_of("aB3_-x", bytes(kBroadcast)));
    EXPECT_FALSE(is_broadcast_of("aB3_-y", bytes(kBroadcast)));
    EXPECT_FALSE(is_broadcast_of("aB3_-x", bytes(kEmitterBroadcast)));
    EXPECT_FALSE(is_broadcast_of("aB3_-x", ""));
}

// Whatever a message loses, it is read or refused, never more.
TEST(ClassicCodec, SurvivesMessagesCutAnywhere) {
    DocumentReader reader;
    for (const auto whole : {kBroadcast, kBinary, kEmitterBroadcast}) {
        const auto payload = bytes(whole);
        for (std::size_t size = 0; size < payload.size(); ++size) {
            EXPECT_FALSE(decode_broadcast(reader, std::string_view(payload).substr(0, size)));
        }
    }
}

RC_GTEST_PROP(ClassicCodec, ReadsWhatItWrote, (const std::vector<std::uint16_t>& numbers, bool volatile_flag)) {
    std::vector<std::string> names;
    for (const auto number : numbers) names.push_back("room" + std::to_string(number));
    const std::vector<std::string_view> rooms(names.begin(), names.end());
    const auto event = detail::encode_event("/n", {}, true, "event", numbers, Binary{"bytes"});
    const auto payload = encode_broadcast(
        "aB3_-x", "/n",
        {.kind = Kind::Broadcast, .target = {.rooms = rooms, .except = rooms}, .flags = {.volatile_ = volatile_flag}, .event = &event});
    DocumentReader reader;
    const auto message = decode_broadcast(reader, payload);
    RC_ASSERT(message.has_value());
    RC_ASSERT(json_of(*message) == event.json());
    RC_ASSERT(message->rooms == rooms);
    RC_ASSERT(message->except == rooms);
    RC_ASSERT(message->flags.volatile_ == volatile_flag);
    RC_ASSERT(reader.attachments().size() == 1U);
}

RC_GTEST_PROP(ClassicCodec, RefusesOrReadsAnyBytes, (const std::string& garbage)) {
    DocumentReader reader;
    static_cast<void>(decode_broadcast(reader, garbage));
    static_cast<void>(decode_request(reader, "{" + garbage));
    static_cast<void>(decode_response(reader, garbage));
}

}  // namespace
}  // namespace sio::cluster::classic
