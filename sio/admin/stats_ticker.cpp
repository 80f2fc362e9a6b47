#include "sio/admin/stats_ticker.hpp"

#include <utility>

#include "sio/socketio/server.hpp"

namespace sio::admin {

StatsTicker::StatsTicker(Namespace& nsp, ServerName name, std::chrono::milliseconds every)
    : nsp_(nsp), writer_(std::move(name)), every_(every), timer_([](void* self) { static_cast<StatsTicker*>(self)->look(); }, this) {}

runtime::Loop& StatsTicker::loop() const { return nsp_.server().loops().at(0); }

// What is posted holds it weakly: it goes with the server's handlers, never with a loop's mailbox, which outlives the timers.
void StatsTicker::start() {
    loop().post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self && !self->stopped_) self->loop().arm_after(self->timer_, self->every_);
    });
}

void StatsTicker::stop() {
    loop().post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->stopped_ = true;
        self->timer_.cancel();
    });
}

void StatsTicker::look() {
    nsp_.server().statistics([weak = weak_from_this(), &loop = loop()](Statistics statistics) {
        loop.post([weak, statistics = std::move(statistics)] {
            const auto self = weak.lock();
            if (self && !self->stopped_) self->tell(statistics);
        });
    });
}

// Pages on other servers of a cluster cannot be counted from here.
void StatsTicker::tell(const Statistics& statistics) {
    const auto uptime = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    const auto stats = writer_.next(statistics, uptime, loop().unix_ms());
    if (nsp_.server().options().adapter || nsp_.socket_count() > 0) nsp_.emit("server_stats", stats);
    loop().arm_after(timer_, every_);
}

}  // namespace sio::admin
