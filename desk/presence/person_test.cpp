#include "desk/presence/person.hpp"

#include <gtest/gtest.h>

namespace desk::presence {
namespace {

using enum PresenceStatus;

constexpr std::int64_t kLapse = 1000;
constexpr Tally kOne{.connections = 1, .away = 0};
constexpr Tally kTwo{.connections = 2, .away = 0};
constexpr Tally kNone{};

void come(Person& person, Tally total, std::int64_t now) { person.connections(total, Cause::Reported, now, kLapse); }
void drop(Person& person, std::int64_t now) { person.connections(kNone, Cause::Reported, now, kLapse); }

TEST(Person, IsOnlineWhileConnectedAndThroughTheGrace) {
    Person person;
    EXPECT_EQ(person.status(), Offline);
    come(person, kOne, 10);
    EXPECT_EQ(person.status(), Online);
    EXPECT_EQ(person.last_seen(15), 15);
    drop(person, 20);
    EXPECT_EQ(person.waiting(), Waiting::Grace);
    EXPECT_EQ(person.status(), Online);
    EXPECT_EQ(person.last_seen(25), 20);
    person.grace_over();
    EXPECT_EQ(person.status(), Offline);
    EXPECT_EQ(person.last_seen(40), 20);
}

TEST(Person, ComesBackWithinTheGraceUnnoticed) {
    Person person;
    come(person, kOne, 10);
    drop(person, 20);
    come(person, kOne, 21);
    EXPECT_EQ(person.waiting(), Waiting::No);
    person.grace_over();
    EXPECT_EQ(person.status(), Online);
}

TEST(Person, WhoLeavesOnPurposeIsAwaitedShortly) {
    Person person;
    come(person, kOne, 10);
    person.connections(kNone, Cause::OnPurpose, 20, kLapse);
    EXPECT_EQ(person.waiting(), Waiting::ShortGrace);
}

TEST(Person, IsAwayWhenEveryConnectionIsIdle) {
    Person person;
    come(person, {.connections = 2, .away = 1}, 10);
    EXPECT_EQ(person.status(), Online);
    come(person, {.connections = 2, .away = 2}, 11);
    EXPECT_EQ(person.status(), Away);
    drop(person, 12);
    EXPECT_EQ(person.status(), Away) << "as they were, through the grace";
    come(person, kOne, 13);
    EXPECT_EQ(person.status(), Online);
}

TEST(Person, WhatTheySetBeatsIdlenessAndStays) {
    Person person;
    come(person, {.connections = 1, .away = 1}, 10);
    person.choose({Busy, 11}, 11);
    EXPECT_EQ(person.status(), Busy);
    come(person, kTwo, 12);
    EXPECT_EQ(person.status(), Busy) << "a new device does not change it";
    drop(person, 20);
    person.grace_over();
    EXPECT_EQ(person.status(), Offline);
    come(person, kOne, 900);
    EXPECT_EQ(person.status(), Busy);
    person.choose({Online, 901}, 901);
    EXPECT_EQ(person.status(), Online);
}

TEST(Person, WhatTheySetLapsesAfterALongAbsence) {
    Person person;
    come(person, kOne, 10);
    person.choose({Busy, 11}, 11);
    drop(person, 20);
    person.grace_over();
    come(person, kOne, 20 + kLapse + 1);
    EXPECT_EQ(person.status(), Online);
    EXPECT_FALSE(person.manual());
}

TEST(Person, SettingItWithoutAConnectionCountsFromThen) {
    Person person;
    person.choose({Busy, 5000}, 5000);
    EXPECT_EQ(person.status(), Offline);
    come(person, kOne, 5000 + kLapse);
    EXPECT_EQ(person.status(), Busy);
}

TEST(Person, WhoAppearsOfflineIsNotSeen) {
    Person person;
    come(person, kOne, 10);
    person.choose({Offline, 50}, 50);
    EXPECT_EQ(person.status(), Offline);
    EXPECT_EQ(person.last_seen(60), 50);
    come(person, kTwo, 70);
    EXPECT_EQ(person.last_seen(75), 50);
    drop(person, 80);
    person.grace_over();
    EXPECT_EQ(person.last_seen(90), 50);
    EXPECT_EQ(person.kept(90).alive_ms, 80) << "what was set lapses by the true time";
}

TEST(Person, OfAServerThatDiedTheLastCertainMomentStands) {
    Person person;
    come(person, kOne, 10);
    person.connections(kNone, Cause::Inferred, 500, kLapse);
    person.grace_over();
    EXPECT_EQ(person.last_seen(600), 10);
}

TEST(Person, AClockThatStepsBackTakesNothingBack) {
    Person person;
    come(person, kOne, 1000);
    drop(person, 900);
    EXPECT_EQ(person.last_seen(900), 1000);
}

}  // namespace
}  // namespace desk::presence
