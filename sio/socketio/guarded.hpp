#pragma once

#include <exception>
#include <string_view>

#include "sio/socketio/server.hpp"

namespace sio::detail {

/// Runs user code; what it throws is reported and ends there. Returns whether it came to its end.
template <class F>
bool guarded(const Server& server, std::string_view nsp, std::string_view event, const F& run) {
    try {
        run();
        return true;
    } catch (const std::exception& error) {
        server.report(nsp, event, error.what());
    } catch (...) {
        server.report(nsp, event, "unknown exception");
    }
    return false;
}

}  // namespace sio::detail
