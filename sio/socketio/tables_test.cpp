#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "sio/socketio/connection.hpp"
#include "sio/socketio/memberships.hpp"
#include "sio/socketio/pointer_set.hpp"
#include "sio/socketio/room.hpp"
#include "sio/socketio/room_filter.hpp"
#include "sio/socketio/room_watch.hpp"
#include "sio/socketio/socket_id.hpp"
#include "sio/socketio/target.hpp"

namespace sio::detail {
namespace {

struct Item {
    std::uint32_t key;
};
struct ItemTraits {
    // Few hashes, so that runs of collisions are the rule.
    static std::uint32_t hash(const Item& item) { return item.key % 13; }
};

RC_GTEST_PROP(PointerSet, HoldsWhatWasPutIn, (const std::vector<std::pair<bool, std::uint8_t>>& steps)) {
    std::vector<Item> items(256);
    for (std::uint32_t i = 0; i < items.size(); ++i) items[i].key = i;
    PointerSet<Item, ItemTraits> set;
    std::set<std::uint8_t> model;
    for (const auto& [add, key] : steps) {
        Item& item = items[key];
        if (add && model.insert(key).second) set.insert(item);
        if (!add && model.erase(key) > 0) set.erase(item);
    }
    RC_ASSERT(set.size() == model.size());
    for (auto& item : items) {
        Item* const found = set.find(ItemTraits::hash(item), [&](const Item& other) { return other.key == item.key; });
        RC_ASSERT((found == &item) == model.contains(static_cast<std::uint8_t>(item.key)));
    }
}

/// Rooms only compare addresses.
Socket& fake(std::size_t number) { return *reinterpret_cast<Socket*>(number * 64 + 64); }

TEST(Room, RemovingMovesTheLastMemberIntoTheGap) {
    Room* const room = Room::make("room", hash_name("room"));
    for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(room->add(fake(i)), i);
    EXPECT_EQ(room->name(), "room");
    EXPECT_EQ(room->remove(99), nullptr);
    EXPECT_EQ(room->remove(0), &fake(98));
    EXPECT_EQ(room->members()[0], &fake(98));
    while (room->members().size() > 1) room->remove(0);
    EXPECT_EQ(room->remove(0), nullptr);
    EXPECT_TRUE(room->members().empty());
    Room::destroy(room);
}

TEST(Room, OneMemberNeedsNoArray) {
    Room* const room = Room::make("", 0);
    EXPECT_EQ(room->add(fake(1)), 0U);
    ASSERT_EQ(room->members().size(), 1U);
    EXPECT_EQ(room->members()[0], &fake(1));
    EXPECT_EQ(room->remove(0), nullptr);
    EXPECT_EQ(room->add(fake(2)), 0U);
    EXPECT_EQ(room->members()[0], &fake(2));
    Room::destroy(room);
}

TEST(Memberships, AreEightBytesUntilUsed) {
    Memberships memberships;
    EXPECT_EQ(sizeof memberships, sizeof(void*));
    for (std::uint32_t i = 0; i < 40; ++i) memberships.push({nullptr, i});
    memberships.remove(0);
    EXPECT_EQ(memberships.all()[0].position, 39U);
    while (!memberships.empty()) memberships.remove(memberships.size() - 1);
    EXPECT_TRUE(memberships.all().empty());
}

TEST(RoomFilter, NeverForgetsARoom) {
    RoomFilter filter;
    std::vector<std::uint32_t> hashes;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        const auto hash = hash_name("room" + std::to_string(i));
        hashes.push_back(hash);
        if (filter.too_small_for(hashes.size())) {
            filter.rebuild([&](FunctionRef<void(std::uint32_t)> count) {
                for (const auto known : hashes) count(known);
            });
        } else {
            filter.add(hash);
        }
    }
    for (const auto hash : hashes) EXPECT_TRUE(filter.may_have(hash));
    for (const auto hash : hashes) filter.remove(hash);
    for (const auto hash : hashes) EXPECT_FALSE(filter.may_have(hash));
}

TEST(RoomFilter, KeepsACountThatRanOver) {
    RoomFilter filter;
    for (int i = 0; i < 300; ++i) filter.add(7);
    for (int i = 0; i < 299; ++i) filter.remove(7);
    EXPECT_TRUE(filter.may_have(7));
}

TEST(Sizes, OfWhatAnIdleClientCostsStaySmall) {
    // With the heap's own 8 bytes, a slot, and its place in the table of ids: about 220 bytes for a client in one namespace.
    EXPECT_LE(sizeof(Socket), 88U);
    EXPECT_LE(sizeof(Connection), 72U);
    EXPECT_LE(sizeof(Room), 24U);
}

TEST(RoomFilter, MostlyKnowsThatARoomIsNotThere) {
    RoomFilter filter;
    for (int i = 0; i < 20; ++i) filter.add(hash_name("room" + std::to_string(i)));
    int wrong = 0;
    for (int i = 0; i < 1000; ++i) wrong += filter.may_have(hash_name("other" + std::to_string(i))) ? 1 : 0;
    EXPECT_LT(wrong, 500);
}

TEST(RoomWatch, JoinsTheLoopsViews) {
    RoomWatch watch;
    EXPECT_TRUE(watch.created("a"));
    EXPECT_FALSE(watch.created("a"));
    EXPECT_FALSE(watch.deleted("a"));
    EXPECT_TRUE(watch.deleted("a"));
    EXPECT_FALSE(watch.deleted("a"));
}

TEST(SocketId, NamesItsLoop) {
    for (unsigned loop = 0; loop < 256; ++loop) {
        const auto id = make_socket_id(loop);
        EXPECT_EQ(home_loop({id.data(), id.size()}), loop);
    }
    EXPECT_NE(make_socket_id(0), make_socket_id(0));
    EXPECT_EQ(home_loop("short"), std::nullopt);
    EXPECT_EQ(home_loop("org:1:ticket:T-1:abc"), 220U) << "a room may look like an id";
    EXPECT_EQ(home_loop("org:1:ticket:T-1:a b"), std::nullopt);
}

TEST(StoredTarget, GivesBackWhatItWasToldInAnyOrder) {
    StoredTarget stored;
    for (int i = 0; i < 20; ++i) {
        stored.add_except("e" + std::to_string(i));
        stored.add_room("r" + std::to_string(i));
    }
    const StoredTarget copy(*stored.view());
    const auto view = copy.view();
    ASSERT_EQ(view->rooms.size(), 20U);
    ASSERT_EQ(view->except.size(), 20U);
    EXPECT_EQ(view->rooms[0], "r0");
    EXPECT_EQ(view->except[19], "e19");
    EXPECT_TRUE(StoredTarget().view()->rooms.empty());
}

}  // namespace
}  // namespace sio::detail
