#include "sio/runtime/loop.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <limits>
#include <utility>

#include "sio/runtime/mailbox.hpp"
#include "sio/runtime/poller.hpp"
#include "sio/runtime/timer_wheel.hpp"

namespace sio::runtime {

namespace {

using std::chrono::ceil;
using std::chrono::floor;
using std::chrono::milliseconds;

constexpr std::size_t kReadBuffer = 64 * 1024;
constexpr std::size_t kReadSlack = 64;
constexpr std::size_t kWriteBuffer = 32 * 1024;
constexpr auto kForever = Clock::duration::max();
// Work that makes new work of its kind gets this many rounds, then descriptors and timers have their turn again.
constexpr int kRounds = 4;

thread_local Loop* running_loop = nullptr;

void block_sigpipe() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

struct Loop::Impl {
    Mailbox mailbox;
    Poller poller{mailbox.descriptor()};
    TimerWheel wheel;
    std::vector<Task> deferred;
    std::vector<Task> deferred_running;
    std::atomic<bool> stopping{false};
    TimePoint origin = Clock::now();
    Clock::duration skew{};
    bool skipped = false;
    milliseconds wall_offset{};  // wall clock minus steady clock
    TimePoint wall_offset_until{};
    std::unique_ptr<char[]> read_buffer = std::make_unique<char[]>(kReadBuffer + kReadSlack);
    std::unique_ptr<char[]> write_buffer = std::make_unique_for_overwrite<char[]>(kWriteBuffer);

    TimerWheel::Tick reached(TimePoint time) const { return static_cast<TimerWheel::Tick>(floor<milliseconds>(time - origin).count()); }
};

Loop::Loop(unsigned index) : impl_(std::make_unique<Impl>()), index_(index) { refresh_clock(); }

Loop::~Loop() {
    // Tasks own streams and other things that call back into the loop, and may post and defer while they go.
    while (!impl_->mailbox.empty() || !impl_->deferred.empty()) {
        impl_->mailbox.clear();
        std::exchange(impl_->deferred, {}).clear();
    }
}

Loop* Loop::current() { return running_loop; }

void Loop::run() {
    block_sigpipe();
    Loop* const outer = std::exchange(running_loop, this);
    while (!impl_->stopping.load(std::memory_order_acquire)) run_turn(kForever);
    impl_->stopping.store(false, std::memory_order_relaxed);
    running_loop = outer;
}

void Loop::turn(Clock::duration wait) {
    block_sigpipe();
    Loop* const outer = std::exchange(running_loop, this);
    run_turn(wait);
    running_loop = outer;
}

void Loop::stop() {
    impl_->stopping.store(true, std::memory_order_release);
    impl_->mailbox.wake();
}

void Loop::post(Task task) { impl_->mailbox.post(std::move(task), !in_loop_thread()); }

void Loop::defer(Task task) { impl_->deferred.push_back(std::move(task)); }

void Loop::skip_ahead(Clock::duration by) {
    impl_->skew += by;
    impl_->skipped = true;
}

void Loop::arm(Timer& timer, TimePoint when) {
    const auto since = ceil<milliseconds>(when - impl_->origin).count();
    impl_->wheel.arm(timer, since > 0 ? static_cast<TimerWheel::Tick>(since) : 0);
}

TimePoint Loop::due(const Timer& timer) const { return impl_->origin + milliseconds(timer.tick()); }

Loop::PollId Loop::add(int fd, std::uint32_t events, Pollable& pollable) { return impl_->poller.add(fd, events, pollable); }
void Loop::modify(PollId id, int fd, std::uint32_t events) { impl_->poller.modify(id, fd, events); }
void Loop::remove(PollId id, int fd) { impl_->poller.remove(id, fd); }

std::span<char> Loop::read_buffer() { return {impl_->read_buffer.get(), kReadBuffer}; }
std::span<char> Loop::write_buffer() { return {impl_->write_buffer.get(), kWriteBuffer}; }

void Loop::run_turn(Clock::duration wait) {
    const int ready = impl_->poller.wait(timeout_ms(wait));
    refresh_clock();
    impl_->poller.dispatch(ready);
    impl_->wheel.advance(impl_->reached(now_));
    impl_->mailbox.run();
    run_deferred();
    flush_dirty();
}

int Loop::timeout_ms(Clock::duration wait) {
    if (!dirty_.empty() || !impl_->deferred.empty() || !impl_->mailbox.empty() || impl_->skipped) return 0;
    auto due = kForever;
    if (const auto tick = impl_->wheel.next()) due = impl_->origin + milliseconds(*tick) - now_;
    due = std::clamp(due, Clock::duration::zero(), std::max(wait, Clock::duration::zero()));
    if (due == kForever) return -1;
    return static_cast<int>(std::min<std::int64_t>(ceil<milliseconds>(due).count(), std::numeric_limits<int>::max()));
}

void Loop::refresh_clock() {
    const TimePoint steady = Clock::now();
    now_ = steady + impl_->skew;
    impl_->skipped = false;
    if (steady >= impl_->wall_offset_until) {
        const auto wall = std::chrono::system_clock::now().time_since_epoch();
        impl_->wall_offset = floor<milliseconds>(wall - steady.time_since_epoch());
        impl_->wall_offset_until = steady + std::chrono::seconds(1);
    }
    unix_ms_ = (impl_->wall_offset + floor<milliseconds>(now_.time_since_epoch())).count();
}

void Loop::run_deferred() {
    for (int round = 0; round < kRounds && !impl_->deferred.empty(); ++round) {
        impl_->deferred_running.swap(impl_->deferred);
        for (Task& task : impl_->deferred_running) {
            task();
            task = nullptr;
        }
        impl_->deferred_running.clear();
    }
}

void Loop::flush_dirty() {
    std::size_t next = 0;
    for (int round = 0; round < kRounds && next < dirty_.size(); ++round) {
        for (const std::size_t end = dirty_.size(); next < end; ++next) {
            Flushable* const flushable = dirty_[next];
            if (flushable == nullptr) continue;
            flushable->dirty_slot_ = 0;
            dirty_[next] = nullptr;
            flushable->flush();
        }
    }
    dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(next));
    for (Flushable* const left : dirty_) {
        if (left != nullptr) left->dirty_slot_ -= static_cast<std::uint32_t>(next);
    }
}

}  // namespace sio::runtime
