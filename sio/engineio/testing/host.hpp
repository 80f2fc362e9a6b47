#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sio/engineio/server.hpp"
#include "sio/engineio/testing/client.hpp"
#include "sio/http/server.hpp"
#include "sio/runtime/listener.hpp"

namespace sio::engineio::testing {

/// An Engine.IO server on a port of its own that sends every message back and remembers why sessions ended.
class Host {
public:
    explicit Host(Options options = {}, unsigned loops = 1);
    ~Host();

    std::uint16_t port() const { return listener_->port(); }
    Client client() const { return Client(port()); }
    /// Opens a polling session and gives `target` with its sid.
    static std::string open_polling(Client& client, const std::string& target = "/engine.io/?EIO=4&transport=polling");
    /// The same for a websocket's query.
    static std::string websocket_target(std::string polling_target);
    /// Waits for the next session to end (a minute at most; then "").
    std::string next_close();
    void close_sessions();
    Server& engine() { return *engine_; }
    /// Runs `task` on the (first) loop and waits for it.
    void on_loop(const std::function<void(runtime::Loop&)>& task);

private:
    class Echo;
    void closed(CloseReason reason);

    runtime::LoopGroup loops_;
    std::unique_ptr<Server> engine_;
    http::Router router_;
    std::unique_ptr<http::Server> http_;
    std::unique_ptr<runtime::Listener> listener_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<std::string> reasons_;
};

}  // namespace sio::engineio::testing
