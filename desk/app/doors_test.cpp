#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "desk/app/desk_server.hpp"
#include "desk/schema/endpoints.hpp"
#include "desk/schema/events.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::app {
namespace {

std::set<std::string> described() {
    std::set<std::string> all;
    for (const auto& nsp : schema::namespaces()) {
        for (const auto events : {nsp.from_client, schema::common_client_events()}) {
            for (const auto& event : events) all.insert(std::string(nsp.path).append(" ").append(event.name));
        }
    }
    for (const auto& endpoint : schema::endpoints()) all.insert(std::string(to_string(endpoint.method)).append(" ").append(endpoint.path));
    return all;
}

TEST(Doors, EveryEventAndEndpointIsInTheSchemaAndTheOtherWayRound) {
    const store::testing::TempDir folder;
    Config config;
    config.store = "sqlite:" + folder.file();
    config.jwt_secret = "a-secret-of-this-test-alone-32-bytes";
    config.host = {"127.0.0.1"};
    config.port = 0;
    const auto keys = load_or_make_keys(config);
    ASSERT_TRUE(keys);
    sio::NullLog log;
    const auto server = DeskServer::start(config, *keys, log);
    ASSERT_TRUE(server) << server.error();
    const auto doors = (*server)->doors();
    const std::set<std::string> open(doors.begin(), doors.end());
    const auto known = described();
    std::vector<std::string> differing;
    std::ranges::set_symmetric_difference(open, known, std::back_inserter(differing));
    EXPECT_EQ(differing, std::vector<std::string>()) << "in desk/schema or in the server, but not in both";
    (*server)->stop();
}

}  // namespace
}  // namespace desk::app
