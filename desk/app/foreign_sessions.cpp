#include "desk/app/foreign_sessions.hpp"

#include <utility>

namespace desk::app {
namespace {
constexpr std::chrono::seconds kBetweenLines{10};
}

ForeignSessions::ForeignSessions(sio::Log& log, std::string here, Clock clock)
    : log_(log), here_(std::move(here)), clock_(std::move(clock)), next_line_(clock_()) {}

void ForeignSessions::met(sio::engineio::ServerTag owner) {
    std::int64_t requests = 0;
    {
        const std::scoped_lock lock(mutex_);
        ++untold_;
        const auto now = clock_();
        if (now < next_line_) return;
        next_line_ = now + kBetweenLines;
        requests = std::exchange(untold_, 0);
    }
    log_.warn("asked for a session of another server: the balancer is not sticky, or that server is gone",
              {{"owner", sio::engineio::to_string(owner)}, {"here", here_}, {"requests", requests}});
}

}  // namespace desk::app
