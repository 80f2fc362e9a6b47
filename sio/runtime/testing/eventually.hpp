#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace sio::runtime::testing {

/// Asks again and again until it holds, or for so long; gives whether it held. Of what happens on other threads.
inline bool eventually(const std::function<bool()>& holds, std::chrono::seconds patience = std::chrono::minutes(1)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace sio::runtime::testing
