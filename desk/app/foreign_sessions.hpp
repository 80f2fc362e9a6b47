#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "sio/base/log.hpp"
#include "sio/engineio/sid.hpp"

namespace desk::app {

/// Tells whoever runs the server that requests come here whose session another server has: the balancer is not sticky, or that server
/// is gone. One line each ten seconds at most, for anybody can make such requests up.  Thread: any.
class ForeignSessions {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    using NameOf = std::function<std::optional<std::string>(std::string_view tag)>;

    /// `here`: this server's name; `name_of`: that of another server, if it is known. `log` outlives it.
    ForeignSessions(sio::Log& log, std::string here, NameOf name_of, Clock clock = std::chrono::steady_clock::now);

    /// One request, refused, for a session of `owner`.
    void met(sio::engineio::ServerTag owner);

private:
    sio::Log& log_;
    const std::string here_;
    const NameOf name_of_;
    const Clock clock_;
    std::mutex mutex_;  // guards what follows
    std::chrono::steady_clock::time_point next_line_;
    std::int64_t untold_ = 0;
};

}  // namespace desk::app
