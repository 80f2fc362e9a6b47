#include "desk/app/test_clock.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sio/base/clock.hpp"
#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

class TestClockFile : public ::testing::Test {
protected:
    ~TestClockFile() override { std::filesystem::remove(path_); }
    // As a whole, so that nobody reads half of a number.
    void say(const std::string& text) const {
        std::ofstream(path_ + ".new") << text;
        std::filesystem::rename(path_ + ".new", path_);
    }
    std::string path_ = (std::filesystem::temp_directory_path() / ("test-clock-" + sio::random_hex(12))).string();
};

TEST_F(TestClockFile, MovesTheClockForthAndBack) {
    say("7200000\n");
    const TestClock clock(path_);
    EXPECT_GE(clock.now_us(), sio::unix_us() + kHourUs);
    say("-7200000");
    while (clock.now_us() > sio::unix_us() - kHourUs) std::this_thread::yield();
}

TEST_F(TestClockFile, LeavesTheClockWhenItIsMissingOrNoNumber) {
    const TestClock missing(path_);
    const std::int64_t unmoved = missing.now_us();
    EXPECT_LE(unmoved, sio::unix_us());
    for (const auto* text : {"soon", "", "99999999999999999999"}) {
        say(text);
        const TestClock clock(path_);
        const std::int64_t now = clock.now_us();
        EXPECT_LE(now, sio::unix_us()) << text;
    }
}

}  // namespace
}  // namespace desk::app
