// Valkey goes away and comes back.
#include <gtest/gtest.h>

#include "sio/cluster/testing/cluster.hpp"

namespace sio::cluster {
namespace {

using testing::Carrying;
using testing::eventually;

class Outage : public testing::ClusterTest, public ::testing::WithParamInterface<Carrying> {
protected:
    void kill() {
        valkey_->kill();
        for (const auto& each : nodes_) {
            ASSERT_TRUE(eventually([&] { return !each->valkey().connected(); }));
        }
    }
    void expect_event(std::size_t i, const std::string& json) {
        auto packet = next(i);
        if (packet.rfind(",\"") != std::string::npos) packet = packet.substr(0, packet.rfind(",\"")) + "]";
        EXPECT_EQ(packet, "42" + json) << "client " << i;
    }
};

TEST_P(Outage, MultiLoopThisServerActsAtOnce) {
    start(GetParam());
    kill();
    nsp(0).emit("test");
    EXPECT_EQ(next(0), R"(42["test"])");
    nsp(0).sockets_join("room");
    nsp(0).to("room").emit("room");
    EXPECT_EQ(next(0), R"(42["room"])");
    nsp(0).sockets_leave("room");
    EXPECT_TRUE(node(0).fetch(nsp(0).to("room").local()).empty());
    nsp(0).disconnect_sockets();
    EXPECT_EQ(next(0), "41");
}

TEST_P(Outage, MultiLoopWhoIsAskedForIsThoseThatCanBe) {
    start(GetParam());
    kill();
    const auto found = node(0).fetch(Broadcast(nsp(0)));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, id(0));
    EXPECT_EQ(found.silent_servers, 2U);
}

TEST_P(Outage, MultiLoopWhatIsBroadcastAfterwardsArrivesAndTheGapIsTold) {
    start(GetParam());
    kill();
    valkey_->start();
    ASSERT_TRUE(all_ready());
    nsp(1).emit("after");
    for (const auto i : {0U, 1U, 2U}) expect_event(i, R"(["after"])");
    for (const auto& each : nodes_) EXPECT_TRUE(eventually([&] { return each->gaps() > 0; }));
}

INSTANTIATE_TEST_SUITE_P(All, Outage, ::testing::Values(Carrying::PubSub, Carrying::Sharded, Carrying::Streams, Carrying::Recovery),
                         [](const auto& carrying) { return testing::name_of(carrying.param); });

class StreamsOutage : public testing::ClusterTest, public ::testing::WithParamInterface<Carrying> {};

// What is added to a stream while a server cannot read it waits there.
TEST_P(StreamsOutage, MultiLoopWhatWasBroadcastMeanwhileArrives) {
    start(GetParam());
    valkey_->freeze();
    nsp(0).emit("one");
    nsp(0).emit("two");
    valkey_->thaw();
    for (const auto i : {1U, 2U}) {
        EXPECT_TRUE(next(i).starts_with(R"(42["one")"));
        EXPECT_TRUE(next(i).starts_with(R"(42["two")"));
    }
    EXPECT_TRUE(next(0).starts_with(R"(42["one")"));
    EXPECT_TRUE(next(0).starts_with(R"(42["two")"));
}

INSTANTIATE_TEST_SUITE_P(All, StreamsOutage, ::testing::Values(Carrying::Streams, Carrying::Recovery),
                         [](const auto& carrying) { return testing::name_of(carrying.param); });

}  // namespace
}  // namespace sio::cluster
