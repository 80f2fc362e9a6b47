#include "sio/admin/stats.hpp"

#include <gtest/gtest.h>

namespace sio::admin {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'900'000'000'999;

Statistics some() {
    Statistics statistics;
    statistics.polling = 2;
    statistics.websocket = 3;
    statistics.opened = 7;
    statistics.closed[static_cast<std::size_t>(engineio::CloseReason::PingTimeout)] = 2;
    statistics.received_bytes = 1000;
    statistics.sent_bytes = 2000;
    NamespaceStatistics chat{.name = "/chat", .polling = 1, .websocket = 3};
    chat.events["a"] = {.received = 4, .sent = 40};
    chat.events[""] = {.received = 1, .sent = 0};
    statistics.namespaces.push_back(chat);
    return statistics;
}

TEST(AdminStats, TellWhatThereIsAndWhatHappenedSinceTheLookBefore) {
    StatsWriter writer({.id = "one", .host = "desk", .pid = 12});
    EXPECT_EQ(writer.next(some(), 1500ms, kNow).str(),
              R"({"serverId":"one","hostname":"desk","pid":12,"uptime":1.5,"clientsCount":5,"pollingClientsCount":2,"aggregatedEvents":[)"
              R"({"timestamp":1900000000000,"type":"rawConnection","count":7},)"
              R"({"timestamp":1900000000000,"type":"rawDisconnection","subType":"ping timeout","count":2},)"
              R"({"timestamp":1900000000000,"type":"packetsIn","count":5},{"timestamp":1900000000000,"type":"packetsOut","count":40},)"
              R"({"timestamp":1900000000000,"type":"bytesIn","count":1000},{"timestamp":1900000000000,"type":"bytesOut","count":2000}],)"
              R"("namespaces":[{"name":"/chat","socketsCount":4}]})");

    auto later = some();
    later.opened = 8;
    later.namespaces.clear();  // a child of a dynamic namespace that went
    EXPECT_EQ(writer.next(later, 3s, kNow + 2000).str(),
              R"({"serverId":"one","hostname":"desk","pid":12,"uptime":3,"clientsCount":5,"pollingClientsCount":2,"aggregatedEvents":[)"
              R"({"timestamp":1900000002000,"type":"rawConnection","count":1}],"namespaces":[]})");
}

TEST(AdminStats, OfManyNamespacesOnlySomeAreTold) {
    auto statistics = some();
    statistics.namespaces.resize(2000, statistics.namespaces.front());
    EXPECT_LT(StatsWriter({.id = "one", .host = "desk", .pid = 12}).next(statistics, 1s, kNow).str().size(), 40'000U);
}

}  // namespace
}  // namespace sio::admin
