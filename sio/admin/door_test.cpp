#include <stdexcept>

#include "sio/admin/testing/fixture.hpp"

namespace sio::admin {
namespace {

using namespace std::chrono_literals;
using sio::testing::Client;

class AdminDoor : public testing::InstrumentedServer, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        admin_.readonly = true;
    }

    const std::string invalid_ = R"(44/admin,{"message":"invalid credentials"})";
    const std::string too_many_ = R"(44/admin,{"message":"too many attempts"})";
};

INSTANTIATE_TEST_SUITE_P(Loops, AdminDoor, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(AdminDoor, TheRightPasswordGetsASessionAndTheConfig) {
    start();
    enter();
    EXPECT_TRUE(session_.starts_with(R"(42/admin,["session",")")) << session_;
    EXPECT_EQ(config_, R"(42/admin,["config",{"supportedFeatures":["AGGREGATED_EVENTS"]}])");
}

TEST_P(AdminDoor, ASessionLetsInWithoutThePasswordUntilItEnds) {
    start();
    enter();
    const std::string auth = R"({"sessionId":")" + session_id() + "\"}";
    auto client = connect();
    EXPECT_TRUE(try_to_enter(*client, auth).starts_with(R"(40/admin,{"sid":)"));
    EXPECT_EQ(client->receive(), config_) << "and no new session";
    EXPECT_EQ(try_to_enter(*connect(), R"({"sessionId":"0)" + session_id() + "\"}"), invalid_);
}

TEST_P(AdminDoor, WhoeverIsNotLetInGetsNothing) {
    admin_.attempts_of_address.burst = 100;
    admin_.attempts_of_all.burst = 100;
    admin_.stats_interval = 1h;
    start();
    auto page = enter();
    for (const std::string auth :
         {R"()", R"({})", R"({"username":"ann"})", R"({"username":"ann","password":""})",
          R"({"username":"ann","password":"Correct horse"})", R"({"username":"bob","password":"correct horse"})",
          R"({"username":"","password":"correct horse"})", R"({"username":["ann"],"password":"correct horse"})",
          R"({"username":"ann","password":{"$ne":""}})", R"({"username":"ann","password":"correct horse\u0000x"})", R"({"sessionId":""})",
          R"({"sessionId":true})", R"({"sessionId":["1"]})", R"({"sessionId":"9999999999999-00-00"})"}) {
        EXPECT_EQ(try_to_enter(*connect(), auth), invalid_) << auth;
    }
    const std::string long_text(5000, 'x');
    EXPECT_EQ(try_to_enter(*connect(), R"({"username":"ann","password":")" + long_text.substr(0, 1500) + "\"}"), invalid_);
    EXPECT_EQ(try_to_enter(*connect(), R"({"username":"ann","password":"correct horse","more":")" + long_text + "\"}"), invalid_);

    auto client = join();
    EXPECT_EQ(try_to_enter(*client, R"({"username":"ann","password":"x"})"), invalid_);
    skip(1h + 1s);
    EXPECT_TRUE(next(*page, "server_stats").starts_with("42/admin,[\"server_stats\""));
    client->send(R"(420["sync"])");
    EXPECT_EQ(client->receive(), "430[]") << "the statistics did not come before it";
}

TEST_P(AdminDoor, PacketsOfSomebodyWhoIsNotInEndTheConnection) {
    start();
    auto client = connect();
    client->send(R"(42/admin,["emit","/","","event"])");
    EXPECT_TRUE(client->closed());
}

TEST_P(AdminDoor, GuessesAreFewAndThenWait) {
    admin_.attempts_of_address = {2, 10s};
    start();
    const std::string wrong = R"({"username":"ann","password":"x"})";
    for (int i = 0; i < 2; ++i) EXPECT_EQ(try_to_enter(*connect(), wrong), invalid_);
    EXPECT_EQ(try_to_enter(*connect(), wrong), too_many_);
    EXPECT_EQ(try_to_enter(*connect(), kRightPassword), too_many_) << "which tells nothing of the password";
    EXPECT_EQ(try_to_enter(*connect(), R"({"sessionId":"x"})"), invalid_);
    skip(11s);
    EXPECT_TRUE(try_to_enter(*connect(), kRightPassword).starts_with("40/admin,"));
}

TEST_P(AdminDoor, WhenItHasStoppedNobodyEntersByPassword) {
    start();
    enter();
    instrument_.reset();
    EXPECT_EQ(try_to_enter(*connect(), kRightPassword), too_many_);
    EXPECT_TRUE(try_to_enter(*connect(), R"({"sessionId":")" + session_id() + "\"}").starts_with("40/admin,"));
}

TEST(AdminInstrument, WantsANameAndABcryptHash) {
    Server io;
    EXPECT_THROW(static_cast<void>(instrument(io, {.username = "ann", .password_hash = "correct horse"})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(instrument(io, {.password_hash = "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW"})),
                 std::invalid_argument);
}

}  // namespace
}  // namespace sio::admin
