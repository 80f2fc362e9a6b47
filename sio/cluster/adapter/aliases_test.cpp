// Rooms that other servers and emitters call otherwise.
#include <gtest/gtest.h>

#include "sio/cluster/testing/cluster.hpp"
#include "sio/cluster/wire/classic.hpp"

namespace sio::cluster {
namespace {

using testing::Carrying;
using testing::eventually;

/// `red` is what is called `a` and `b` here.
class Aliases : public testing::ClusterTest, public ::testing::WithParamInterface<Carrying> {
protected:
    void SetUp() override {
        aliases_ = [](std::string_view room) { return room == "red" ? std::vector<std::string>{"a", "b"} : std::vector<std::string>(); };
        start(GetParam());
    }
    /// To red from the first server, on the channel that all carriers read.
    Broadcast to_red() { return nsp(0).to("red").to("none"); }
    void expect_event(std::size_t i, const std::string& json) {
        auto packet = next(i);
        if (GetParam() == Carrying::Recovery) packet = packet.substr(0, packet.rfind(",\"")) + "]";
        EXPECT_EQ(packet, "42" + json) << "client " << i;
    }
};

TEST_P(Aliases, LeadToEveryRoomThatIsMeantOnce) {
    join(1, "a");
    join(2, "a");
    join(2, "b");
    to_red().emit("test");
    for (const auto i : {1U, 2U}) expect_event(i, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Aliases, LeaveOutWhoIsExcepted) {
    join(1, "b");
    nsp(0).except("red").emit("test");
    for (const auto i : {0U, 2U}) expect_event(i, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Aliases, LetEveryOtherNameBe) {
    join(1, "blue");
    nsp(0).to("blue").emit("test");
    expect_event(1, R"(["test"])");
    expect_nothing(0, {0, 1, 2});
}

TEST_P(Aliases, NameWhomOperationsAreFor) {
    join(1, "a");
    const auto found = node(0).fetch(to_red());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, id(1));
    to_red().sockets_join("red");
    ASSERT_TRUE(eventually([&] { return node(1).fetch(nsp(1).to("red").local()).size() == 1; })) << "what is joined keeps its name";
    to_red().disconnect_sockets();
    EXPECT_EQ(next(1), "41");
    expect_nothing(0, {0, 2});
}

INSTANTIATE_TEST_SUITE_P(MultiLoop, Aliases, ::testing::Values(Carrying::PubSub, Carrying::Sharded, Carrying::Streams, Carrying::Recovery),
                         [](const auto& carrying) { return testing::name_of(carrying.param); });

class EmittersAliases : public Aliases {};

TEST_P(EmittersAliases, AreHeardOnAChannelOfTheirOwnName) {
    join(1, "b");
    const EncodedEvent event = nsp(0).encode("test", 1);
    const std::string_view room = "red";
    const auto payload = classic::encode_broadcast(classic::kEmitter, "/",
                                                   {.kind = Kind::Broadcast, .target = {{&room, 1}, {}}, .event = &event});
    EXPECT_EQ(valkey_->ask({"PUBLISH", "socket.io#/#red#", payload}), ":3\r\n");
    EXPECT_EQ(next(1), R"(42["test",1])");
    expect_nothing(0, {0, 1, 2});
}

INSTANTIATE_TEST_SUITE_P(MultiLoop, EmittersAliases, ::testing::Values(Carrying::PubSub, Carrying::Streams),
                         [](const auto& carrying) { return testing::name_of(carrying.param); });

}  // namespace
}  // namespace sio::cluster
