#pragma once

#include "desk/rest/key_ring.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::rest {

/// Keeps a KeyRing like the store, where `insightdesk apikey` and other servers change keys too: asks for the revision once a second.
/// Thread: the loop's after `start`; destroyed when the loop has stopped.
class KeyRefresh {
public:
    KeyRefresh(KeyRing& ring, store::Store& store, sio::runtime::Loop& loop, sio::Log& log);

    /// Reads all keys; blocks, so before the server starts. Errors: the store's.
    Result<void> load();
    /// Goes on by itself from now on. Thread: any.
    void start();

private:
    void ask();

    KeyRing& ring_;
    store::Store& store_;
    sio::runtime::Loop& loop_;
    sio::Log& log_;
    sio::runtime::Timer timer_;
};

}  // namespace desk::rest
