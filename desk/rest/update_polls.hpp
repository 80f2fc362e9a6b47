#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk/delivery/delivery.hpp"
#include "desk/rest/api.hpp"
#include "desk/rest/update_page.hpp"
#include "desk/store/store.hpp"

namespace desk::rest {

/// Requests for updates that wait (`wait=0..25`): answered as soon as there is something their reader may see, or with nothing when the
/// time is over. Who asks is judged again when they are answered. Woken by delivery, whichever server wrote; between two rows of the log
/// the store is not asked. So many of a user wait, and so many in all. Those of an org live on its home loop.  Thread: any.
class UpdatePolls {
public:
    /// Before the server starts.
    UpdatePolls(sio::Server& io, store::Store& store, Delivery& delivery, const Limits& limits);
    ~UpdatePolls();
    UpdatePolls(const UpdatePolls&) = delete;
    UpdatePolls& operator=(const UpdatePolls&) = delete;

    /// Answers `reply`, within `wait` and the time of a read.
    void serve(const Call& call, Reply reply, UpdatesWanted wanted, std::chrono::seconds wait);
    /// The client of that request is gone.
    void gone(sio::http::ExchangeId exchange);
    /// Answers all that wait; later ones do not wait.
    void stop();

    std::size_t waiting() const { return count_.load(std::memory_order_relaxed); }

private:
    struct Poll;
    using Board = std::unordered_map<std::string, std::unordered_map<Poll*, std::shared_ptr<Poll>>>;

    Board& board(const std::string& org);
    /// Counts one more of a user; false: there are too many.
    Result<void> enter(const std::string& user);
    void leave(Poll& poll);
    void add(const std::shared_ptr<Poll>& poll);
    void woken(const EventRow& row);
    /// Its org is followed from after `position`.
    void followed(const std::shared_ptr<Poll>& poll, std::int64_t position);
    void look(const std::shared_ptr<Poll>& poll);
    void looked(const std::shared_ptr<Poll>& poll, Result<UpdatePage> page);
    /// Whether what was found is for who asks by now. If not they are refused, or it is looked anew.
    bool still_good(const std::shared_ptr<Poll>& poll);
    void end(const std::shared_ptr<Poll>& poll);
    void answer_all(Board& board);

    sio::Server& io_;
    store::Store& store_;
    Delivery& delivery_;
    const Limits& limits_;
    std::vector<Board> boards_;  // one a loop
    std::atomic<std::size_t> count_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  // of the two below
    std::unordered_map<std::string, std::uint32_t> users_;
    std::unordered_map<std::uint64_t, std::weak_ptr<Poll>> exchanges_;
};

}  // namespace desk::rest
