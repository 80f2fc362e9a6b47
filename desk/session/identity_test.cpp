#include "desk/session/identity.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Identity, IsWhatTheTokenSays) {
    const auto identity = identity_from(
        {.sub = "ann", .name = "Ann \"A\"", .org = "acme", .teams = {"t1", "t2"}, .role = Role::Agent, .exp = 9, .iat = 5, .jti = {}});
    EXPECT_EQ(identity->actor.org, "acme");
    EXPECT_EQ(identity->actor.user, "ann");
    EXPECT_EQ(identity->actor.role, Role::Agent);
    EXPECT_EQ(identity->actor.teams, (std::vector<std::string>{"t1", "t2"}));
    EXPECT_EQ(identity->actor.iat, 5);
    EXPECT_EQ(identity->actor.ref(), (UserRef{"ann", R"(Ann "A")", std::nullopt, Role::Agent}));
}

}  // namespace
}  // namespace desk
