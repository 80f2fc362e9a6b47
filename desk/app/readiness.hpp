#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "desk/rest/api.hpp"
#include "desk/store/store.hpp"

namespace desk::app {

/// GET /readyz: whether this server should be given clients. Not before it listens, not while it drains, has no key to verify tokens
/// with, or a store that cannot write; whoever asks has the store tried, once a second at most.
/// Answers 200 `{status: "ready"}`, or while Valkey is away, without which it goes on serving, `{status: "degraded", part: "valkey"}`; or
/// 503 `{status: "starting" | "draining"}` or `{status: "unavailable", part: "keys" | "store"}`.
/// With `?draining=404` a server that drains answers 404: to HAProxy that means no new clients, while 503 means none at all.
/// Thread: any.
class Readiness {
public:
    /// `store` outlives it. `has_keys`: whether any token can be verified; `degraded`: whether Valkey is missed. Thread: any.
    Readiness(store::Store& store, std::function<bool()> has_keys, std::function<bool()> degraded)
        : store_(store), has_keys_(std::move(has_keys)), degraded_(std::move(degraded)) {}

    void listening() { state_ = State::Ready; }
    void draining() { state_ = State::Draining; }
    void answer(const sio::http::Request& request, rest::Reply reply);

private:
    enum class State : std::uint8_t { Starting, Ready, Draining };
    using Clock = std::chrono::steady_clock;
    void tried(const std::optional<Error>& failure);

    store::Store& store_;
    const std::function<bool()> has_keys_;
    const std::function<bool()> degraded_;
    std::atomic<State> state_{State::Starting};
    std::mutex mutex_;  // guards what follows
    std::vector<rest::Reply> waiting_;
    std::optional<rest::Answer> known_;
    Clock::time_point known_at_;
};

}  // namespace desk::app
