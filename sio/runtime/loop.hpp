#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sio/runtime/timer.hpp"

namespace sio::runtime {

/// Something with a file descriptor in a loop.
class Pollable {
public:
    virtual ~Pollable() = default;
    /// `events` are EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR bits. May destroy itself or any other pollable.
    virtual void on_ready(std::uint32_t events) = 0;
};

/// Something that collects output during a turn and writes it once at the turn's end.
class Flushable {
public:
    virtual ~Flushable() = default;
    /// May destroy itself or any other flushable, and make any dirty, itself too.
    virtual void flush() = 0;

private:
    friend class Loop;
    std::uint32_t dirty_slot_ = 0;  // place in the loop's dirty list plus one; 0: not in it
};

using Task = std::move_only_function<void()>;

/// One event loop on one thread, sharing nothing with its siblings. A turn: ready descriptors, due timers, mailbox, deferred tasks,
/// then every dirty Flushable once. All members are for the loop's own thread unless marked any; before run() and after it, for
/// whoever owns the loop. Everything registered must be gone before the loop is. Tasks that never ran are destroyed with it.
class Loop {
public:
    explicit Loop(unsigned index = 0);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs turns until stop(). Blocks SIGPIPE in the calling thread, for good.
    void run();
    /// Runs one turn, waiting at most `wait` for something to do. For tests and programs with a loop of their own.
    void turn(Clock::duration wait = Clock::duration::zero());
    /// Lets run() return after its present turn; called before run(), lets it return at once. Thread: any.
    void stop();
    /// Runs `task` on this loop in a later part of this turn or in the next one, in posting order. Thread: any.
    void post(Task task);
    /// Runs `task` on this loop at the end of the current turn, before the flush: for deletions that must not happen under one's feet.
    void defer(Task task);

    unsigned index() const { return index_; }
    bool in_loop_thread() const { return current() == this; }
    /// The loop that runs on the calling thread, or nullptr. Thread: any.
    static Loop* current();

    /// The turn's time; the clock is read once a turn.
    TimePoint now() const { return now_; }
    /// Wall clock of the turn, milliseconds since the epoch. A step of the wall clock is noticed within a second.
    std::int64_t unix_ms() const { return unix_ms_; }
    /// Moves this loop's clock ahead of the real one, from the next turn on: tests step time with it instead of sleeping.
    /// Add 2 ms to have a timer's delay over for certain.
    void skip_ahead(Clock::duration by);

    /// (Re)arms `timer` to fire at `when`, never early, at most 2 ms late plus the length of a turn.
    void arm(Timer& timer, TimePoint when);
    void arm_after(Timer& timer, Clock::duration delay) { arm(timer, now_ + delay); }
    /// The moment, in whole milliseconds, for which `timer` is armed or was armed last.
    TimePoint due(const Timer& timer) const;

    /// Registers a descriptor, level-triggered. The id outlives events already fetched for it: a removed id is never called.
    /// 0: the kernel refused (memory or watches ran out).
    using PollId = std::uint64_t;
    PollId add(int fd, std::uint32_t events, Pollable& pollable);
    void modify(PollId id, int fd, std::uint32_t events);
    void remove(PollId id, int fd);

    /// Puts `flushable` into this turn's flush, once. It must call `clean` when destroyed before that.
    void dirty(Flushable& flushable) {
        if (flushable.dirty_slot_ != 0) return;
        dirty_.push_back(&flushable);
        flushable.dirty_slot_ = static_cast<std::uint32_t>(dirty_.size());
    }
    void clean(Flushable& flushable) {
        if (flushable.dirty_slot_ == 0) return;
        dirty_[flushable.dirty_slot_ - 1] = nullptr;
        flushable.dirty_slot_ = 0;
    }

    /// What this loop's connections read and write. Bytes are those of the protocols, within TLS.
    struct Traffic {
        std::size_t queued = 0;       ///< bytes that wait to be written, now
        std::uint64_t overflows = 0;  ///< connections closed because too much waited, so far
        std::uint64_t received = 0;   ///< bytes so far
        std::uint64_t sent = 0;       ///< bytes that the kernel took so far
    };
    Traffic& traffic() { return traffic_; }

    /// Scratch for reading, shared by all connections of the loop: contents live until the caller returns to the loop.
    /// 64 readable bytes follow it, as simdjson wants.
    std::span<char> read_buffer();
    /// Scratch for joining output, 32 KiB; contents live until the next flush() of anything.
    std::span<char> write_buffer();

private:
    struct Impl;
    void run_turn(Clock::duration wait);
    int timeout_ms(Clock::duration wait);
    void refresh_clock();
    void run_deferred();
    void flush_dirty();

    std::unique_ptr<Impl> impl_;
    std::vector<Flushable*> dirty_;
    Traffic traffic_;
    unsigned index_;
    TimePoint now_;
    std::int64_t unix_ms_ = 0;
};

}  // namespace sio::runtime
