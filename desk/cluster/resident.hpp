#pragma once

#include <memory>
#include <utility>

#include "sio/runtime/loop.hpp"

namespace desk::cluster {

/// The way to somebody who lives on a loop, for tasks and answers that may come after their end.
/// Thread: any; it ends, with them, on the loop or when that does not run any more.
template <class T>
class Resident {
public:
    Resident(T& who, sio::runtime::Loop& loop) : loop_(loop), who_(std::make_shared<T*>(&who)) {}
    ~Resident() { *who_ = nullptr; }
    Resident(const Resident&) = delete;
    Resident& operator=(const Resident&) = delete;

    /// Runs task(T&) on the loop: now when called there, and not at all once they are gone.
    template <class Task>
    void run(Task task) const {
        auto visit = callback(std::move(task));
        if (loop_.in_loop_thread())
            visit();
        else
            loop_.post(std::move(visit));
    }

    /// What calls task(T&, ...) unless they are gone. It may be called on the loop only.
    template <class Task>
    auto callback(Task task) const {
        return [who = who_, task = std::move(task)](auto&&... with) mutable {
            if (*who != nullptr) task(**who, std::forward<decltype(with)>(with)...);
        };
    }

private:
    sio::runtime::Loop& loop_;
    std::shared_ptr<T*> who_;  // null once they are gone
};

}  // namespace desk::cluster
