#pragma once

#include <functional>
#include <string_view>

#include "sio/socketio/socketio.hpp"

namespace desk {

/// The loop on which an org's sequencer, typists and online lists live. Everything about one org that must keep an order happens there.
inline sio::runtime::Loop& home_loop(sio::Server& io, std::string_view org) {
    const unsigned loops = io.loops().size();
    return io.loops().at(loops == 1 ? 0 : static_cast<unsigned>(std::hash<std::string_view>{}(org) % loops));
}

/// Runs `task` on `loop`: now when called there, else by its mailbox.
template <class F>
void run_on(sio::runtime::Loop& loop, F&& task) {
    if (loop.in_loop_thread())
        std::forward<F>(task)();
    else
        loop.post(std::forward<F>(task));
}

}  // namespace desk
