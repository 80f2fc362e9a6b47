#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "sio/runtime/timer.hpp"

namespace sio {

class Connection;

/// How a server sends its clients away before it ends.
struct DrainOptions {
    /// Connections are closed evenly over this time, so that the servers which take them over are not stormed.
    std::chrono::milliseconds over{0};
    /// Keeps a connection open for another moment, say while an answer to it is on the way; empty: none. Thread: each loop.
    std::function<bool(Connection&)> busy;
};

namespace detail {

class Hub;

/// Closes one loop's connections little by little.  Thread: its loop.
class Drain {
public:
    Drain(Hub& hub, DrainOptions options);

private:
    void tick();
    /// How many may still be there at this moment.
    std::size_t allowed() const;

    Hub& hub_;
    DrainOptions options_;
    runtime::TimePoint end_;
    std::size_t initial_;
    runtime::Timer timer_;
};

}  // namespace detail
}  // namespace sio
