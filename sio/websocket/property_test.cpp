#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sio/websocket/frame_header.hpp"
#include "sio/websocket/mask.hpp"
#include "sio/websocket/testing/fixture.hpp"

namespace sio::websocket {
namespace {

struct Recorder final : ConnectionHandler {
    void on_message(MessageType type, std::string_view payload) override { messages.emplace_back(type, payload); }
    void on_close(CloseCode) override {}
    std::vector<std::pair<MessageType, std::string>> messages;
};

/// Random messages in random fragments with pings between, cut at random places, come out whole and in order; so do their echoes.
RC_GTEST_PROP(WebsocketRoundTrip, KeepsMessages, ()) {
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 700));
    std::vector<std::pair<MessageType, std::string>> sent;
    std::string bytes;
    std::size_t pings = 0;
    for (const auto size : sizes) {
        const bool is_text = *rc::gen::arbitrary<bool>();
        std::string payload;
        while (payload.size() < size) payload += is_text ? "\xe2\x82\xac" : std::string(1, *rc::gen::arbitrary<char>());
        sent.emplace_back(is_text ? MessageType::Text : MessageType::Binary, payload);
        unsigned opcode = is_text ? 1 : 2;
        std::string_view rest = payload;
        do {
            const auto piece =
                *rc::gen::weightedOneOf<std::size_t>({{1, rc::gen::inRange<std::size_t>(0, 200)}, {1, rc::gen::just(rest.size())}});
            const bool last = piece >= rest.size();
            bytes += testing::frame((last ? 0x80U : 0U) | opcode, rest.substr(0, piece), 0, *rc::gen::arbitrary<std::uint32_t>());
            rest.remove_prefix(std::min(piece, rest.size()));
            opcode = 0;
            if (*rc::gen::inRange(0, 4) == 0) {
                bytes += testing::ping("p");
                ++pings;
            }
            if (last) break;
        } while (true);
    }

    runtime::Loop loop;
    auto [peer, stream] = runtime::testing::connect_pair(loop);
    Recorder recorder;
    Connection connection(std::move(stream), {}, {}, recorder);
    connection.start();
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const auto piece = std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, 500));
        peer.send(rest.substr(0, piece));
        loop.turn();
        rest.remove_prefix(piece);
    }
    RC_ASSERT(recorder.messages == sent);

    std::string echoes;
    for (const auto& [type, payload] : sent) connection.send(type, payload, false);
    for (int i = 0; i < 3; ++i) loop.turn();
    bool whole = false;
    const auto frames = testing::read_frames(peer.receive(), whole);
    RC_ASSERT(whole);
    RC_ASSERT(frames.size() == sent.size() + pings);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const testing::ServerFrame expected{sent[i].first == MessageType::Text ? 0x81U : 0x82U, sent[i].second};
        RC_ASSERT(frames[pings + i] == expected);
    }
}

RC_GTEST_PROP(Mask, IsItsOwnInverseAtAnyOffset, ()) {
    const auto data = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto offset = *rc::gen::inRange<std::size_t>(0, 9);
    const MaskKey key{0x12, 0xfe, 0x00, 0x7a};
    std::string masked = data;
    unmask(masked.data(), masked.size(), key, offset);
    for (std::size_t i = 0; i < data.size(); ++i) {
        RC_ASSERT(static_cast<unsigned char>(masked[i]) == (static_cast<unsigned char>(data[i]) ^ key[(offset + i) % 4]));
    }
}

RC_GTEST_PROP(FrameHeader, VerdictComesWithTheFirstByteThatDecidesIt, ()) {
    const auto bytes = *rc::gen::container<std::string>(14, rc::gen::arbitrary<char>());
    HeaderRules rules;
    rules.in_message = *rc::gen::arbitrary<bool>();
    rules.deflate = *rc::gen::arbitrary<bool>();
    rules.room = *rc::gen::element<std::uint64_t>(0, 100, 1'000'000);
    FrameHeader whole;
    const auto verdict = read_header(bytes, rules, whole);
    RC_ASSERT(verdict != HeaderVerdict::NeedMore);
    bool decided = false;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        FrameHeader header;
        const auto part = read_header(std::string_view(bytes).substr(0, size), rules, header);
        if (part != HeaderVerdict::NeedMore) decided = true;
        RC_ASSERT(part == (decided ? verdict : HeaderVerdict::NeedMore));
    }
}

}  // namespace
}  // namespace sio::websocket
