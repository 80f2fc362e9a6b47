#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <vector>

#include "sio/runtime/loop.hpp"

namespace sio::runtime {

/// epoll and the table from its event data to pollables. An id is a slot and the slot's generation, so that an event fetched for a
/// descriptor that has been removed since, or replaced by another, finds nobody.
/// Thread: the loop's.
class Poller {
public:
    /// `wake` is watched edge-triggered; its events only end wait().
    explicit Poller(int wake);
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    Loop::PollId add(int fd, std::uint32_t events, Pollable& pollable);
    void modify(Loop::PollId id, int fd, std::uint32_t events);
    void remove(Loop::PollId id, int fd);

    /// Waits, -1: for ever; gives the number of events that dispatch() shall handle.
    int wait(int timeout_ms);
    void dispatch(int count);

private:
    static constexpr int kEventsPerTurn = 512;
    struct Slot {
        Pollable* pollable = nullptr;
        std::uint32_t generation = 1;
    };
    Slot* find(Loop::PollId id);

    int epoll_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::array<epoll_event, kEventsPerTurn> events_;
};

}  // namespace sio::runtime
