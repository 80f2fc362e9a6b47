#include "desk/session/rooms.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Rooms, BeginWithTheirOrg) {
    EXPECT_EQ(rooms::everybody("acme"), "o:acme");
    EXPECT_EQ(rooms::staff("acme"), "o:acme:staff");
    EXPECT_EQ(rooms::admins("acme"), "o:acme:admins");
    EXPECT_EQ(rooms::user("acme", "ann"), "o:acme:user:ann");
    EXPECT_EQ(rooms::team("acme", "t1"), "o:acme:team:t1");
    EXPECT_EQ(rooms::team_staff("acme", "t1"), "o:acme:team:t1:staff");
    EXPECT_EQ(rooms::ticket_staff("acme", "7"), "o:acme:ticket:7:staff");
    EXPECT_EQ(rooms::ticket_customers("acme", "7"), "o:acme:ticket:7:customers");
    EXPECT_EQ(rooms::conversation("acme", "c"), "o:acme:conv:c");
}

TEST(Rooms, AreNamedInAudiencesWithoutTheOrg) {
    EXPECT_EQ(rooms::of("acme", "ticket:7:staff"), rooms::ticket_staff("acme", "7"));
    EXPECT_EQ(rooms::of("acme", "team:t1:staff"), rooms::team_staff("acme", "t1"));
    EXPECT_EQ(rooms::of("acme", "conv:c"), rooms::conversation("acme", "c"));
    EXPECT_EQ(rooms::of("acme", "staff"), rooms::staff("acme"));
}

}  // namespace
}  // namespace desk
