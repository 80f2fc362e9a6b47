#include "desk/app/test_clock.hpp"

#include <chrono>
#include <fstream>
#include <utility>

#include "sio/base/clock.hpp"

namespace desk::app {
namespace {
constexpr std::chrono::milliseconds kLookEvery{100};
// A hundred years either way: what is added must not overflow.
constexpr std::int64_t kMostMs = 100LL * 366 * 24 * 3600 * 1000;
}  // namespace

TestClock::TestClock(std::string file) : file_(std::move(file)) {
    look();
    thread_ = std::thread([this] { follow(); });
}

TestClock::~TestClock() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

std::int64_t TestClock::now_us() const { return sio::unix_us() + offset_ms_.load(std::memory_order_relaxed) * 1000; }

void TestClock::look() {
    std::ifstream file(file_);
    std::int64_t ms = 0;
    if (file >> ms && ms >= -kMostMs && ms <= kMostMs) offset_ms_.store(ms, std::memory_order_relaxed);
}

void TestClock::follow() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kLookEvery, [this] { return stopping_; })) look();
}

}  // namespace desk::app
