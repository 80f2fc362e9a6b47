#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "sio/runtime/loop.hpp"

namespace sio::runtime {

/// Tasks posted to a loop, and the descriptor that wakes it. However many posts arrive while a wake-up is pending, one is sent.
class Mailbox {
public:
    Mailbox();
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// To be watched edge-triggered, and never read: each wake-up is an edge of its own.
    int descriptor() const { return descriptor_; }
    /// `wake` is false when the loop posts to itself. Thread: any.
    void post(Task task, bool wake);
    /// Thread: any.
    void wake();
    bool empty() const { return !pending_.load(std::memory_order_acquire); }
    /// Runs what is there now, in posting order; what these tasks post is left for the next call. Thread: the loop's.
    void run();
    /// Destroys all without running. Thread: the loop's owner, after run.
    void clear();

private:
    bool take();

    int descriptor_;
    std::mutex mutex_;
    std::vector<Task> tasks_;           // under mutex_
    std::atomic<bool> pending_{false};  // written under mutex_: tasks_ is not empty, and the loop knows or was woken
    std::vector<Task> taken_;
};

}  // namespace sio::runtime
