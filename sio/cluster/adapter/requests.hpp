#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/cluster/wire/message.hpp"
#include "sio/runtime/timer.hpp"

namespace sio::cluster {

/// Questions to the other servers that are not answered yet. A question ends once: with the last answer it expects, at its deadline, or
/// with close().  Thread: any.
class Requests {
public:
    struct Question {
        /// Each answer, one at a time, none after the end.
        std::move_only_function<void(const Incoming&, std::span<const std::string>)> on_answer;
        /// `missing` servers were expected and did not answer; `closed` by close().
        std::move_only_function<void(std::size_t missing, bool closed)> on_end;
        std::size_t servers = 0;  ///< expected until expect() says better
    };
    /// Returns its id.
    std::string ask(Question question);
    /// Without one it waits until its last answer.
    void set_deadline(std::string_view id, runtime::TimePoint deadline);
    /// Answers to wait for: `servers` would answer, `needed` of them end the question. Until it is said, only the deadline does.
    void expect(std::string_view id, std::size_t servers, std::size_t needed);
    /// An answer came. Acknowledgements of clients and their counts are none that are expected.
    void answer(const Incoming& message, std::span<const std::string> attachments);
    /// This server's own answer is there.
    void count_own(std::string_view id);
    /// Ends what is due. Returns the next deadline.
    std::optional<runtime::TimePoint> expire(runtime::TimePoint now);
    void close();
    bool empty() const { return size_.load(std::memory_order_relaxed) == 0; }

private:
    struct Pending {
        std::mutex mutex;
        Question question;
        std::size_t servers = 0;
        std::size_t needed = 0;  // 0: not said yet
        std::size_t answers = 0;
        bool ended = false;
        runtime::TimePoint deadline = runtime::TimePoint::max();  // guarded by the mutex of all
    };
    std::shared_ptr<Pending> find(std::string_view id);
    void forget(std::string_view id);
    static void end(Pending& pending, bool closed);
    void end_if_complete(std::string_view id, Pending& pending, std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Pending>, std::less<>> pending_;  // guarded by mutex_
    std::atomic<std::size_t> size_{0};
};

}  // namespace sio::cluster
