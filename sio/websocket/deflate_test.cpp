#include "sio/base/deflate.hpp"

#include "sio/websocket/testing/fixture.hpp"

namespace sio::websocket {
namespace {

using testing::frame;

class WebsocketDeflate : public testing::ConnectionTest {
protected:
    void open_deflating(NegotiatedDeflate agreed = {}, std::size_t max_bytes = 1'000'000) {
        Options options;
        options.max_message_bytes = max_bytes;
        options.deflate.enabled = true;
        options.deflate.threshold = 10;
        agreed.enabled = true;
        open(options, agreed);
        client_ = Deflater();
        inflater_ = Inflater();
    }
    std::string pack(std::string_view plain) {
        std::string out;
        EXPECT_TRUE(client_.compress(plain, out).has_value());
        return out;
    }
    std::string unpack(std::string_view bytes) {
        bool whole = false;
        std::string out;
        for (const auto& [first, payload] : testing::read_frames(bytes, whole)) {
            if ((first & 0x40) == 0) {
                out += "plain:" + payload + " ";
                continue;
            }
            EXPECT_TRUE(inflater_.decompress(payload, out, 1'000'000).has_value());
            out += " ";
        }
        return out;
    }

    Deflater client_;
    Inflater inflater_;
};

TEST_F(WebsocketDeflate, ReadsCompressedMessagesWithContext) {
    open_deflating();
    const auto first = frame(0xc1, pack("hello hello"));
    const auto second = frame(0xc1, pack("hello hello"));
    EXPECT_LT(second.size(), first.size());
    EXPECT_EQ(talk(first + second + testing::text("plain")), "");
    EXPECT_EQ(log, "t:hello hello t:hello hello t:plain ");
}

TEST_F(WebsocketDeflate, ReadsThemInFragmentsAndCutAnywhere) {
    open_deflating();
    const auto packed = pack("hello hello hello");
    const auto bytes = frame(0x41, packed.substr(0, 3)) + testing::ping() + frame(0x00, packed.substr(3, 2)) +
                       frame(0x80, packed.substr(5));
    EXPECT_EQ(talk(bytes), "8a:");
    EXPECT_EQ(log, "t:hello hello hello ");
    open_deflating();
    trickle(frame(0x41, pack("hello hello hello").substr(0, 3)) + frame(0x80, packed.substr(3)));
    EXPECT_EQ(log, "t:hello hello hello ");
}

TEST_F(WebsocketDeflate, AllowsRsv1OnlyOnFirstDataFrames) {
    for (const unsigned first : {0xc9u, 0xc0u, 0xc8u}) {
        open_deflating();
        EXPECT_EQ(talk(frame(first, "")), "88:1002");
    }
    open_deflating();
    EXPECT_EQ(talk(frame(0x41, "x") + frame(0xc0, "y")), "88:1002");
}

TEST_F(WebsocketDeflate, StopsBombs) {
    open_deflating({}, 10'000);
    EXPECT_EQ(talk(frame(0xc2, pack(std::string(10'000, 'x')))), "");
    EXPECT_EQ(log.size(), 10'003u);
    open_deflating({}, 10'000);
    EXPECT_EQ(talk(frame(0xc2, pack(std::string(10'001, 'x')))), "88:1009");
    EXPECT_EQ(log, "");
}

TEST_F(WebsocketDeflate, RefusesGarbageAndBadText) {
    open_deflating();
    EXPECT_EQ(talk(frame(0xc2, "\xff\xff\xff\xff")), "88:1007");
    open_deflating();
    EXPECT_EQ(talk(frame(0xc1, pack("a\xff"))), "88:1007");
}

TEST_F(WebsocketDeflate, CompressesFromTheThresholdOn) {
    open_deflating();
    EXPECT_TRUE(connection->deflates());
    connection->send(MessageType::Text, "123456789", true);
    connection->send(MessageType::Text, "1234567890", true);
    connection->send(MessageType::Text, "1234567890", false);
    turns();
    EXPECT_EQ(unpack(peer.receive()), "plain:123456789 1234567890 plain:1234567890 ");
}

TEST_F(WebsocketDeflate, KeepsItsContextOnlyWhenAgreed) {
    const auto sizes = [this](bool takeover) {
        NegotiatedDeflate agreed;
        agreed.server_no_context_takeover = !takeover;
        agreed.client_no_context_takeover = !takeover;
        open_deflating(agreed);
        std::vector<std::size_t> result;
        for (int i = 0; i < 2; ++i) {
            connection->send(MessageType::Text, "the quick brown fox jumps over the lazy dog", true);
            turns();
            const auto bytes = peer.receive();
            result.push_back(bytes.size());
            EXPECT_EQ(unpack(bytes), "the quick brown fox jumps over the lazy dog ");
        }
        return result;
    };
    const auto with = sizes(true);
    EXPECT_LT(with[1], with[0] / 2);
    const auto without = sizes(false);
    EXPECT_EQ(without[1], without[0]);
}

TEST_F(WebsocketDeflate, ReadsWithoutContextTakeover) {
    NegotiatedDeflate agreed;
    agreed.client_no_context_takeover = true;
    agreed.client_max_window_bits = 9;
    open_deflating(agreed);
    DeflateParams params;
    params.context_takeover = false;
    params.window_bits = 9;
    client_ = Deflater(params);
    talk(frame(0xc1, pack("one one one")));
    talk(frame(0xc1, pack("two two two")));
    EXPECT_EQ(log, "t:one one one t:two two two ");
}

TEST_F(WebsocketDeflate, WithoutItRsv1IsAnError) {
    open();
    EXPECT_FALSE(connection->deflates());
    EXPECT_EQ(talk(frame(0xc1, pack("x"))), "88:1002");
}

}  // namespace
}  // namespace sio::websocket
