#include "desk/cluster/roll_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace desk::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Book : public ::testing::Test {
protected:
    /// `key=payload@lease,...` of each change, and how.
    std::vector<std::string> told() { return std::exchange(told_, {}); }
    void send_back() {
        for (const auto& [key, payload, why] : book.next(10)) book.apply(kOwnLease, key, payload, why, true);
    }

    std::vector<std::string> told_;
    RollBook book{[this](const std::string& key, const Shares& shares, Why why, bool ours) {
        std::string text = key + "=";
        for (const Share& each : shares) text += each.payload + "@" + std::to_string(each.lease) + ",";
        told_.push_back(text + " " + static_cast<char>(why) + (ours ? "!" : ""));
    }};
};

TEST_F(Book, OwnSharesAreSeenAsTheyComeBack) {
    book.put("x", "1", Why::Told, false);
    book.put("x", "2", Why::Told, false);
    EXPECT_THAT(told(), IsEmpty());
    send_back();
    EXPECT_THAT(told(), ElementsAre("x=2@0, t!"));
    EXPECT_TRUE(book.all_told());
    book.put("x", "", Why::OnPurpose, false);
    send_back();
    EXPECT_THAT(told(), ElementsAre("x= p!"));
    EXPECT_EQ(book.size(), 0U);
}

TEST_F(Book, WithNobodyToSendThemBackWhatIsPutIsSeenAndWhatIsRemovedStays) {
    book.put("x", "1", Why::Told, true);
    EXPECT_THAT(told(), ElementsAre("x=1@0, t!"));
    book.put("x", "", Why::Told, true);
    EXPECT_THAT(told(), IsEmpty());
    book.replace({}, {});
    EXPECT_THAT(told(), ElementsAre("x= t!"));
    EXPECT_TRUE(book.all_told());
    EXPECT_EQ(book.size(), 0U);
}

TEST_F(Book, ALoadTellsDifferencesOnly) {
    book.apply(1, "x", "1", Why::Told, false);
    book.apply(1, "y", "1", Why::Told, false);
    book.apply(2, "z", "1", Why::Told, false);
    told();
    book.replace({{1, {{"x", "1"}}}, {3, {{"w", "5"}}}}, {2});
    EXPECT_THAT(told(), ::testing::UnorderedElementsAre("y= i", "w=5@3, t"));
    book.end(2, true);
    EXPECT_THAT(told(), ElementsAre("z= i!"));
}

TEST_F(Book, WhatALoadLacksOfTheOwnIsToldAgainAndNobodyNotices) {
    book.put("x", "1", Why::Told, false);
    book.put("y", "1", Why::Told, false);
    send_back();
    told();
    book.put("y", "", Why::Told, true);
    book.replace({{kOwnLease, {{"y", "1"}}}}, {});
    EXPECT_THAT(told(), IsEmpty());
    std::vector<std::string> lines;
    for (const auto& line : book.next(10)) lines.push_back(line.key + "=" + line.payload);
    EXPECT_THAT(lines, ::testing::UnorderedElementsAre("x=1", "y="));
}

TEST_F(Book, ABatchTakesTheFirstOnly) {
    for (const char* key : {"a", "b", "c"}) book.put(key, "1", Why::Told, false);
    EXPECT_EQ(book.next(2).size(), 2U);
    EXPECT_FALSE(book.all_told());
    EXPECT_EQ(book.next(2).size(), 1U);
    EXPECT_TRUE(book.all_told());
}

}  // namespace
}  // namespace desk::cluster
