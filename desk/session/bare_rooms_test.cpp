#include "desk/session/bare_rooms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace desk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct CountingLog final : sio::Log {
    bool enabled(sio::LogLevel) const noexcept override { return true; }
    void write(sio::LogLevel, std::string_view, Fields) noexcept override { ++lines; }
    int lines = 0;
};

TEST(RoomsByName, AreThoseOfTheApi) {
    EXPECT_THAT(rooms_by_name("user:ann", "acme"), ElementsAre("o:acme:user:ann"));
    EXPECT_THAT(rooms_by_name("team:t1", "acme"), ElementsAre("o:acme:team:t1"));
    EXPECT_THAT(rooms_by_name("conv:c1", "acme"), ElementsAre("o:acme:conv:c1"));
    EXPECT_THAT(rooms_by_name("ticket:7", "acme"), ElementsAre("o:acme:ticket:7:staff", "o:acme:ticket:7:customers"));
    EXPECT_THAT(rooms_by_name("org:acme", "acme"), ElementsAre("o:acme"));
    for (const auto* name :
         {"org:other", "user:", "user", "", ":", "staff", "team:t1:staff", "ticket:7:staff", "pending:7", "presence:ann"})
        EXPECT_THAT(rooms_by_name(name, "acme"), IsEmpty()) << name;
}

TEST(BareRooms, AreThoseOfTheOrgThatIsSetHoweverManyThereAre) {
    CountingLog log;
    BareRooms rooms("acme", log);
    EXPECT_FALSE(rooms.asks_for_orgs());
    for (const auto* org : {"globex", "initech"}) rooms.saw(org);
    EXPECT_THAT(rooms.named("ticket:7"), ElementsAre("o:acme:ticket:7:staff", "o:acme:ticket:7:customers"));
    EXPECT_THAT(rooms.named("user:ann"), ElementsAre("o:acme:user:ann"));
    EXPECT_EQ(log.lines, 0);
}

TEST(BareRooms, AreThoseOfTheOnlyOrgAndNobodysOnceThereAreSeveral) {
    CountingLog log;
    BareRooms rooms("", log);
    EXPECT_THAT(rooms.named("user:ann"), IsEmpty()) << "there is no org";
    rooms.saw("acme");
    rooms.saw("acme");
    EXPECT_TRUE(rooms.asks_for_orgs());
    EXPECT_THAT(rooms.named("user:ann"), ElementsAre("o:acme:user:ann"));
    EXPECT_EQ(log.lines, 0);
    rooms.saw("globex");
    EXPECT_FALSE(rooms.asks_for_orgs());
    rooms.saw("acme");
    EXPECT_THAT(rooms.named("user:ann"), IsEmpty());
    EXPECT_THAT(rooms.named("ticket:7"), IsEmpty());
    EXPECT_EQ(log.lines, 1) << "not for every message";
}

TEST(BareRooms, LetWholeNamesBeButForATicketsTwoRooms) {
    CountingLog log;
    BareRooms rooms("acme", log);
    EXPECT_THAT(rooms.named("o:globex:ticket:7"), ElementsAre("o:globex:ticket:7:staff", "o:globex:ticket:7:customers"));
    EXPECT_THAT(rooms.named("org:globex"), ElementsAre("o:globex"));
    for (const auto* name : {"o:acme", "o:acme:user:ann", "o:acme:ticket:7:staff", "o:acme:ticket:", "o:", "Ab3_-Ab3_-Ab3_-Ab3_-", "room",
                             "", "ticket:", "ticket:7:staff", "org:", "org:a:b", "tickets:7"})
        EXPECT_THAT(rooms.named(name), IsEmpty()) << name;
}

}  // namespace
}  // namespace desk
