#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/admin/attempts.hpp"
#include "sio/socketio/server.hpp"

/// The server side of the Socket.IO Admin UI. Pages of `@socket.io/admin-ui` 0.5 connect to it.
namespace sio::admin {

enum class Mode : std::uint8_t {
    Production,   ///< numbers only
    Development,  ///< also every socket of this server, its rooms and its events, as they come
};

struct Options {
    std::string nsp = "/admin";
    std::string username;
    std::string password_hash;  ///< bcrypt, of cost 4 to 15; 10 or more is for a password that people can remember
    Mode mode = Mode::Production;
    bool readonly = false;  ///< pages look only; else they may emit to any socket, move it between rooms and disconnect it
    /// Says of which events (namespace, name) pages do not see the arguments. Thread: any loop.
    std::function<bool(std::string_view nsp, std::string_view event)> hidden;
    std::string server_id;  ///< tells servers of a cluster apart; empty: the host's name
    std::chrono::milliseconds stats_interval{2000};
    std::chrono::hours session_lifetime{24};
    AttemptRate attempts_of_address{5, std::chrono::seconds(10)};
    AttemptRate attempts_of_all{20, std::chrono::milliseconds(500)};
};

/// What instrument() put into a server. Ends its work when it goes; pages stay connected.
/// Thread: any one at a time, but no loop of the server.
class Instrument {
public:
    ~Instrument();
    Instrument(const Instrument&) = delete;
    Instrument& operator=(const Instrument&) = delete;

private:
    friend std::unique_ptr<Instrument> instrument(Server& server, Options options);
    struct Parts;
    explicit Instrument(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;
};

/// Adds the admin namespace to a server that has not started; in development mode after all other namespaces were made. Destroy what it
/// gives before the server, and, when the server runs on loops of others, before its close(). Throws std::invalid_argument: no user name,
/// or no bcrypt hash.
[[nodiscard]] std::unique_ptr<Instrument> instrument(Server& server, Options options);

}  // namespace sio::admin
