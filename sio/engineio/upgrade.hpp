#pragma once

#include <memory>
#include <string_view>

#include "sio/engineio/options.hpp"
#include "sio/engineio/revision.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/websocket/connection.hpp"

namespace sio::engineio {

class Session;

/// A websocket that wants to take over from a polling session: probe, nudges for the hanging GET, the final `5`.
/// Thread: the session's loop.
class Upgrade final : public websocket::ConnectionHandler {
public:
    /// `revision` is the new transport's: of its own request it depends how binary is sent in version 3.
    Upgrade(Session& session, std::unique_ptr<websocket::Connection> connection, Revision revision, const Options& options);

    void start();
    /// Ends the attempt; the polling session goes on.
    void abandon();

    void on_message(websocket::MessageType type, std::string_view payload) override;
    void on_close(websocket::CloseCode code) override;

private:
    void nudge();

    Session& session_;
    std::unique_ptr<websocket::Connection> connection_;
    runtime::Timer timeout_;
    runtime::Timer nudge_;
    std::chrono::milliseconds time_limit_;
    Revision revision_;
    bool probed_ = false;
};

}  // namespace sio::engineio
