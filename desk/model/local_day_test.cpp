#include "desk/model/local_day.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace desk {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

/// Of 2026.
std::int64_t at(unsigned month, unsigned day, std::chrono::microseconds time = 0s) {
    const auto date = sys_days(std::chrono::year(2026) / static_cast<int>(month) / static_cast<int>(day));
    return std::chrono::microseconds(date.time_since_epoch()).count() + time.count();
}

TEST(LocalDay, IsTheZonesAndNotUtcs) {
    EXPECT_EQ(local_day("UTC", at(11, 24, 11h)), (LocalDay{at(11, 24), at(11, 25)}));
    EXPECT_EQ(local_day("Asia/Tokyo", at(11, 24, 16h)), (LocalDay{at(11, 24, 15h), at(11, 25, 15h)}));
    EXPECT_EQ(local_day("America/New_York", at(11, 24, 3h)), (LocalDay{at(11, 23, 5h), at(11, 24, 5h)}));
    EXPECT_EQ(local_day("Asia/Kathmandu", at(11, 24, 18h + 15min)), (LocalDay{at(11, 24, 18h + 15min), at(11, 25, 18h + 15min)}));
}

TEST(LocalDay, HasTwentyThreeOrTwentyFiveHoursWhenTheClockIsPut) {
    EXPECT_EQ(local_day("Europe/Berlin", at(3, 29, 12h)), (LocalDay{at(3, 28, 23h), at(3, 29, 22h)}));
    EXPECT_EQ(local_day("Europe/Berlin", at(10, 25, 12h)), (LocalDay{at(10, 24, 22h), at(10, 25, 23h)}));
}

TEST(LocalDay, BeginsAfterAMidnightThatIsSkipped) {
    // Beirut: 00:00 becomes 01:00, which is 22:00 UTC either way.
    EXPECT_EQ(local_day("Asia/Beirut", at(3, 29, 6h)), (LocalDay{at(3, 28, 22h), at(3, 29, 21h)}));
}

TEST(LocalDay, OfAnUnknownZoneIsUtcs) {
    EXPECT_EQ(local_day("Mars/Olympus", at(11, 24, 11h)), (LocalDay{at(11, 24), at(11, 25)}));
    EXPECT_EQ(local_day("", at(1, 1)), (LocalDay{at(1, 1), at(1, 2)}));
}

}  // namespace
}  // namespace desk
