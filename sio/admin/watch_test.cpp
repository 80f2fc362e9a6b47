#include <gmock/gmock.h>

#include <regex>
#include <thread>

#include "sio/admin/testing/fixture.hpp"
#include "sio/engineio/testing/client.hpp"

namespace sio::admin {
namespace {

using namespace std::chrono_literals;
using sio::testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;

class AdminWatch : public testing::InstrumentedServer, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        admin_.mode = Mode::Development;
        admin_.readonly = true;
        admin_.stats_interval = 1h;
        admin_.hidden = [](std::string_view nsp, std::string_view event) { return nsp == "/chat" && event == "token"; };
        auto& chat = io().of("/chat");
        chat.on("echo", [](Socket& socket, const Event& event) {
            socket.emit("echoed", event.args());
            event.ack();
        });
        chat.on("token", [](Socket& socket, const Event& event) { socket.emit("token", event[0]); });
        chat.on("join", [](Socket& socket, const Event& event) { socket.join(*event[0].string()); });
        chat.on("leave", [](Socket& socket, const Event& event) { socket.leave(*event[0].string()); });
        chat.describe([](Socket&, json::Writer& writer) { writer.begin_object().field("seat", 7).end_object(); });
        chat.on_connection([](Socket& socket) { socket.join("lobby"); });
    }
    /// What a page hears next, its time as T. Events are told one by one, in the order of one loop.
    static std::string hear(Client& page, std::string_view event) {
        static const std::regex kTime(R"(\d{4}-\d\d-\d\dT[0-9:.]+Z)");
        return std::regex_replace(next(page, event), kTime, "T");
    }
    std::string all_sockets(Client& page) { return next(page, "all_sockets"); }
};

INSTANTIATE_TEST_SUITE_P(Loops, AdminWatch, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(AdminWatch, APageFirstGetsEverySocketAndItself) {
    start();
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(connect());
        ids.push_back(clients.back()->join("/chat"));
    }
    auto page = enter();
    EXPECT_EQ(config_, R"(42/admin,["config",{"supportedFeatures":["AGGREGATED_EVENTS","ALL_EVENTS"]}])");
    const auto all = all_sockets(*page);
    for (const auto& id : ids) EXPECT_THAT(all, HasSubstr(R"({"id":")" + id + "\""));
    EXPECT_THAT(all,
                HasSubstr(R"("transport":"websocket","nsp":"/chat","data":{"seat":7},"handshake":{"address":"127.0.0.1","headers":{)"));
    EXPECT_THAT(all, HasSubstr(R"("query":{"EIO":"4","transport":"websocket"},"url":"/socket.io/?EIO=4&transport=websocket")"));
    EXPECT_THAT(all, HasSubstr(R"(","lobby"]})"));
    EXPECT_THAT(all, HasSubstr(R"("nsp":"/admin")"));
}

TEST_P(AdminWatch, WhatHappensIsToldAsItHappens) {
    start();
    auto page = enter();
    all_sockets(*page);
    auto client = connect();
    const auto id = client->join("/chat");
    const auto connected = hear(*page, "socket_connected");
    EXPECT_THAT(connected, HasSubstr(R"(["socket_connected",{"id":")" + id + "\",\"clientId\":\""));
    EXPECT_THAT(connected, ::testing::EndsWith(R"(},"T"])"));
    client->send(R"(42/chat,["join","room \" one"])");
    EXPECT_EQ(hear(*page, "room_joined"), R"(42/admin,["room_joined","/chat","room \" one",")" + id + R"(","T"])");
    client->send(R"(42/chat,["leave","room \" one"])");
    EXPECT_EQ(hear(*page, "room_left"), R"(42/admin,["room_left","/chat","room \" one",")" + id + R"(","T"])");
    client->send(R"(42/chat,7["echo",1,{"a":null}])");
    std::string received;
    do received = hear(*page, "event_received");
    while (received.contains("join") || received.contains("leave"));
    EXPECT_EQ(received, R"(42/admin,["event_received","/chat",")" + id + R"(",["echo",1,{"a":null}],"T"])");
    EXPECT_EQ(hear(*page, "event_sent"), R"(42/admin,["event_sent","/chat",")" + id + R"(",["echoed",1,{"a":null}],"T"])");
    client->send("41/chat,");
    EXPECT_EQ(hear(*page, "room_left"), R"(42/admin,["room_left","/chat","lobby",")" + id + R"(","T"])");
    EXPECT_EQ(hear(*page, "socket_disconnected"),
              R"(42/admin,["socket_disconnected","/chat",")" + id + R"(","client namespace disconnect","T"])");
    EXPECT_EQ(hear(*page, "room_left"), R"(42/admin,["room_left","/chat",")" + id + "\",\"" + id + R"(","T"])") << "its own";
}

TEST_P(AdminWatch, AnUpgradeIsTold) {
    start();
    auto page = enter();
    all_sockets(*page);
    const std::string path = "/socket.io/?EIO=4&transport=polling&token=hush";
    engineio::testing::Client polling(port_);
    const std::string open = polling.get(path).body;
    const std::string sid = open.substr(open.find(R"("sid":")") + 7, 20);
    polling.post(path + "&sid=" + sid, R"(40/chat,{"token":"hush"})");
    const auto connected = hear(*page, "socket_connected");
    EXPECT_THAT(connected, HasSubstr(R"("transport":"polling","nsp":"/chat")"));
    EXPECT_THAT(connected, HasSubstr(R"("token":"[redacted]")"));
    EXPECT_THAT(connected, HasSubstr("&token=[redacted]"));
    EXPECT_THAT(connected, Not(HasSubstr("hush")));
    EXPECT_THAT(connected, Not(HasSubstr(sid.substr(0, 12)))) << "whoever knows it owns the session";
    polling.get(path + "&sid=" + sid);
    engineio::testing::Client upgraded(port_);
    ASSERT_TRUE(upgraded.upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + sid));
    upgraded.send_text("2probe");
    EXPECT_EQ(upgraded.text(), "3probe");
    upgraded.send_text("5");
    EXPECT_THAT(hear(*page, "socket_updated"), ::testing::EndsWith(R"(,"nsp":"/chat","transport":"websocket"}])"));
}

TEST_P(AdminWatch, WhatIsHiddenOrLargeIsToldWithoutArguments) {
    start();
    auto page = enter();
    all_sockets(*page);
    auto client = connect();
    client->join("/chat");
    client->send(R"(42/chat,["token","secret"])");
    EXPECT_THAT(hear(*page, "event_received"), HasSubstr(R"(["token","[hidden]"])"));
    EXPECT_THAT(hear(*page, "event_sent"), HasSubstr(R"(["token","[hidden]"])"));
    client->send(R"(42/chat,["echo",")" + std::string(5000, 'x') + "\"]");
    EXPECT_THAT(hear(*page, "event_received"), HasSubstr(R"(["echo","[5011 bytes]"])"));
    EXPECT_THAT(hear(*page, "event_sent"), HasSubstr(R"(["echoed","[5013 bytes]"])"));
    client->send("42/chat,[\"" + std::string(5000, 'n') + "\"]");
    EXPECT_THAT(hear(*page, "event_received"), HasSubstr(R"(["...","[5004 bytes]"])"));
}

TEST_P(AdminWatch, AFloodOfEventsIsToldInPart) {
    start();
    auto page = enter();
    all_sockets(*page);
    auto client = connect();
    client->join("/chat");
    for (int i = 0; i < 3000; ++i) client->send(R"(42/chat,["join","lobby"])");
    client->send("41/chat,");
    std::string packet;
    int told = 0;
    do {
        packet = page->receive();
        told += packet.contains("event_received") ? 1 : 0;
    } while (!packet.contains("socket_disconnected") && packet.starts_with("4"));
    EXPECT_THAT(packet, HasSubstr("socket_disconnected")) << "the rest is told whole";
    EXPECT_GE(told, 500);
    EXPECT_LE(told, 2500);
}

TEST_P(AdminWatch, WhoIsNotLetInHearsOfNothing) {
    start();
    auto page = enter();
    auto stranger = join();
    EXPECT_TRUE(try_to_enter(*stranger, R"({"username":"ann","password":"x"})").starts_with("44/admin,"));
    auto client = connect();
    client->join("/chat");
    hear(*page, "socket_connected");
    EXPECT_TRUE(stranger->sync());
    stranger->send(R"(420["sync"])");
    EXPECT_EQ(stranger->receive(), "430[]");
}

TEST_P(AdminWatch, PagesComeAndGo) {
    admin_.attempts_of_address.burst = 100;
    start();
    for (int i = 0; i < 10; ++i) {
        auto page = enter();
        all_sockets(*page);
        page->cut();
    }
    auto page = enter();
    all_sockets(*page);
    auto client = connect();
    const auto id = client->join("/chat");
    EXPECT_THAT(hear(*page, "socket_connected"), HasSubstr(id));
}

/// Sockets come on every loop while pages do: each page knows each socket, from its list or by itself, and none twice.
TEST(AdminWatchMultiLoop, APageMissesNoSocketAndHearsOfNoneTwice) {
    Options admin{.username = "ann", .password_hash = "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW"};
    admin.mode = Mode::Development;
    sio::Options options;
    options.loops = 4;
    Server io(options);
    io.of("/chat");
    const auto instrumented = instrument(io, admin);
    const auto port = *io.listen({});
    io.start();

    std::vector<std::string> ids;
    std::vector<std::unique_ptr<Client>> clients;
    std::thread coming([&] {
        for (int i = 0; i < 200; ++i) {
            clients.push_back(std::make_unique<Client>(port));
            ids.push_back(clients.back()->join("/chat"));
        }
    });
    Client first(port);
    first.send(R"(40/admin,{"username":"ann","password":"correct horse"})");
    std::string heard = first.receive();
    coming.join();
    Client last(port);
    const auto end = last.join("/chat");
    while (!heard.contains(end)) {
        const auto packet = first.receive();
        ASSERT_TRUE(packet.starts_with("4")) << packet;
        if (packet.contains("all_sockets") || packet.contains("socket_connected")) heard += packet;
    }
    // A client's CONNECT is answered before its socket is told of, so all were posted before the last one's.
    for (const auto& id : ids) {
        const std::string entry = "{\"id\":\"" + id + "\"";
        EXPECT_TRUE(heard.contains(entry)) << id;
        EXPECT_EQ(heard.find(entry), heard.rfind(entry)) << id;
    }
    io.close();
}

}  // namespace
}  // namespace sio::admin
