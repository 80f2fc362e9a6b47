// The operations that the suites of Node's adapters hold against every adapter, here against ours: in memory on one server, and over
// Valkey on three.
#include <gtest/gtest.h>

#include <future>
#include <set>

#include "sio/cluster/testing/cluster.hpp"

namespace sio::cluster {
namespace {

using namespace std::chrono_literals;
using testing::Carrying;
using testing::eventually;

/// Servers note the events of other servers here, and answer them.
struct ServerEvents {
    std::mutex mutex;
    std::vector<std::string> heard;
    std::size_t size() {
        const std::scoped_lock lock(mutex);
        return heard.size();
    }
    std::function<void(Server&)> handlers() {
        return [this](Server& io) {
            io.of("/").on_server_event("hello", [this, &io](const Arguments& arguments, const std::function<void(Reply)>& reply) {
                const std::scoped_lock lock(mutex);
                heard.push_back(json::text(arguments[0]).str());
                if (const auto bytes = arguments.binary(arguments[0])) heard.back() = "b:" + std::string(*bytes);
                if (!reply) return;
                if (arguments[1].boolean() == true && io.find("/")->socket_count() == 0) return;  // the silent one
                reply({json::text(arguments[0]).str(), {}});
                reply({"\"twice\"", {}});
            });
        };
    }
};

class Adapters : public testing::ClusterTest, public ::testing::WithParamInterface<Carrying> {
protected:
    void begin(const std::function<void(Server&)>& prepare = {}, std::string_view nsp = "/") { start(GetParam(), prepare, nsp); }
    /// With recovery an event ends with its offset.
    void expect_event(std::size_t i, const std::string& json) {
        auto packet = next(i);
        if (GetParam() == Carrying::Recovery) packet = packet.substr(0, packet.rfind(",\"")) + "]";
        EXPECT_EQ(packet, "42" + json) << "client " << i;
    }
    BroadcastReplies ask(Broadcast target, std::string_view event, std::chrono::milliseconds limit = 5s) {
        std::promise<BroadcastReplies> promise;
        target.timeout(limit).emit_with_ack([&](BroadcastReplies replies) { promise.set_value(std::move(replies)); }, event);
        return promise.get_future().get();
    }
    /// Answers the request for an acknowledgement that client `i` gets next, whose event is `event`.
    void acknowledge(std::size_t i, std::string_view event, std::string_view arguments) {
        const auto packet = next(i);
        const auto id = packet.substr(2, packet.find('[') - 2);
        EXPECT_EQ(packet, "42" + id + R"([")" + std::string(event) + R"("])");
        client(i).send("43" + id + std::string(arguments));
    }
    bool alone() const { return GetParam() == Carrying::Memory; }

    ServerEvents events_;
};

TEST_P(Adapters, BroadcastToAllClients) {
    begin();
    nsp(0).emit("test", 1, "2", json::Text(R"({"a":[null]})"));
    for (const auto i : {0U, 1U, 2U}) expect_event(i, R"(["test",1,"2",{"a":[null]}])");
}

TEST_P(Adapters, BroadcastBinary) {
    begin();
    nsp(0).emit("test", Binary{std::string_view("\x00\xff", 2)}, 7);
    for (const auto i : {0U, 1U, 2U}) {
        const auto packet = next(i);
        EXPECT_TRUE(packet.starts_with(R"(451-["test",{"_placeholder":true,"num":0},7)")) << packet;
        EXPECT_EQ(next(i), std::string("b:\x00\xff", 4));
    }
}

TEST_P(Adapters, BroadcastInANamespaceReachesNoOther) {
    begin([](Server& io) { io.of("/custom"); }, "/custom");
    ASSERT_TRUE(eventually([&] { return node(0).servers("/") == nodes_.size(); }));
    for (std::size_t i = 0; i < nodes_.size(); ++i) node(i).io().emit("main");
    nsp(1).emit("custom");
    for (const auto i : {0U, 1U, 2U}) expect_event(i, R"(["custom"])");
}

TEST_P(Adapters, BroadcastToARoom) {
    begin();
    join(1, "room");
    nsp(0).to("room").emit("test");
    expect_event(1, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastToSeveralRoomsReachesEachOnce) {
    begin();
    join(1, "a");
    join(1, "b");
    join(2, "b");
    nsp(0).to("a").to("b").emit("test");
    expect_event(1, R"(["test"])");
    expect_event(2, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastToAnOddlyNamedRoom) {
    begin();
    join(2, "a#b#*?[x]\\é");
    nsp(0).to("a#b#*?[x]\\é").emit("test");
    expect_event(2, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastToASocketById) {
    begin();
    nsp(0).to(id(2)).emit("test");
    expect_event(2, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastExceptARoom) {
    begin();
    join(1, "room");
    nsp(0).except("room").emit("test");
    expect_event(0, R"(["test"])");
    expect_event(2, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastOfASocketLeavesItOut) {
    begin();
    with(0, [](Socket& socket) { socket.broadcast().emit("test"); });
    expect_event(1, R"(["test"])");
    expect_event(2, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, BroadcastToLocalClientsOnly) {
    begin();
    nsp(0).local().emit("test");
    EXPECT_EQ(next(0), R"(42["test"])");
    if (!alone()) expect_nothing(0, {0, 1, 2});
}

TEST_P(Adapters, VolatileBroadcastReachesWhoCanTakeIt) {
    begin();
    nsp(0).volatile_().emit("test");
    for (const auto i : {0U, 1U, 2U}) EXPECT_EQ(next(i), R"(42["test"])");
}

TEST_P(Adapters, EventsOfOneServerArriveInOrder) {
    begin();
    join(1, "room");
    for (int i = 0; i < 20; ++i) {
        nsp(0).emit("all", i);
        nsp(0).to(std::vector<std::string>{"room", "none"}).emit("room", i);
    }
    for (int i = 0; i < 20; ++i) {
        expect_event(1, R"(["all",)" + std::to_string(i) + "]");
        expect_event(1, R"(["room",)" + std::to_string(i) + "]");
    }
}

TEST_P(Adapters, AcknowledgementsOfAllClientsAreCollected) {
    begin();
    auto replies = std::async(std::launch::async, [&] { return ask(Broadcast(nsp(0)), "ask"); });
    for (const auto i : {0U, 1U, 2U}) acknowledge(i, "ask", "[" + std::to_string(i) + ",9]");
    const auto got = replies.get();
    EXPECT_TRUE(got.complete);
    std::set<std::string> values;
    for (const auto& reply : got.replies) values.insert(reply.json);
    EXPECT_EQ(values, (std::set<std::string>{"0", "1", "2"}));
}

TEST_P(Adapters, BinaryAcknowledgementsAreCollected) {
    begin();
    auto replies = std::async(std::launch::async, [&] { return ask(nsp(0).to(id(1)), "ask"); });
    const auto packet = next(1);
    client(1).send("461-" + packet.substr(2, packet.find('[') - 2) + R"([{"_placeholder":true,"num":0}])");
    client(1).send_binary("\x01\xff");
    const auto got = replies.get();
    EXPECT_TRUE(got.complete);
    ASSERT_EQ(got.replies.size(), 1U);
    EXPECT_EQ(got.replies[0].attachments, std::vector<std::string>{"\x01\xff"});
}

TEST_P(Adapters, AcknowledgementsOfNobodyAreCompleteAtOnce) {
    begin();
    const auto got = ask(nsp(0).to("nobody"), "ask");
    EXPECT_TRUE(got.complete);
    EXPECT_TRUE(got.replies.empty());
}

TEST_P(Adapters, AcknowledgementsEndAtTheirTimeout) {
    begin();
    auto replies = std::async(std::launch::async, [&] { return ask(Broadcast(nsp(0)), "ask", 300ms); });
    for (const auto i : {0U, 1U}) acknowledge(i, "ask", "[1]");
    const auto got = replies.get();
    EXPECT_FALSE(got.complete);
    EXPECT_EQ(got.replies.size(), 2U);
}

TEST_P(Adapters, SocketsEverywhereJoin) {
    begin();
    nsp(0).sockets_join("room");
    ASSERT_TRUE(eventually([&] { return node(1).fetch(nsp(1).to("room")).size() == 3; }));
}

TEST_P(Adapters, OnlyMatchingSocketsJoinAndLeave) {
    begin();
    join(1, "a");
    join(2, "a");
    nsp(0).to("a").except(id(2)).sockets_join("b");
    ASSERT_TRUE(eventually([&] { return node(0).fetch(nsp(0).to("b")).size() == 1; }));
    EXPECT_EQ(node(0).fetch(nsp(0).to("b"))[0].id, id(1));
    nsp(2).to("b").sockets_leave("b");
    EXPECT_TRUE(eventually([&] { return node(0).fetch(nsp(0).to("b")).empty(); }));
    EXPECT_EQ(node(0).fetch(nsp(0).to("a")).size(), 2U);
}

TEST_P(Adapters, OneRemoteSocketJoinsByItsId) {
    begin();
    nsp(0).to(id(2)).sockets_join("room");
    ASSERT_TRUE(eventually([&] { return node(0).fetch(nsp(0).to("room")).size() == 1; }));
    nsp(1).to(id(2)).sockets_leave("room");
    EXPECT_TRUE(eventually([&] { return node(0).fetch(nsp(0).to("room")).empty(); }));
}

TEST_P(Adapters, SocketsEverywhereAreDisconnected) {
    begin();
    nsp(1).disconnect_sockets();
    for (const auto i : {0U, 1U, 2U}) EXPECT_EQ(next(i), "41");
}

TEST_P(Adapters, MatchingConnectionsAreClosed) {
    begin();
    join(1, "room");
    nsp(0).to("room").disconnect_sockets(true);
    EXPECT_EQ(next(1), "41");
    EXPECT_EQ(next(1), "<closed>");
    expect_nothing(0, {0, 2});
}

TEST_P(Adapters, SocketsEverywhereAreFetched) {
    begin([](Server& io) {
        io.of("/").describe([](Socket& socket, json::Writer& writer) { writer.begin_object().field("me", socket.id()).end_object(); });
    });
    join(1, "room");
    const auto all = node(0).fetch(Broadcast(nsp(0)));
    EXPECT_EQ(all.size(), 3U);
    EXPECT_EQ(all.silent_servers, 0U);
    const auto some = node(0).fetch(nsp(0).to("room"));
    ASSERT_EQ(some.size(), 1U);
    EXPECT_EQ(some[0].id, id(1));
    EXPECT_EQ(some[0].rooms, (std::vector<std::string>{id(1), "room"}));
    EXPECT_EQ(some[0].data, R"({"me":")" + id(1) + R"("})");
    EXPECT_NE(some[0].handshake.find(R"("address":"127.0.0.1")"), std::string::npos) << some[0].handshake;
    EXPECT_EQ(node(0).fetch(nsp(0).to("room").local()).size(), alone() ? 1U : 0U);
}

TEST_P(Adapters, ServersAreCounted) {
    begin();
    for (std::size_t i = 0; i < nodes_.size(); ++i) EXPECT_EQ(node(i).servers(), nodes_.size());
}

TEST_P(Adapters, ServersTellEachOtherEvents) {
    begin(events_.handlers());
    nsp(0).server_side_emit("hello", json::Text(R"({"x":1})"));
    const auto others = nodes_.size() - 1;
    EXPECT_TRUE(eventually([&] { return events_.size() == others; }));
    EXPECT_EQ(events_.heard, std::vector<std::string>(others, R"({"x":1})"));
}

TEST_P(Adapters, ServersTellEachOtherBinary) {
    begin(events_.handlers());
    nsp(0).server_side_emit("hello", Binary{"\xff\x01"});
    const auto others = nodes_.size() - 1;
    EXPECT_TRUE(eventually([&] { return events_.size() == others; }));
    EXPECT_EQ(events_.heard, std::vector<std::string>(others, "b:\xff\x01"));
}

TEST_P(Adapters, ServersAnswerEachOther) {
    begin(events_.handlers());
    std::promise<Result<std::vector<Reply>>> promise;
    nsp(1).server_side_emit_with_ack([&](Result<std::vector<Reply>> replies) { promise.set_value(std::move(replies)); }, "hello", 5);
    const auto replies = promise.get_future().get();
    ASSERT_TRUE(replies) << replies.error().detail;
    ASSERT_EQ(replies->size(), nodes_.size() - 1);
    for (const auto& reply : *replies) EXPECT_EQ(reply.json, "5");
}

TEST_P(Adapters, ASilentServerIsATimeout) {
    begin(events_.handlers());
    if (alone()) {
        EXPECT_EQ(node(0).servers(), 1U);
        return;
    }
    client(2).cut();
    ASSERT_TRUE(eventually([&] { return nsp(2).socket_count() == 0; }));
    std::promise<Result<std::vector<Reply>>> promise;
    nsp(0).server_side_emit_with_ack([&](Result<std::vector<Reply>> replies) { promise.set_value(std::move(replies)); }, "hello", 5, true);
    const auto replies = promise.get_future().get();
    ASSERT_FALSE(replies);
    EXPECT_EQ(replies.error().code, ErrorCode::Timeout);
    EXPECT_EQ(node(0).counts().silent, 1U);
}

INSTANTIATE_TEST_SUITE_P(MultiLoop, Adapters,
                         ::testing::Values(Carrying::Memory, Carrying::PubSub, Carrying::Sharded, Carrying::Streams, Carrying::Recovery),
                         [](const auto& carrying) { return testing::name_of(carrying.param); });

}  // namespace
}  // namespace sio::cluster
