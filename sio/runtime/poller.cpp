#include "sio/runtime/poller.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sio::runtime {

namespace {

constexpr Loop::PollId kWake = 0;

epoll_event event_for(Loop::PollId id, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    return event;
}

}  // namespace

Poller::Poller(int wake) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    epoll_event event = event_for(kWake, EPOLLIN | EPOLLET);
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake, &event) != 0) {
        const int error = errno;
        ::close(epoll_);
        throw std::system_error(error, std::generic_category(), "epoll_ctl");
    }
}

Poller::~Poller() { ::close(epoll_); }

Poller::Slot* Poller::find(Loop::PollId id) {
    const std::uint64_t index = id & 0xffffffffU;
    if (index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    return slot.generation == id >> 32 && slot.pollable != nullptr ? &slot : nullptr;
}

Loop::PollId Poller::add(int fd, std::uint32_t events, Pollable& pollable) {
    std::uint32_t index;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Slot& slot = slots_[index];
    const Loop::PollId id = std::uint64_t{slot.generation} << 32 | index;
    epoll_event event = event_for(id, events);
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
        free_.push_back(index);
        return 0;
    }
    slot.pollable = &pollable;
    return id;
}

void Poller::modify(Loop::PollId id, int fd, std::uint32_t events) {
    if (find(id) == nullptr) return;
    epoll_event event = event_for(id, events);
    epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(Loop::PollId id, int fd) {
    Slot* const slot = find(id);
    if (slot == nullptr) return;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    slot->pollable = nullptr;
    if (++slot->generation == 0) slot->generation = 1;
    free_.push_back(static_cast<std::uint32_t>(id & 0xffffffffU));
}

int Poller::wait(int timeout_ms) {
    const int count = epoll_wait(epoll_, events_.data(), kEventsPerTurn, timeout_ms);
    return count > 0 ? count : 0;
}

void Poller::dispatch(int count) {
    for (int i = 0; i < count; ++i) {
        const epoll_event event = events_[static_cast<std::size_t>(i)];
        if (event.data.u64 == kWake) continue;
        if (Slot* const slot = find(event.data.u64)) slot->pollable->on_ready(event.events);
    }
}

}  // namespace sio::runtime
