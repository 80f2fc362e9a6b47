#include "sio/socketio/msgpack_packet.hpp"

#include <gtest/gtest.h>

#include "sio/base/msgpack.hpp"
#include "sio/socketio/encoded_event.hpp"

namespace sio::detail {
namespace {

std::string event(std::string_view json, std::vector<engineio::Packet> attachments = {}, std::optional<std::uint64_t> id = {}) {
    return std::string(encode_msgpack(PacketType::Event, "/chat", id, json, attachments).frame->payload());
}

TEST(MsgpackPacket, IsReadAsItWasWritten) {
    for (const std::string_view json :
         {R"(["a"])", R"(["a",1,-1,1.5,true,false,null,"\u00e9 \ud83d\ude00",[],{}])",
          R"(["a",{"b":[{"c":{"_placeholder":false,"num":0}}]}])", R"([9007199254740993,18446744073709551615])"}) {
        const auto packet = decode_msgpack(event(json, {}, 7), 10);
        ASSERT_TRUE(packet) << json;
        EXPECT_EQ(packet->view().type, PacketType::Event);
        EXPECT_EQ(packet->view().nsp, "/chat");
        EXPECT_EQ(packet->view().ack_id, 7U);
        const auto again = decode_msgpack(event(packet->view().json, {}, 7), 10);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->view().json, packet->view().json);
    }
}

TEST(MsgpackPacket, HasItsBinaryInside) {
    const EncodedEvent sent = encode_event("/chat", {}, true, "a", Binary{"\x01\x02"}, 5, Binary{"\x03"}).with_msgpack();
    const auto packet = decode_msgpack(sent.msgpack().frame->payload(), 10);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->view().json, R"(["a",{"_placeholder":true,"num":0},5,{"_placeholder":true,"num":1}])");
    EXPECT_EQ(packet->attachments, (std::vector<std::string>{"\x01\x02", "\x03"}));
    EXPECT_FALSE(decode_msgpack(sent.msgpack().frame->payload(), 1)) << "too many";
}

TEST(MsgpackPacket, PlainDataIsNeverTakenForBinary) {
    std::string bytes;
    msgpack::Writer(bytes)
        .map(3)
        .string("type")
        .integer(2)
        .string("nsp")
        .string("/")
        .string("data")
        .array(3)
        .string("a")
        .binary("x")
        .map(2)
        .string("_placeholder")
        .boolean(true)
        .string("num")
        .integer(0);
    const auto packet = decode_msgpack(bytes, 10);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->view().json, R"(["a",{"_placeholder":true,"num":0},{"_placeholder":null,"num":0}])");
}

TEST(MsgpackPacket, WithoutDataHasNone) {
    std::string bytes;
    msgpack::Writer(bytes).map(3).string("type").integer(0).string("data").nil().string("nsp").string("x");
    const auto packet = decode_msgpack(bytes, 10);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->view().json, "");
    EXPECT_EQ(packet->view().nsp, "/x");
}

TEST(MsgpackPacket, MalformedIsRefusedAndSoIsEveryPartOfAGoodOne) {
    const std::string good = event(R"(["a",{"b":[1,2,3]}])", {engineio::binary_packet("xyz")}, 5);
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode_msgpack(std::string_view(good).substr(0, size), 10)) << size;
    EXPECT_FALSE(decode_msgpack(good + "x", 10));
    const auto refused = [](auto write) {
        std::string bytes;
        write(msgpack::Writer(bytes));
        return !decode_msgpack(bytes, 10);
    };
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.array(0); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.nil(); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.map(1).string("type").integer(2); })) << "no namespace";
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.map(2).string("type").integer(5).string("nsp").string("/"); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.map(2).string("type").string("2").string("nsp").string("/"); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.map(2).string("type").integer(2).string("nsp").string(""); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) { w.map(3).string("type").integer(2).string("nsp").string("/").string("id").integer(-1); }));
    EXPECT_TRUE(refused([](msgpack::Writer w) {
        w.map(4).string("type").integer(2).string("nsp").string("/").string("data").array(0).string("data").array(0);
    }));
}

}  // namespace
}  // namespace sio::detail
