#include "desk/session/main_sockets.hpp"

namespace desk {

void add_main_events(sio::Server& io, Door& door) {
    door.on(io.of("/"), "ping", Kind::Ping, [](sio::Socket& socket, const sio::Event& event) -> Result<void> {
        const auto timestamp = event[0]["timestamp"];
        const auto pong = sio::json::object({{"timestamp", timestamp}, {"serverTime", socket.connection().loop().unix_ms()}});
        socket.emit("pong", pong);
        accept(event);
        return {};
    });
}

}  // namespace desk
