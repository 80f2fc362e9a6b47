#include "desk/session/admission.hpp"

#include <algorithm>

#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using testing::auth_of;
using testing::person;

class AdmissionTest : public testing::DeskTest {
protected:
    /// What the server says to a CONNECT.
    std::string answer_to(std::string_view auth, std::string_view nsp = "/") const { return answer_to(*connect(), auth, nsp); }
    static std::string answer_to(Client& client, std::string_view auth, std::string_view nsp = "/") {
        client.send("40" + (nsp == "/" ? std::string() : std::string(nsp) + ",") + std::string(auth));
        return client.receive();
    }
    static bool admitted(std::string_view answer) { return answer.contains(R"("sid":")"); }
};

TEST_F(AdmissionTest, RefusesWithACodeAndASocketError) {
    guarded("/");
    start();
    EXPECT_EQ(answer_to("{}"),
              R"(44{"message":"AUTH_TOKEN_INVALID","data":{"code":"AUTH_TOKEN_INVALID","message":"The token is not valid",)"
              R"("details":{"reason":"MISSING"}}})");
    for (const auto* auth : {"", R"({"token":7})", R"({"token":null})", R"({"token":"a.b.c"})", R"({"token":{"x":[1]}})"}) {
        EXPECT_TRUE(answer_to(auth).starts_with(R"(44{"message":"AUTH_TOKEN_INVALID",)")) << auth;
    }
}

TEST_F(AdmissionTest, TellsExpiredTokensFromBadOnes) {
    guarded("/");
    start();
    auto ann = person("ann", Role::Agent);
    ann.exp -= 2 * 3600;
    EXPECT_TRUE(answer_to(auth_of(ann)).starts_with(R"(44{"message":"AUTH_TOKEN_EXPIRED","data":{"code":"AUTH_TOKEN_EXPIRED",)"));
}

TEST_F(AdmissionTest, MayBeTriedAgainOnTheSameConnection) {
    guarded("/");
    start();
    auto client = connect();
    EXPECT_FALSE(admitted(answer_to(*client, "{}")));
    EXPECT_TRUE(admitted(answer_to(*client, auth_of(person("ann", Role::Agent)))));
}

TEST_F(AdmissionTest, TakesASocketIo2ClientsTokenFromItsQueries) {
    options_.engine.allow_eio3 = true;
    for (const auto* nsp : {"/", "/tickets", "/chat"}) guarded(nsp);
    start();
    const auto ann = testing::token(person("ann", Role::Agent));
    Client client(port_, "3&token=" + ann);
    EXPECT_EQ(client.receive(), "40");
    EXPECT_EQ(answer_to(client, "", "/tickets"), "40/tickets,");
    const auto bob = answer_to(client, "", "/chat?token=" + testing::token(person("bob", Role::Agent)));
    EXPECT_TRUE(bob.starts_with(R"(44/chat,{"code":"AUTH_TOKEN_INVALID",)")) << bob;

    Client unknown(port_, "3");
    const auto refusal = unknown.receive();
    EXPECT_TRUE(refusal.starts_with(R"(44{"code":"AUTH_TOKEN_INVALID",)")) << refusal;
    EXPECT_EQ(answer_to(unknown, "", "/tickets?token=" + ann), "40/tickets,");

    Client later(port_, "4&token=" + ann);
    EXPECT_FALSE(admitted(answer_to(later, "{}")));
}

TEST_F(AdmissionTest, KeepsTheDashboardForAdmins) {
    guarded("/dashboard", Admission::Who::Admins);
    start();
    for (const Role role : {Role::Agent, Role::Customer}) {
        EXPECT_TRUE(answer_to(auth_of(person("ann", role)), "/dashboard").starts_with(R"(44/dashboard,{"message":"FORBIDDEN","data":{)"));
    }
    EXPECT_TRUE(admitted(answer_to(auth_of(person("ada", Role::Admin)), "/dashboard")));
}

TEST_F(AdmissionTest, PutsSocketsIntoTheirOwnRooms) {
    guarded("/").on("rooms", [](sio::Socket& socket, const sio::Event& event) {
        auto rooms = socket.rooms();
        rooms.erase(rooms.begin());  // its id
        std::ranges::sort(rooms);
        event.ack(rooms);
    });
    start();
    const auto rooms_of = [&](Role role) {
        auto client = join_as("/", person("ann", role, {"t1"}));
        client->send(R"(420["rooms"])");
        return client->receive();
    };
    EXPECT_EQ(rooms_of(Role::Customer), R"(430[["o:acme","o:acme:team:t1","o:acme:user:ann"]])");
    EXPECT_EQ(rooms_of(Role::Agent), R"(430[["o:acme","o:acme:staff","o:acme:team:t1","o:acme:team:t1:staff","o:acme:user:ann"]])");
    EXPECT_EQ(rooms_of(Role::Admin),
              R"(430[["o:acme","o:acme:admins","o:acme:staff","o:acme:team:t1","o:acme:team:t1:staff","o:acme:user:ann"]])");
}

TEST_F(AdmissionTest, AConnectionIsOfOneUser) {
    guarded("/");
    guarded("/chat");
    guarded("/tickets");
    start();
    auto client = join_as("/", person("ann", Role::Agent));
    EXPECT_TRUE(answer_to(*client, auth_of(person("bob", Role::Agent)), "/chat").contains(R"("reason":"OTHER_USER")"));
    EXPECT_TRUE(answer_to(*client, auth_of(person("ann", Role::Agent, {}, "other")), "/chat").contains(R"("reason":"OTHER_USER")"));
    EXPECT_TRUE(answer_to(*client, "{}", "/tickets").contains("AUTH_TOKEN_INVALID")) << "each namespace asks for a token";
    EXPECT_TRUE(admitted(answer_to(*client, auth_of(person("ann", Role::Agent)), "/chat")));
}

TEST_F(AdmissionTest, ARecordCountsForAConnectionBeforeTheNewsOfItHasCome) {
    guarded("/");
    guarded("/chat");
    guarded("/dashboard", Admission::Who::Admins);
    start();
    const auto ann = auth_of(person("ann", Role::Agent));
    auto client = connect();
    EXPECT_TRUE(admitted(answer_to(*client, ann)));
    PersonRecord record{.name = "Ann", .avatar_url = {}, .role = Role::Admin, .teams = {}, .company = {}, .version = 1};
    directory_.learn("acme", "ann", record);
    EXPECT_TRUE(admitted(answer_to(*client, ann, "/dashboard")));
    auto later = connect();
    EXPECT_TRUE(admitted(answer_to(*later, ann)));
    record.role = Role::Agent;
    record.version = 2;
    directory_.learn("acme", "ann", record);
    EXPECT_TRUE(answer_to(*later, ann, "/dashboard").contains("FORBIDDEN"));
    EXPECT_TRUE(admitted(answer_to(*later, ann, "/chat")));
}

TEST_F(AdmissionTest, LimitsTheConnectionsOfAUser) {
    limits_.connections_per_user = 2;
    guarded("/");
    guarded("/chat");
    start();
    auto first = join_as("/", person("ann", Role::Agent));
    EXPECT_EQ(first->join("/chat", auth_of(person("ann", Role::Agent))).size(), 20U) << "the same connection";
    auto second = join_as("/", person("ann", Role::Agent));
    auto third = connect();
    const auto ann = auth_of(person("ann", Role::Agent));
    const auto answer = answer_to(*third, ann);
    EXPECT_TRUE(answer.starts_with(R"(44{"message":"RATE_LIMITED",)")) << answer;
    EXPECT_TRUE(answer.contains(R"("limit":"connections_per_user")"));
    EXPECT_TRUE(admitted(answer_to(auth_of(person("bob", Role::Agent)))));
    second.reset();
    bool came_in = false;
    for (int i = 0; i < 1000 && !came_in; ++i) came_in = admitted(answer_to(*third, ann));
    EXPECT_TRUE(came_in) << "when one has gone";
}

TEST_F(AdmissionTest, ShutsAddressesOutThatKeepGuessing) {
    limits_.failed_auth = {1, std::chrono::minutes(10), 2};
    guarded("/");
    start();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(answer_to("{}").contains("AUTH_TOKEN_INVALID"));
    const auto answer = answer_to(auth_of(person("ann", Role::Agent)));
    EXPECT_TRUE(answer.starts_with(R"(44{"message":"RATE_LIMITED",)")) << answer;
    EXPECT_TRUE(answer.contains(R"("retryAfterMs":)"));
}

TEST_F(AdmissionTest, ExpiredTokensAreNoGuesses) {
    limits_.failed_auth = {1, std::chrono::minutes(10), 1};
    guarded("/");
    start();
    auto expired = person("ann", Role::Agent);
    expired.exp -= 2 * 3600;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(answer_to(auth_of(expired)).contains("AUTH_TOKEN_EXPIRED"));
    EXPECT_TRUE(admitted(answer_to(auth_of(person("ann", Role::Agent)))));
}

TEST_F(AdmissionTest, LimitsHowOftenAnAddressConnects) {
    limits_.connects = {1, std::chrono::minutes(10), 2};
    guarded("/");
    start();
    const auto ann = auth_of(person("ann", Role::Agent));
    EXPECT_TRUE(admitted(answer_to(ann)));
    EXPECT_TRUE(admitted(answer_to(ann)));
    EXPECT_TRUE(answer_to(ann).contains(R"("limit":"connects")"));
}

}  // namespace
}  // namespace desk
