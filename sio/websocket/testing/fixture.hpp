#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sio/runtime/testing/peer.hpp"
#include "sio/websocket/connection.hpp"
#include "sio/websocket/testing/client_codec.hpp"

namespace sio::websocket::testing {

/// A connection whose calls end in a log: `t:text b:bytes closed:1000`.
class ConnectionTest : public ::testing::Test, public ConnectionHandler {
protected:
    void open(Options options = {}, NegotiatedDeflate deflate = {}) {
        connection.reset();
        auto pair = runtime::testing::connect_pair(loop);
        peer = std::move(pair.peer);
        connection = std::make_unique<Connection>(std::move(pair.stream), options, std::move(deflate), *this);
        connection->start();
        log.clear();
    }
    void turns(int count = 3) {
        for (int i = 0; i < count; ++i) loop.turn();
    }
    /// Sends bytes and gives what the server sent, described.
    std::string talk(std::string_view bytes) {
        peer.send(bytes);
        turns(4);
        return describe(peer.receive());
    }
    /// The same, each byte in a turn of its own.
    std::string trickle(std::string_view bytes) {
        for (const char c : bytes) {
            peer.send({&c, 1});
            loop.turn();
        }
        turns(4);
        return describe(peer.receive());
    }
    /// The peer closes TCP.
    void hang_up() {
        peer.close();
        turns();
    }

    void on_message(MessageType type, std::string_view payload) override {
        log.append(type == MessageType::Text ? "t:" : "b:").append(payload).append(" ");
        if (message) message(payload);
    }
    void on_close(CloseCode code) override {
        log += "closed:" + std::to_string(static_cast<int>(code)) + " ";
        if (closed) closed();
    }
    void on_drained() override { log += "drained "; }

    runtime::Loop loop;
    runtime::testing::Peer peer;
    std::unique_ptr<Connection> connection;
    std::function<void(std::string_view)> message;
    std::function<void()> closed;
    std::string log;
};

}  // namespace sio::websocket::testing
