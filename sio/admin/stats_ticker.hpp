#pragma once

#include <chrono>
#include <memory>

#include "sio/admin/stats.hpp"
#include "sio/runtime/timer.hpp"
#include "sio/socketio/namespace.hpp"

namespace sio::admin {

/// Emits `server_stats` every so often, when somebody may see it.
/// Thread: the first loop; made before it runs, destroyed when no loop runs or when it was stopped.
class StatsTicker : public std::enable_shared_from_this<StatsTicker> {
public:
    StatsTicker(Namespace& nsp, ServerName name, std::chrono::milliseconds every);

    /// Thread: any.
    void start();
    /// Thread: any.
    void stop();

private:
    void look();
    void tell(const Statistics& statistics);
    runtime::Loop& loop() const;

    Namespace& nsp_;
    StatsWriter writer_;
    const std::chrono::milliseconds every_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    bool stopped_ = false;
    runtime::Timer timer_;
};

}  // namespace sio::admin
