// Protocol 1.5: rooms, targets of emissions, what one server does to many sockets. Each runs on one loop and on several.
#include <algorithm>
#include <future>

#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using testing::Client;
using Indices = std::initializer_list<std::size_t>;

class Rooms : public testing::ServerTest, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        io().on("join", [](Socket& socket, const Event& event) {
            for (const auto room : event.args()[0].elements()) socket.join(*room.string());
            event.ack();
        });
        io().on("leave", [](Socket& socket, const Event& event) {
            socket.leave(*event[0].string());
            event.ack();
        });
        io().on("rooms", [](Socket& socket, const Event& event) {
            auto rooms = socket.rooms();
            std::ranges::sort(rooms.begin() + 1, rooms.end());
            event.ack(std::vector<std::string_view>(rooms.begin() + 1, rooms.end()));
        });
    }

    /// A client in the given rooms, a JSON array.
    std::unique_ptr<Client> in(std::string_view rooms) {
        auto client = connect();
        ids_.push_back(client->join());
        client->send(R"(421["join",)" + std::string(rooms) + "]");
        EXPECT_EQ(client->receive(), "431[]");
        return client;
    }
    /// Whether the next event, ahead of the mark that everybody gets, is `event`.
    bool got(Client& client, std::string_view event) {
        const auto message = client.receive();
        if (message == R"(42["mark"])") return false;
        EXPECT_EQ(message, "42" + std::string(event));
        return message == "42" + std::string(event) && client.receive() == R"(42["mark"])";
    }
    void mark() { io().emit("mark"); }

    std::vector<std::string> ids_;
};

INSTANTIATE_TEST_SUITE_P(Loops, Rooms, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(Rooms, AreJoinedAndLeftAnyNumberOfTimes) {
    start();
    auto client = in(R"(["a","b","a"])");
    client->send(R"(421["rooms"])");
    EXPECT_EQ(client->receive(), R"(431[["a","b"]])");
    client->send(R"(421["leave","a"])");
    EXPECT_EQ(client->receive(), "431[]");
    client->send(R"(421["leave","a"])");
    EXPECT_EQ(client->receive(), "431[]");
    client->send(R"(421["leave","never"])");
    EXPECT_EQ(client->receive(), "431[]");
    client->send(R"(421["rooms"])");
    EXPECT_EQ(client->receive(), R"(431[["b"]])");
}

TEST_P(Rooms, GetWhatIsSentToAnyOfThemOnceAndNotWhatIsExcepted) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (const auto* rooms : {R"(["a"])", R"(["b"])", R"(["a","b"])", R"(["a","x"])", "[]", R"(["a"])", R"(["b"])", R"(["a","b","x"])"}) {
        clients.push_back(in(rooms));
    }
    io().to("a").to("b").except("x").emit("hello", 1);
    mark();
    for (const auto i : Indices{0, 1, 2, 5, 6}) EXPECT_TRUE(got(*clients[i], R"(["hello",1])")) << i;
    for (const auto i : Indices{3, 4, 7}) EXPECT_FALSE(got(*clients[i], "")) << i;

    io().except("a").emit("others");
    mark();
    for (const auto i : Indices{1, 4, 6}) EXPECT_TRUE(got(*clients[i], R"(["others"])")) << i;
    for (const auto i : Indices{0, 2, 3, 5, 7}) EXPECT_FALSE(got(*clients[i], "")) << i;

    io().to(ids_[2]).to(ids_[4]).to("x").except(ids_[7]).emit("ids", Binary{"b"});
    mark();
    for (const auto i : Indices{2, 3, 4}) {
        EXPECT_EQ(clients[i]->receive(), R"(451-["ids",{"_placeholder":true,"num":0}])") << i;
        EXPECT_EQ(clients[i]->receive(), "b:b");
        EXPECT_EQ(clients[i]->receive(), R"(42["mark"])");
    }
    for (const auto i : Indices{0, 1, 5, 6, 7}) EXPECT_FALSE(got(*clients[i], "")) << i;

    io().to("nobody").emit("lost");
    io().to(std::vector<std::string>{"x", "a"}).except(std::vector<std::string>{"b"}).emit("list");
    mark();
    for (const auto i : Indices{0, 3, 5}) EXPECT_TRUE(got(*clients[i], R"(["list"])")) << i;
}

TEST_P(Rooms, DoNotSendTheSenderItsOwnBroadcast) {
    io().on("all", [](Socket& socket, const Event&) { socket.broadcast().emit("all"); });
    io().on("room", [](Socket& socket, const Event&) { socket.to("a").emit("room"); });
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(in(i < 4 ? R"(["a"])" : "[]"));
    clients[0]->send(R"(42["all"])");
    for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(clients[i]->receive(), R"(42["all"])");
    clients[1]->send(R"(42["room"])");
    for (const auto i : Indices{0, 2, 3}) EXPECT_EQ(clients[i]->receive(), R"(42["room"])");
    mark();
    for (auto& client : clients) EXPECT_EQ(client->receive(), R"(42["mark"])");
}

TEST_P(Rooms, OfOneNamespaceAreNotThoseOfAnother) {
    io().of("/other").on_connection([](Socket& socket) { socket.join("a"); });
    start();
    auto client = in(R"(["a"])");
    auto other = join("/other");
    io().of("/other").to("a").emit("there");
    io().to("a").emit("here");
    EXPECT_EQ(other->receive(), R"(42/other,["there"])");
    EXPECT_EQ(client->receive(), R"(42["here"])");
}

TEST_P(Rooms, AreSeenByDisconnectingAndGoneAfterwards) {
    const auto note = [this](std::string_view what) {
        return [this, what](Socket& socket, DisconnectReason reason) {
            journal_.add(std::string(what) + " " + std::to_string(socket.rooms().size()) + " " + std::string(to_string(reason)));
        };
    };
    io().of("/").on_disconnecting(note("disconnecting")).on_disconnect(note("disconnect"));
    start();
    auto client = in(R"(["a","b"])");
    client->send("41");
    EXPECT_EQ(journal_.wait(2),
              (std::vector<std::string>{"disconnecting 3 client namespace disconnect", "disconnect 0 client namespace disconnect"}));
    EXPECT_EQ(io().of("/").socket_count(), 0U);
}

TEST_P(Rooms, AreJoinedAndLeftFromOutside) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(in(i % 2 == 0 ? R"(["even"])" : R"(["odd"])"));
    io().to("even").sockets_join("picked");
    io().to(ids_[0]).sockets_leave("picked");
    io().to("picked").emit("hello");
    mark();
    for (const auto i : Indices{2, 4}) EXPECT_TRUE(got(*clients[i], R"(["hello"])")) << i;
    for (const auto i : Indices{0, 1, 3, 5}) EXPECT_FALSE(got(*clients[i], "")) << i;
}

TEST_P(Rooms, AreDisconnectedFromOutside) {
    io().on_disconnect([&](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
    io().of("/b");
    start();
    auto gentle = in(R"(["gentle"])");
    auto hard = in(R"(["hard"])");
    gentle->join("/b");
    io().to("gentle").disconnect_sockets();
    EXPECT_EQ(gentle->receive(), "41");
    gentle->send("40");
    EXPECT_TRUE(gentle->receive().starts_with("40{")) << "the connection is still there";
    io().to("hard").disconnect_sockets(true);
    EXPECT_EQ(hard->receive(), "41");
    EXPECT_EQ(hard->receive(), "<closed>");
    EXPECT_EQ(journal_.wait(2), (std::vector<std::string>{"server namespace disconnect", "server namespace disconnect"}));
}

TEST_P(Rooms, TellWhoIsInThem) {
    io().of("/").describe(
        [](Socket& socket, json::Writer& writer) { writer.begin_object().field("rooms", socket.rooms().size()).end_object(); });
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(in(i < 3 ? R"(["a"])" : R"(["b"])"));
    std::promise<std::vector<RemoteSocket>> promise;
    io().to("a").fetch_sockets([&](Result<RemoteSockets> sockets) { promise.set_value(std::move(*sockets)); });
    const auto found = promise.get_future().get();
    ASSERT_EQ(found.size(), 3U);
    for (const auto& socket : found) {
        EXPECT_NE(std::ranges::find(ids_, socket.id), ids_.end());
        EXPECT_EQ(socket.rooms, (std::vector<std::string>{socket.id, "a"}));
        EXPECT_EQ(socket.data, R"({"rooms":2})");
        EXPECT_NE(socket.handshake.find(R"("query":{"EIO":"4","transport":"websocket"})"), std::string::npos) << socket.handshake;
        EXPECT_NE(socket.handshake.find(R"("host":"localhost")"), std::string::npos);
    }
}

TEST_P(Rooms, OfNobodyAreFetchedToo) {
    start();
    std::promise<std::size_t> promise;
    io().to("nobody").fetch_sockets([&](Result<RemoteSockets> sockets) { promise.set_value(sockets->size()); });
    EXPECT_EQ(promise.get_future().get(), 0U);
}

TEST_P(Rooms, AreWatchedOverAllLoops) {
    io().of("/").on_room_event([&](RoomEvent change, std::string_view room, std::string_view) {
        if (room != "a") return;
        static constexpr const char* kNames[] = {"created", "deleted", "joined", "left"};
        journal_.add(kNames[static_cast<int>(change)]);
    });
    start();
    auto first = in(R"(["a"])");
    auto second = in(R"(["a"])");
    auto third = in(R"(["a"])");
    EXPECT_EQ(journal_.wait(4), (std::vector<std::string>{"created", "joined", "joined", "joined"}));
    first.reset();
    second.reset();
    third.reset();
    auto entries = journal_.wait(8);
    EXPECT_EQ(std::ranges::count(entries, "left"), 3);
    EXPECT_EQ(std::ranges::count(entries, "deleted"), 1);
    EXPECT_EQ(entries.back(), "deleted");
}

class BroadcastAcks : public Rooms {
protected:
    void SetUp() override {
        options_.max_broadcast_reply_bytes = 1'000;
        Rooms::SetUp();
    }
    std::future<BroadcastReplies> ask(Broadcast broadcast) {
        auto promise = std::make_shared<std::promise<BroadcastReplies>>();
        broadcast.emit_with_ack([promise](BroadcastReplies replies) { promise->set_value(std::move(replies)); }, "question");
        return promise->get_future();
    }
    static void answer(Client& client, std::string_view args) {
        const auto question = client.receive();
        ASSERT_TRUE(question.starts_with("42") && question.ends_with(R"(["question"])")) << question;
        client.send("43" + question.substr(2, question.find('[') - 2) + std::string(args));
    }
};

INSTANTIATE_TEST_SUITE_P(Loops, BroadcastAcks, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(BroadcastAcks, AreCompleteWhenEveryClientAnswered) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(in(i < 4 ? R"(["a"])" : "[]"));
    auto asked = ask(io().to("a"));
    for (int i = 0; i < 4; ++i) answer(*clients[static_cast<std::size_t>(i)], "[" + std::to_string(i) + R"(,"ignored"])");
    auto replies = asked.get();
    EXPECT_TRUE(replies.complete);
    std::vector<std::string> values;
    for (const auto& reply : replies.replies) values.push_back(reply.json);
    std::ranges::sort(values);
    EXPECT_EQ(values, (std::vector<std::string>{"0", "1", "2", "3"}));
}

TEST_P(BroadcastAcks, ArePartialAfterTheTimeout) {
    start();
    auto quick = in("[]");
    auto silent = in("[]");
    auto asked = ask(io().of("/").timeout(std::chrono::milliseconds(100)));
    answer(*quick, "[]");
    const auto replies = asked.get();
    EXPECT_FALSE(replies.complete);
    ASSERT_EQ(replies.replies.size(), 1U);
    EXPECT_EQ(replies.replies[0].json, "null");
}

TEST_P(BroadcastAcks, EndWhenTheRepliesAreTooBig) {
    start();
    auto modest = in("[]");
    auto lavish = in("[]");
    auto asked = ask(io().of("/").timeout(std::chrono::hours(1)));
    answer(*modest, "[1]");
    answer(*lavish, "[\"" + std::string(1'000, 'x') + "\"]");
    const auto replies = asked.get();
    EXPECT_FALSE(replies.complete);
    EXPECT_LE(replies.replies.size(), 1U);
}

TEST_P(BroadcastAcks, OfNobodyAreCompleteAtOnce) {
    start();
    EXPECT_TRUE(ask(io().to("nobody")).get().complete);
}

}  // namespace
}  // namespace sio
