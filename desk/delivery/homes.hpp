#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "desk/model/event.hpp"
#include "desk/session/rooms.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// The loop on which an org's sequencer, typists and online lists live. Everything about one org that must keep an order happens there.
inline sio::runtime::Loop& home_loop(sio::Server& io, std::string_view org) {
    const unsigned loops = io.loops().size();
    return io.loops().at(loops == 1 ? 0 : static_cast<unsigned>(std::hash<std::string_view>{}(org) % loops));
}

/// Whether any socket of the org may be on this server: false is certain. Thread: any.
inline bool may_have_sockets(sio::Server& io, std::string_view org) {
    const std::string room = rooms::everybody(org);
    const std::string_view name = room;
    const sio::Target target{{&name, 1}, {}};
    for (const auto nsp : kNamespaces) {
        const sio::Namespace* const found = io.find(nsp);
        for (unsigned i = 0; found != nullptr && i < io.loops().size(); ++i) {
            if (found->may_have(i, target)) return true;
        }
    }
    return false;
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
