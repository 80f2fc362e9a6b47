#include "sio/runtime/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace sio::runtime {

namespace {

constexpr std::size_t kKeptTasks = 4096;

}  // namespace

Mailbox::Mailbox() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() { ::close(descriptor_); }

void Mailbox::post(Task task, bool wake_loop) {
    bool first;
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        first = !pending_.load(std::memory_order_relaxed);
        pending_.store(true, std::memory_order_release);
    }
    if (first && wake_loop) wake();
}

void Mailbox::wake() {
    const std::uint64_t one = 1;
    // It cannot fail but with a counter of 2^64 - 1, and then the loop is awake anyhow.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

bool Mailbox::take() {
    if (empty()) return false;
    const std::lock_guard lock(mutex_);
    taken_.swap(tasks_);
    pending_.store(false, std::memory_order_relaxed);
    return true;
}

void Mailbox::run() {
    if (!take()) return;
    for (Task& task : taken_) {
        task();
        task = nullptr;
    }
    taken_.clear();
    if (taken_.capacity() > kKeptTasks) taken_.shrink_to_fit();
}

void Mailbox::clear() {
    while (take()) taken_.clear();
}

}  // namespace sio::runtime
