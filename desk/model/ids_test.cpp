#include "desk/model/ids.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Ids, ForeignOnesAreTakenWhenTheirCharactersAreSafe) {
    for (const std::string_view id : {"T-1", "a", "auth0|5f", "me@example.com", "a+b=c_d.e", "conv-0"}) EXPECT_TRUE(is_valid_id(id)) << id;
    EXPECT_TRUE(is_valid_id(std::string(128, 'x')));
}

TEST(Ids, SeparatorsBlanksAndLongOnesAreRefused) {
    for (const std::string_view id : {"", "a:b", "a b", "a/b", "a\n", "\xC3\xA9", "a*", "a{b}"}) EXPECT_FALSE(is_valid_id(id)) << id;
    EXPECT_FALSE(is_valid_id(std::string(129, 'x')));
    EXPECT_FALSE(is_valid_id(std::string_view("a\0b", 3)));
}

TEST(Ids, OursAreValidPrefixedAndGrow) {
    IdGenerator ids;
    const auto first = ids.next(IdKind::Ticket, 1'000'000);
    const auto second = ids.next(IdKind::Ticket, 1'000'000);
    EXPECT_TRUE(first.starts_with("ticket_"));
    EXPECT_EQ(first.size(), 7U + sio::UlidGenerator::kSize);
    EXPECT_TRUE(is_valid_id(first));
    EXPECT_LT(first, second);
}

TEST(EventIds, GiveTheirSeqBack) {
    for (const std::int64_t seq : {std::int64_t{1}, std::int64_t{31}, std::int64_t{123'456'789}, (std::int64_t{1} << 40) - 1}) {
        const auto id = event_id(1'700'000'000'000'000, seq);
        EXPECT_TRUE(is_valid_id(id));
        EXPECT_EQ(id.size(), 30U);
        EXPECT_EQ(seq_in_event_id(id), seq);
    }
}

TEST(EventIds, SortLikeTheLogWithinAMillisecond) { EXPECT_LT(event_id(5'000'000, 99), event_id(5'000'000, 100)); }

TEST(EventIds, AnythingElseHasNoSeq) {
    for (const std::string_view id : {"", "evt_", "evt_short", "msg_01HZZZZZZZ00000001ABCDEFGH", "evt_01HZZZZZZZ0000000uABCDEFGH"}) {
        EXPECT_FALSE(seq_in_event_id(id).has_value()) << id;
    }
}

}  // namespace
}  // namespace desk
