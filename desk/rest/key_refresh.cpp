#include "desk/rest/key_refresh.hpp"

#include <chrono>

namespace desk::rest {

namespace {

constexpr std::chrono::seconds kEvery{1};

/// Into the ring, unless nothing has changed.
Result<bool> refresh(KeyRing& ring, const store::Snapshot& snapshot) {
    const store::ApiKeys keys(snapshot.session());
    const std::int64_t revision = keys.revision();
    if (ring.knows(revision)) return false;
    const auto all = keys.list();
    // A store that fails says that there are none.
    if (!snapshot.session().failed()) ring.load(all, revision);
    return true;
}

}  // namespace

KeyRefresh::KeyRefresh(KeyRing& ring, store::Store& store, sio::runtime::Loop& loop, sio::Log& log)
    : ring_(ring), store_(store), loop_(loop), log_(log), timer_([](void* self) { static_cast<KeyRefresh*>(self)->ask(); }, this) {}

Result<void> KeyRefresh::load() {
    const auto done = store_.read_and_wait("", [this](const store::Snapshot& snapshot) { return refresh(ring_, snapshot); });
    if (!done) return std::unexpected(done.error());
    return {};
}

void KeyRefresh::start() {
    loop_.post([this] { loop_.arm_after(timer_, kEvery); });
}

void KeyRefresh::ask() {
    loop_.arm_after(timer_, kEvery);
    store_.read(
        "", [this](const store::Snapshot& snapshot) { return refresh(ring_, snapshot); },
        [this](const Result<bool>& done) {
            if (!done) log_.warn("API keys not read", {{"reason", done.error().detail}});
        });
}

}  // namespace desk::rest
