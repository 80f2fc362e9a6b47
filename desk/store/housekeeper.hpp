#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "desk/store/store.hpp"

namespace desk::store {

struct HousekeeperOptions {
    std::chrono::milliseconds log_retention = std::chrono::days(7);
    std::chrono::milliseconds every = std::chrono::minutes(5);  ///< give or take a tenth, so that servers do not fall into step
    std::int64_t batch = 500;                                   ///< rows forgotten in one command
};

/// Calls the janitor for every org now and then, a batch at a time, so that commands get between.
/// Thread: its own; the store's workers do the work.
class Housekeeper {
public:
    /// `store` outlives it.
    Housekeeper(Store& store, HousekeeperOptions options, sio::Log& log);
    ~Housekeeper();
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// After the batch under way. Idempotent.
    void stop();

private:
    void work();
    void clean();
    /// Waits; true when it is over.
    bool stopping_within(std::chrono::milliseconds time);
    template <class Prune>
    std::int64_t prune(const std::string& org, Prune batch);

    Store& store_;
    const HousekeeperOptions options_;
    sio::Log& log_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

/// The orgs that have a log. Errors: Unavailable.
Result<std::vector<std::string>> orgs_with_log(Store& store);

}  // namespace desk::store
