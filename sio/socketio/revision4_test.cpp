// Clients of Socket.IO 2 beside later ones.
#include "sio/socketio/revision4.hpp"

#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using detail::revision4::auth_of;
using namespace std::string_literals;

TEST(Revision4Auth, IsTheQueryAsTexts) {
    EXPECT_EQ(auth_of("").value(), "{}");
    EXPECT_EQ(auth_of("token=x%20y+z&a=1&a=2&&b&=c").value(), R"({"":"c","a":"2","b":"","token":"x y z"})");
    EXPECT_EQ(auth_of("%22=%5C%0a&t=%ff%zz").value(), "{\"\\\"\":\"\\\\\\n\",\"t\":\"\xef\xbf\xbd%zz\"}");
}

TEST(Revision4Auth, ALongQueryIsRefused) {
    EXPECT_TRUE(auth_of(std::string(detail::revision4::kMaxQueryBytes, 'a')));
    EXPECT_FALSE(auth_of(std::string(detail::revision4::kMaxQueryBytes + 1, 'a')));
}

class Revision4 : public testing::ServerTest {
protected:
    Revision4() { options_.engine.allow_eio3 = true; }
    /// A client of Socket.IO 2, which has read that it is in `/`.
    std::unique_ptr<testing::Client> connect_v3() const {
        auto client = std::make_unique<testing::Client>(port_, "3");
        EXPECT_EQ(client->receive(), "40");
        return client;
    }
    /// Notes `<nsp> <id> <auth>` of each who connects to `nsp`.
    void note_who_connects(Namespace& nsp) {
        nsp.on_connection([this](Socket& socket) {
            journal_.add(std::string(socket.nsp().name()) + ' ' + std::string(socket.id()) + ' ' + std::string(socket.auth()));
        });
    }
};

TEST_F(Revision4, AClientIsInTheMainNamespaceByConnecting) {
    note_who_connects(io().of("/"));
    io().on_connection([](Socket& socket) { EXPECT_EQ(socket.connection().protocol(), 3); });
    start();
    const auto client = connect_v3();
    EXPECT_EQ(journal_.wait(1), std::vector{"/ " + client->session_id() + " {}"});
    EXPECT_TRUE(client->sync());
}

TEST_F(Revision4, TheQueryOfANamespaceIsTheAuth) {
    note_who_connects(io().of("/admin"));
    io().of("/admin").on("hi", [](Socket&, const Event& event) { event.ack(event.args()); });
    start();
    const auto client = connect_v3();
    client->send("40/admin?token=x%20y&n=1,");
    EXPECT_EQ(client->receive(), "40/admin,");
    EXPECT_EQ(journal_.wait(1), std::vector{"/admin /admin#" + client->session_id() + R"( {"n":"1","token":"x y"})"});
    client->send(R"(42/admin,7["hi",1])");
    EXPECT_EQ(client->receive(), "43/admin,7[1]");
    client->send(R"(42/admin?token=x,8["hi",2])");
    EXPECT_EQ(client->receive(), "43/admin,8[2]");
}

TEST_F(Revision4, LaterClientsKeepAQueryInANamespacesName) {
    io().of("/admin");
    start();
    const auto client = join();
    client->send("40/admin?token=x,");
    EXPECT_EQ(client->receive(), R"(44/admin?token=x,{"message":"Invalid namespace"})");
}

TEST_F(Revision4, ARefusalIsOneValue) {
    io().of("/plain").use([](Socket&, Next next) { next({"Not authorized", {}}); });
    io().of("/data").use([](Socket&, Next next) { next({"Not authorized", R"({"code":7})"}); });
    start();
    const auto client = connect_v3();
    client->send_together({"40/plain?a=b,", "40/data,", "40/none,"});
    EXPECT_EQ(client->receive(), R"(44/plain,"Not authorized")");
    EXPECT_EQ(client->receive(), R"(44/data,{"code":7})");
    EXPECT_EQ(client->receive(), R"(44/none,"Invalid namespace")");
    EXPECT_TRUE(client->sync());
}

TEST_F(Revision4, RefusedInTheMainNamespaceAClientMayJoinOthers) {
    io().use([](Socket&, Next next) { next({"Not here", {}}); });
    io().of("/other");
    start();
    testing::Client client(port_, "3");
    EXPECT_EQ(client.receive(), R"(44"Not here")");
    client.send("40/other,");
    EXPECT_EQ(client.receive(), "40/other,");
}

TEST_F(Revision4, ASessionMayBeEndedAsItConnects) {
    io().on_connection([](Socket& socket) { socket.disconnect(true); });
    start();
    testing::Client client(port_, "3");
    EXPECT_EQ(client.receive(), "40");
    EXPECT_EQ(client.receive(), "41");
    EXPECT_TRUE(client.closed());
}

TEST_F(Revision4, AQueryTooLongEndsTheConnection) {
    io().of("/admin");
    start();
    const auto client = connect_v3();
    client->send("40/admin?" + std::string(detail::revision4::kMaxQueryBytes + 1, 'a') + ',');
    EXPECT_TRUE(client->closed());
}

// Each gets binary as its version has it, from one broadcast.
TEST_F(Revision4, ABroadcastReachesBothVersions) {
    io().on("all", [this](Socket&, const Event& event) { io().emit("news", event.args()); });
    start();
    const auto v4 = join();
    const auto v3 = connect_v3();
    const auto another = connect_v3();
    v3->send(R"(451-["all",{"_placeholder":true,"num":0}])");
    v3->send_binary("\4\1\2");
    for (const auto* client : {&v4, &v3, &another}) {
        EXPECT_EQ((*client)->receive(), R"(451-["news",{"_placeholder":true,"num":0}])");
        EXPECT_EQ((*client)->receive(), client == &v4 ? "b:\1\2" : "b:\4\1\2");
    }
}

TEST_F(Revision4, IdsAndRoomsNameTheSocket) {
    for (const auto* nsp : {"/", "/admin"}) {
        io().of(nsp).on("enter", [](Socket& socket, const Event& event) {
            socket.join("room");
            EXPECT_EQ(socket.rooms(), (std::vector<std::string_view>{socket.id(), "room"}));
            event.ack(socket.id());
        });
        io().of(nsp).on("tell", [](Socket& socket, const Event& event) {
            socket.nsp().to(event[0].string().value()).emit("told", "by id");
            socket.to("room").emit("told", "in room");
            event.ack();
        });
        io().of(nsp).on_disconnect([this](Socket& socket, DisconnectReason) { journal_.add(std::string(socket.id())); });
    }
    start();
    const auto client = connect_v3();
    client->send("40/admin,");
    EXPECT_EQ(client->receive(), "40/admin,");
    const auto other = join("/");
    EXPECT_EQ(other->join("/admin").size(), 20U);
    for (const std::string nsp : {"", "/admin,"}) {
        const auto id = (nsp.empty() ? "" : "/admin#") + client->session_id();
        client->send("42" + nsp + R"(1["enter"])");
        EXPECT_EQ(client->receive(), "43" + nsp + "1[\"" + id + "\"]");
        other->send("42" + nsp + R"(2["tell",")" + id + "\"]");
        EXPECT_EQ(client->receive(), "42" + nsp + R"(["told","by id"])");
        EXPECT_EQ(client->receive(), "42" + nsp + R"(["told","in room"])");
        EXPECT_EQ(other->receive(), "43" + nsp + "2[]");
    }
    client->send("41/admin,");
    EXPECT_EQ(journal_.wait(1), std::vector{"/admin#" + client->session_id()});
    client->send("40/admin,");
    EXPECT_EQ(client->receive(), "40/admin,");
}

TEST_F(Revision4, NothingIsRecovered) {
    options_.connection_state_recovery.emplace();
    note_who_connects(io().of("/"));
    io().on_disconnect([this](Socket& socket, DisconnectReason) {
        EXPECT_FALSE(socket.recovered());
        journal_.add("gone");
    });
    start();
    connect_v3()->cut();
    EXPECT_EQ(journal_.wait(2).back(), "gone");
    const auto client = connect_v3();
    client->send("40/?pid=x&offset=y,");
    EXPECT_TRUE(client->closed()) << "it is in that namespace already";
}

}  // namespace
}  // namespace sio
