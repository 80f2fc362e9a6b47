#include "desk/delivery/entry.hpp"

#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using testing::person;

/// Somebody in /tickets who is about to enter things.
class EntryTest : public testing::DeskTest {
protected:
    void SetUp() override {
        guarded("/tickets");
        start();
        ann_ = join_as("/tickets", person("ann", Role::Agent));
    }
    bool waits_for(const std::string& subject) {
        return at_socket("ann", [&](sio::Socket& socket) { return socket.in_room(rooms::pending("acme", subject)); });
    }
    std::unique_ptr<Pending> finish() {
        return at_socket("ann", [](sio::Socket& socket) { return entry::finish(socket); });
    }
    sio::EncodedEvent event(std::string_view name) { return io().of("/tickets").encode(name, 1); }
    Pending::Held held(std::int64_t seq, bool lost = false) {
        return {.seq = seq, .event = event("event"), .unsubscribed = lost ? event("lost") : sio::EncodedEvent(), .room = "room"};
    }

    std::unique_ptr<Client> ann_;
};

TEST_F(EntryTest, ASocketWaitsBesideTheRoomUntilItIsJudged) {
    at_socket("ann", [](sio::Socket& socket) { entry::begin(socket, "acme", "7"); });
    EXPECT_TRUE(waits_for("7"));
    EXPECT_NE(finish(), nullptr);
    EXPECT_FALSE(waits_for("7"));
    EXPECT_EQ(finish(), nullptr) << "nothing is under way any more";
}

TEST_F(EntryTest, AnArrivalWaitsBesideAllThatItNames) {
    const std::vector<std::string> subjects{"7", "8"};
    at_socket("ann", [&](sio::Socket& socket) { entry::begin_arrival(socket, "acme", subjects); });
    EXPECT_TRUE(waits_for("7"));
    EXPECT_TRUE(waits_for("8"));
    EXPECT_TRUE(finish()->arriving);
    EXPECT_FALSE(waits_for("8"));
}

TEST_F(EntryTest, TooMuchThatWaitsIsReadAnewButALossIsKept) {
    Pending pending;
    for (std::size_t i = 0; i < entry::kMaxHeld; ++i) entry::hold(pending, held(static_cast<std::int64_t>(i)));
    EXPECT_FALSE(pending.overflow);
    entry::hold(pending, held(1000));
    EXPECT_TRUE(pending.overflow);
    EXPECT_EQ(pending.held.size(), entry::kMaxHeld);
    entry::hold(pending, held(1001, true));
    EXPECT_TRUE(pending.has_lost_after(1000));
    EXPECT_FALSE(pending.has_lost_after(1001));
}

TEST_F(EntryTest, ALossThatComesByListsAndSubjectIsOne) {
    Pending pending;
    entry::hold(pending, held(5, true));
    entry::hold(pending, held(5, true));
    entry::hold(pending, held(6, true));
    EXPECT_EQ(pending.held.size(), 2U);
}

TEST_F(EntryTest, WhatASocketHasReadDoesNotComeAgainForSeconds) {
    const auto has = [this](const char* room, std::int64_t seq, bool subscribers_only) {
        return at_socket("ann", [=](sio::Socket& socket) { return entry::has_already(socket, room, seq, subscribers_only); });
    };
    const auto floor = [this](const char* room, std::int64_t seq, bool replayed) {
        at_socket("ann", [=](sio::Socket& socket) { entry::set_floor(socket, room, seq, replayed); });
    };
    floor("7", 5, false);
    EXPECT_TRUE(has("7", 5, true));
    EXPECT_FALSE(has("7", 6, true));
    EXPECT_FALSE(has("8", 5, true)) << "of another";
    EXPECT_FALSE(has("7", 5, false)) << "a list gets it although the subject was read, for nothing was replayed";
    floor("7", 8, true);
    EXPECT_TRUE(has("7", 8, false));
    floor("", 9, true);
    EXPECT_TRUE(has("8", 9, false)) << "of everything";
    skip(std::chrono::seconds(11));
    EXPECT_FALSE(has("7", 5, true));
}

}  // namespace
}  // namespace desk
