#include "sio/socketio/drain.hpp"

#include <utility>

#include "sio/socketio/connection.hpp"
#include "sio/socketio/hub.hpp"

namespace sio::detail {
namespace {
constexpr std::chrono::milliseconds kTick{20};
}

Drain::Drain(Hub& hub, DrainOptions options)
    : hub_(hub),
      options_(std::move(options)),
      end_(hub.loop().now() + options_.over),
      initial_(hub.connections()),
      timer_([](void* self) { static_cast<Drain*>(self)->tick(); }, this) {
    tick();
}

std::size_t Drain::allowed() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - hub_.loop().now()).count();
    if (left <= 0) return 0;
    return initial_ * static_cast<std::size_t>(left) / static_cast<std::size_t>(options_.over.count());
}

void Drain::tick() {
    const std::size_t keep = allowed();
    hub_.for_each_connection([&](Connection& connection) {
        if (hub_.connections() <= keep) return false;
        if (!options_.busy || !options_.busy(connection)) connection.session().close(engineio::CloseReason::ServerShuttingDown);
        return true;
    });
    if (hub_.connections() > 0) hub_.loop().arm_after(timer_, kTick);
}

}  // namespace sio::detail
