#include "desk/session/token_life.hpp"

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/session/token_updates.hpp"

namespace desk {
namespace {

using testing::person;
using namespace std::chrono_literals;

/// Somebody in two namespaces whose token lasts an hour, on a clock that is moved by hand.
class TokenLifeTest : public testing::DeskTest {
protected:
    void SetUp() override {
        limits_.token_updates = {1, 10s, 2};
        for (const auto* name : {"/", "/tickets"}) updates_.add_to(guarded(name));
        start();
    }
    std::unique_ptr<Client> ann() {
        auto client = connect();
        for (const auto* nsp : {"/", "/tickets"}) client->join(nsp, testing::auth_of(claims()));
        return client;
    }
    static auth::Claims claims(std::chrono::seconds longer = 0s) {
        auto ann = person("ann", Role::Agent);
        ann.iat = ann.exp - 3600;
        ann.exp += longer.count();
        return ann;
    }
    static std::string update(const auth::Claims& claims) { return R"(421["token:update",{"token":")" + testing::token(claims) + "\"}]"; }
    /// Both namespaces are told so, in any order.
    static void hear_twice(Client& client, std::string_view event) {
        for (int i = 0; i < 2; ++i) {
            const auto said = client.receive();
            EXPECT_TRUE(said.contains("[\"" + std::string(event) + "\"")) << said;
        }
    }
    static void expect_end(Client& client, std::string_view code) {
        std::string all;
        for (std::string said; !said.starts_with('<');) all += said = client.receive();
        for (const auto* nsp : {"42[\"error\"", "42/tickets,[\"error\"", "41/tickets,"}) EXPECT_TRUE(all.contains(nsp)) << all;
        EXPECT_TRUE(all.contains(code)) << all;
        EXPECT_TRUE(all.ends_with("<closed>")) << all;
    }

    TokenUpdates updates_{door_, verifier_, identities_};
};

TEST_F(TokenLifeTest, IsAskedForAMinuteBeforeItsEndAndAtItAndEndsAfterTheGrace) {
    const auto client = ann();
    skip(58min);
    client->send(R"(420["enter"])");
    EXPECT_EQ(client->receive(), "430[]") << "not yet";
    skip(70s);
    hear_twice(*client, "token:refresh");
    skip(55s);
    hear_twice(*client, "token:refresh");
    skip(31s);
    expect_end(*client, "AUTH_TOKEN_EXPIRED");
}

TEST_F(TokenLifeTest, AShortOneIsAskedForWhenFourFifthsAreOver) {
    auto brief = person("ann", Role::Agent);
    brief.iat = brief.exp - 3600;
    brief.exp = *brief.iat + 100;
    const auto client = connect();
    client->join("/", testing::auth_of(brief));
    skip(81s);
    EXPECT_TRUE(client->receive().starts_with(R"(42["token:refresh",{"expiresAt":)"));
}

TEST_F(TokenLifeTest, ANewOneOfTheSameUserMovesTheEndOfTheWholeConnection) {
    const auto client = ann();
    client->send(update(claims(1h)));
    EXPECT_TRUE(client->receive().starts_with(R"(42["token:updated",{"expiresAt":)")) << "only who asked is told";
    EXPECT_TRUE(client->receive().starts_with(R"(431[{"ok":true,"expiresAt":)"));
    skip(62min);
    client->send(R"(420["enter"])");
    EXPECT_EQ(client->receive(), "430[]");
}

TEST_F(TokenLifeTest, ANewOneBringsItsRoleAlong) {
    const auto client = ann();
    auto customer = claims(1h);
    customer.role = Role::Customer;
    client->send(update(customer));
    client->receive();
    client->receive();
    EXPECT_EQ(at_socket("ann", [](sio::Socket& socket) { return visitor_of(socket).actor().role; }), Role::Customer);
}

TEST_F(TokenLifeTest, AnyOtherOneEndsTheConnection) {
    auto other_org = claims();
    other_org.org = "globex";
    auto over = claims();
    over.exp -= 7200;
    for (const auto& [wrong, code] :
         {std::pair{person("bob", Role::Agent), "OTHER_USER"}, std::pair{other_org, "OTHER_USER"}, std::pair{over, "AUTH_TOKEN_EXPIRED"}}) {
        const auto client = ann();
        client->send(update(wrong));
        expect_end(*client, code);
    }
    const auto client = ann();
    client->send(R"(42["token:update",{}])");
    EXPECT_TRUE(client->receive().contains("INVALID_PAYLOAD")) << "none is not another one";
    client->send(R"(42["token:update",{"token":"rubbish"}])");
    expect_end(*client, "AUTH_TOKEN_INVALID");
}

TEST_F(TokenLifeTest, OneThatIsTakenBackEndsItToo) {
    const auto client = ann();
    directory_.revoke("acme", {store::Revocation::Kind::User, "ann", claims().exp, std::numeric_limits<std::int64_t>::max()});
    client->send(update(claims(1h)));
    expect_end(*client, "REVOKED");
}

TEST_F(TokenLifeTest, TooManyAreRefusedButTheOneInForceCostsNothing) {
    const auto client = ann();
    const auto answer = [&](std::chrono::seconds longer) {
        client->send(update(claims(longer)));
        auto said = client->receive();
        return said.starts_with("42") && said.contains("token:updated") ? client->receive() : said;
    };
    for (int i = 1; i <= 2; ++i) EXPECT_TRUE(answer(std::chrono::seconds(i * 100)).contains(R"("ok":true)"));
    EXPECT_TRUE(answer(1000s).contains("RATE_LIMITED"));
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(answer(200s).contains(R"("ok":true)"));
}

}  // namespace
}  // namespace desk
