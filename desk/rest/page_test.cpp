#include "desk/rest/page.hpp"

#include <gtest/gtest.h>

namespace desk::rest {
namespace {

/// Rows are the numbers `rows` down to 1; the cursor is the number.
struct Page {
    std::vector<int> shown;
    std::optional<std::string> next;
    std::int64_t fetched = 0;
};

template <class Visible>
Page page(int rows, std::int64_t limit, Visible visible, int from = 0) {
    Page out;
    out.next = fill_page<int>(
        limit,
        [&](const int* after, std::int64_t wanted) {
            std::vector<int> found;
            for (int row = after != nullptr ? *after - 1 : from > 0 ? from - 1 : rows; row > 0 && std::ssize(found) < wanted; --row)
                found.push_back(row);
            out.fetched += std::ssize(found);
            return found;
        },
        [&](int row) {
            if (!visible(row)) return false;
            out.shown.push_back(row);
            return true;
        },
        [](int row) { return std::to_string(row); });
    return out;
}

constexpr auto kAll = [](int) { return true; };

TEST(FillPage, EndsWhenTheRowsDo) {
    EXPECT_EQ(page(0, 3, kAll).next, std::nullopt);
    const Page exact = page(3, 3, kAll);
    EXPECT_EQ(exact.shown, (std::vector{3, 2, 1}));
    EXPECT_EQ(exact.next, std::nullopt);
    const Page more = page(4, 3, kAll);
    EXPECT_EQ(more.shown, (std::vector{4, 3, 2}));
    EXPECT_EQ(more.next, "2");
    EXPECT_EQ(more.fetched, 4);
}

TEST(FillPage, GoesOnBehindWhatMayNotBeSeen) {
    const Page found = page(1'000, 2, [](int row) { return row <= 3; });
    EXPECT_EQ(found.shown, (std::vector{3, 2}));
    EXPECT_EQ(found.next, "2");
}

TEST(FillPage, OfManyRowsThatMayNotBeSeenEndsEarlyWithACursorBehindThem) {
    const auto nothing = [](int row) { return row == 1; };
    Page found = page(100'000, 50, nothing);
    EXPECT_TRUE(found.shown.empty());
    ASSERT_TRUE(found.next.has_value());
    EXPECT_LE(found.fetched, kMostLooked + 2 * kRowBatch);
    int pages = 1;
    for (; found.next && pages < 100; ++pages) found = page(100'000, 50, nothing, std::stoi(*found.next));
    EXPECT_EQ(found.shown, std::vector{1});
    EXPECT_EQ(found.next, std::nullopt);
}

TEST(FillPage, TheLargestPageFitsOneBatchAndMore) {
    const Page found = page(500, 200, kAll);
    EXPECT_EQ(found.shown.size(), 200U);
    EXPECT_EQ(found.next, "301");
}

}  // namespace
}  // namespace desk::rest
