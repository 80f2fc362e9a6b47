#include "desk/app/foreign_sessions.hpp"

#include <utility>

namespace desk::app {
namespace {
constexpr std::chrono::seconds kBetweenLines{10};
}

ForeignSessions::ForeignSessions(sio::Log& log, std::string here, NameOf name_of, Clock clock)
    : log_(log), here_(std::move(here)), name_of_(std::move(name_of)), clock_(std::move(clock)), next_line_(clock_()) {}

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
    const std::string tag = sio::engineio::to_string(owner);
    log_.warn("asked for a session of another server: the balancer is not sticky, or that server is gone",
              {{"owner", name_of_(tag).value_or("unknown")}, {"ownerTag", tag}, {"here", here_}, {"requests", requests}});
}

}  // namespace desk::app
