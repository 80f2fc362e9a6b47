#include "sio/engineio/v3_payload.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sio::engineio {
namespace {

using namespace std::string_literals;

struct Read {
    PacketType type;
    std::string data;
    bool binary = false;
    bool operator==(const Read&) const = default;
};

/// What was read before the end or the first error, and whether there was one.
struct Outcome {
    std::vector<Read> packets;
    bool whole = true;
};

Outcome read_all(std::string_view payload, PayloadFormat format) {
    Outcome outcome;
    std::string scratch;
    PayloadReader reader(payload, format);
    while (!reader.at_end()) {
        const auto item = reader.next(scratch);
        if (!item) {
            outcome.whole = false;
            break;
        }
        outcome.packets.push_back({item->packet.type, std::string(item->packet.data), item->binary});
    }
    return outcome;
}

/// `4hello`, the bytes 1 to 4, `4` and one euro sign and one emoji, a ping.
std::vector<Packet> sample() {
    return {text_packet("4hello"), binary_packet("\1\2\3\4"), text_packet("4\u20ac\U0001F600"), text_packet("2")};
}

std::vector<Read> sample_read() {
    return {{PacketType::Message, "hello"},
            {PacketType::Message, "\1\2\3\4", true},
            {PacketType::Message, "\u20ac\U0001F600"},
            {PacketType::Ping, ""}};
}

const std::string kSampleText = "6:4hello10:b4AQIDBA==4:4\u20ac\U0001F6001:2";
const std::string kSampleBytes =
    "\0\6\xff"
    "4hello"
    "\1\5\xff\4\1\2\3\4"
    "\0\10\xff"
    "4\u20ac\U0001F600"
    "\0\1\xff"
    "2"s;

TEST(V3Payload, TextCountsUtf16Units) {
    const auto payload = v3::join(sample(), Revision::V3Base64);
    EXPECT_FALSE(payload.binary);
    EXPECT_EQ(payload.bytes, kSampleText);
    const auto read = read_all(kSampleText, PayloadFormat::V3Text);
    EXPECT_TRUE(read.whole);
    EXPECT_EQ(read.packets, sample_read());
}

TEST(V3Payload, BytesCountBytes) {
    const auto payload = v3::join(sample(), Revision::V3);
    EXPECT_TRUE(payload.binary);
    EXPECT_EQ(payload.bytes, kSampleBytes);
    const auto read = read_all(kSampleBytes, PayloadFormat::V3Bytes);
    EXPECT_TRUE(read.whole);
    EXPECT_EQ(read.packets, sample_read());
}

TEST(V3Payload, IsTextWhereThereIsNoBinary) {
    const std::vector packets{text_packet("3"), text_packet("4a")};
    const auto payload = v3::join(packets, Revision::V3);
    EXPECT_FALSE(payload.binary);
    EXPECT_EQ(payload.bytes, "1:32:4a");
}

TEST(V3Payload, LengthsOfManyDigits) {
    const std::string data(12345, 'x');
    const std::vector packets{text_packet("4" + data), binary_packet(data)};
    EXPECT_TRUE(v3::join(packets, Revision::V3)
                    .bytes.starts_with("\0\1\2\3\4\6\xff"
                                       "4x"s));
    for (const auto revision : {Revision::V3, Revision::V3Base64}) {
        const auto payload = v3::join(packets, revision);
        const auto read = read_all(payload.bytes, payload.binary ? PayloadFormat::V3Bytes : PayloadFormat::V3Text);
        EXPECT_EQ(read.packets, (std::vector<Read>{{PacketType::Message, data}, {PacketType::Message, data, true}}));
    }
}

TEST(V3Payload, AnEmptyPacketInTextSaysNothing) {
    const auto read = read_all("0:1:2", PayloadFormat::V3Text);
    EXPECT_TRUE(read.whole);
    EXPECT_EQ(read.packets, (std::vector<Read>{{PacketType::Noop, ""}, {PacketType::Ping, ""}}));
}

class V3TextRefuses : public ::testing::TestWithParam<std::string> {};
TEST_P(V3TextRefuses, WhatNoWriterWrites) { EXPECT_FALSE(read_all(GetParam(), PayloadFormat::V3Text).whole); }
INSTANTIATE_TEST_SUITE_P(V3Payload, V3TextRefuses,
                         ::testing::Values("", "abc", ":", ":4", "1", "12", "4hello", "1:", "7:4hello", "6:4hello1", "6:4hello:", "-1:2",
                                           "+1:2", " 1:2", "1 :2", "1.0:2", "1e0:2", "0x1:2", "01:2", "00:", "4294967297:2", "9999999999:2",
                                           "18446744073709551617:2", std::string(100'000, '1'), std::string(400, '9') + ":2", "1:7", "1:x",
                                           "2:b4x", "1:b", "2:b2", "6:b2AQID", "5:b4A%A", "3:b4A", "2:4\U0001F600", "1:\U0001F600",
                                           "5:4\U0001F600"));

class V3BytesRefuse : public ::testing::TestWithParam<std::string> {};
TEST_P(V3BytesRefuse, WhatNoWriterWrites) { EXPECT_FALSE(read_all(GetParam(), PayloadFormat::V3Bytes).whole); }
INSTANTIATE_TEST_SUITE_P(V3Payload, V3BytesRefuse,
                         ::testing::Values(""s, "\0"s, "\1"s, "\0\1"s, "\0\xff"s, "\0\1\xff"s, "\2\1\xff\4"s, "1:2"s,
                                           "\0\2\xff"
                                           "2"s,
                                           "\0\0\1\xff"
                                           "2"s,
                                           "\0\12\xff"
                                           "4123456789"s,
                                           "\0"
                                           "1\xff"
                                           "2"s,
                                           "\0\xfe\xff"
                                           "2"s,
                                           "\0"s + std::string(100'000, '\1'), "\1"s + std::string(400, '\11') + "\xff\4",
                                           "\0\11\11\11\11\11\11\11\11\11\11\xff"
                                           "2"s,
                                           "\0\0\xff"s, "\1\0\xff"s, "\1\1\xff\3"s,
                                           "\1\1\xff"
                                           "4"s,
                                           "\0\2\xff"
                                           "4\x80"s,
                                           "\0\4\xff"
                                           "4\xed\xa0\x80"s,
                                           "\0\1\xff"
                                           "7"s));

// Packets are handled as they are read, so a cut payload gives the packets before the cut and nothing else.
TEST(V3Payload, CutAnywhereGivesThePacketsBefore) {
    const auto check = [](const std::string& payload, PayloadFormat format) {
        for (std::size_t size = 0; size < payload.size(); ++size) {
            std::string_view cut = std::string_view(payload).substr(0, size);
            // A cut text is refused before it is read unless it is valid UTF-8.
            while (format == PayloadFormat::V3Text && (static_cast<unsigned char>(payload[cut.size()]) & 0xC0U) == 0x80U)
                cut.remove_suffix(1);
            const auto read = read_all(cut, format);
            auto expected = sample_read();
            ASSERT_LT(read.packets.size(), expected.size()) << size;
            expected.resize(read.packets.size());
            EXPECT_EQ(read.packets, expected) << size;
        }
    };
    check(kSampleText, PayloadFormat::V3Text);
    check(kSampleBytes, PayloadFormat::V3Bytes);
}

TEST(V3Message, BinaryHasItsTypeInFront) {
    const Packet packet = binary_packet("\1\2");
    const Packet bytes = v3::for_websocket(packet, Revision::V3);
    EXPECT_EQ(bytes.type, MessageType::Binary);
    EXPECT_EQ(bytes.frame->bytes(), "\x82\3\4\1\2");
    const Packet text = v3::for_websocket(packet, Revision::V3Base64);
    EXPECT_EQ(text.type, MessageType::Text);
    EXPECT_EQ(text.frame->payload(), "b4AQI=");
}

TEST(V3Message, BothFormsOfBinaryAreRead) {
    std::string scratch;
    for (const auto& item : {v3::decode_message(MessageType::Binary, "\4\1\2", scratch).value(),
                             v3::decode_message(MessageType::Text, "b4AQI=", scratch).value()}) {
        EXPECT_TRUE(item.binary);
        EXPECT_EQ(item.packet.type, PacketType::Message);
        EXPECT_EQ(item.packet.data, "\1\2");
    }
    EXPECT_EQ(v3::decode_message(MessageType::Text, "2probe", scratch).value().packet.data, "probe");
}

TEST(V3Message, RefusesOtherTypesOfBinary) {
    std::string scratch;
    for (const auto* bytes : {"", "\3", "4", "\5\1"}) EXPECT_FALSE(v3::decode_message(MessageType::Binary, bytes, scratch)) << bytes;
    for (const auto* text : {"", "b", "b5AQI=", "bAQI=", "b4%", "abc", "7"}) {
        EXPECT_FALSE(v3::decode_message(MessageType::Text, text, scratch)) << text;
    }
}

TEST(V3Payload, Utf16Length) {
    EXPECT_EQ(v3::utf16_length(""), 0U);
    EXPECT_EQ(v3::utf16_length("a\u00e4\u20ac"), 3U);
    EXPECT_EQ(v3::utf16_length("\U0001F600\U0010FFFF"), 4U);
}

}  // namespace
}  // namespace sio::engineio
