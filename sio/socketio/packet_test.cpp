#include "sio/socketio/packet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace sio::detail {
namespace {

constexpr std::size_t kMaxAttachments = 10;

struct Valid {
    std::string_view text;
    PacketType type;
    std::size_t attachments;
    std::string_view nsp;
    std::optional<std::uint64_t> ack_id;
    std::string_view json;
};

class PacketDecodes : public ::testing::TestWithParam<Valid> {};

TEST_P(PacketDecodes, ItsParts) {
    const auto& expected = GetParam();
    const auto packet = decode_packet(expected.text, kMaxAttachments);
    ASSERT_TRUE(packet.has_value()) << expected.text;
    EXPECT_EQ(packet->type, expected.type);
    EXPECT_EQ(packet->attachments, expected.attachments);
    EXPECT_EQ(packet->nsp, expected.nsp);
    EXPECT_EQ(packet->ack_id, expected.ack_id);
    EXPECT_EQ(packet->json, expected.json);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, PacketDecodes,
    ::testing::Values(Valid{"0", PacketType::Connect, 0, "/", {}, ""}, Valid{R"(0{"a":1})", PacketType::Connect, 0, "/", {}, R"({"a":1})"},
                      Valid{"0/chat", PacketType::Connect, 0, "/chat", {}, ""}, Valid{"0/chat,", PacketType::Connect, 0, "/chat", {}, ""},
                      Valid{"0/chat,{}", PacketType::Connect, 0, "/chat", {}, "{}"}, Valid{"1", PacketType::Disconnect, 0, "/", {}, ""},
                      Valid{"1/chat", PacketType::Disconnect, 0, "/chat", {}, ""},
                      Valid{"1/chat,", PacketType::Disconnect, 0, "/chat", {}, ""}, Valid{"2[1]", PacketType::Event, 0, "/", {}, "[1]"},
                      Valid{R"(212["a"])", PacketType::Event, 0, "/", 12, R"(["a"])"},
                      Valid{R"(2/a,0["b"])", PacketType::Event, 0, "/a", 0, R"(["b"])"},
                      Valid{R"(2/?a=b,["b"])", PacketType::Event, 0, "/?a=b", {}, R"(["b"])"},
                      Valid{"39007199254740991[]", PacketType::Ack, 0, "/", 9007199254740991, "[]"},
                      Valid{R"(51-["a"])", PacketType::BinaryEvent, 1, "/", {}, R"(["a"])"},
                      Valid{R"(510-/n,7["a"])", PacketType::BinaryEvent, 10, "/n", 7, R"(["a"])"},
                      Valid{"61-/n,7[1]", PacketType::BinaryAck, 1, "/n", 7, "[1]"},
                      Valid{R"(4{"message":"x"})", PacketType::ConnectError, 0, "/", {}, R"({"message":"x"})"}));

class PacketRefuses : public ::testing::TestWithParam<std::string_view> {};

TEST_P(PacketRefuses, Malformed) { EXPECT_FALSE(decode_packet(GetParam(), kMaxAttachments).has_value()) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Packets, PacketRefuses,
                         ::testing::Values("", "7", "a", "/", " 2[]", "-1", "2", "2/a,", "212", "3[]", "31", R"(3/a,[1])", "1{}", "12[]",
                                           "01{}", "5[1]", "5-[1]", "50-[1]", "501-[1]", "511-[1]", "51[1]", "5a-[1]",
                                           "599999999999999999999999-[1]", "5 1-[1]", "5+1-[1]", "51e0-[1]", R"(2007["a"])",
                                           R"(29007199254740992["a"])", R"(299999999999999999999999999["a"])"));

TEST(Packet, TooManyAttachmentsAreNamedSo) {
    EXPECT_EQ(decode_packet("511-[1]", kMaxAttachments).error().code, ErrorCode::TooLarge);
    EXPECT_EQ(decode_packet("51-", kMaxAttachments).error().code, ErrorCode::BadPacket);
}

TEST(Packet, MegabytesOfDigitsAreRefusedAtOnce) {
    EXPECT_FALSE(decode_packet("5" + std::string(1'000'000, '9') + "-[1]", kMaxAttachments).has_value());
    EXPECT_FALSE(decode_packet("2" + std::string(1'000'000, '1') + "[1]", kMaxAttachments).has_value());
}

RC_GTEST_PROP(Packet, ViewsStayInsideTheText, (const std::string& tail)) {
    const auto type = *rc::gen::inRange('0', '8');
    const std::string text = type + tail;
    const auto packet = decode_packet(text, kMaxAttachments);
    if (!packet) return;
    RC_ASSERT(packet->attachments <= kMaxAttachments);
    if (packet->json.empty()) return;
    RC_ASSERT(packet->json.data() + packet->json.size() == text.data() + text.size());
}

TEST(Packet, PrefixesNeverCrash) {
    const std::string text = R"(510-/name,123["event",{"_placeholder":true,"num":0}])";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        static_cast<void>(decode_packet(std::string_view(text).substr(0, size), kMaxAttachments));
    }
}

}  // namespace
}  // namespace sio::detail
