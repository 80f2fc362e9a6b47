#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "desk/sla/rule.hpp"
#include "desk/sla/targets.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::sla {

/// Tells warnings and breaches when they are due (domain.md 3.10). The timers are rows of the store: a reader looks for what is due, a
/// command for each ticket claims and tells it in one transaction, and then this sleeps until the next. So each is told once, by whichever
/// server comes first, whenever it ends and starts again. Lateness: half a second, more when the store is busy. By the clock of what is
/// stored, which a test may move.
/// Also counts the tickets of changed policies again, a batch at a time.
/// Thread: begin() before the server starts; the rest on one loop.
class SlaTimers {
public:
    SlaTimers(sio::Server& io, store::Store& store, sio::Log& log);

    void begin();

    /// Told of an org some of whose tickets were counted again, on a store's thread. Before begin().
    void on_recounted(std::function<void(const std::string& org)> told) { recounted_ = std::move(told); }

private:
    struct Look {
        DueTickets tickets;
        std::optional<Recount> recount;
        std::int64_t now_us = 0;
    };
    void look();
    void found(const Look& look);
    void fire(const DueTicket& due);
    void recount(const Recount& recount);
    void ended(const std::optional<Error>& error, const std::string& org);
    void sleep(std::chrono::milliseconds time);

    sio::runtime::Loop& loop_;
    store::Store& store_;
    sio::Log& log_;
    std::function<void(const std::string& org)> recounted_;
    std::size_t under_way_ = 0;
    bool failed_ = false;  // some of those under way could not be done
    sio::runtime::Timer next_;
};

}  // namespace desk::sla
