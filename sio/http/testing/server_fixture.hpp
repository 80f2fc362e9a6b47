#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/http/server.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::http::testing {

using runtime::testing::Peer;

/// Keeps a log of calls; what it does is set by each test.
class Recorder final : public Handler {
public:
    Head on_head(Exchange& exchange) override {
        log += "head ";
        if (head) head(exchange);
        return {max_body};
    }
    void on_request(Exchange& exchange) override {
        log += "request:" + std::string(exchange.request().body) + " ";
        if (request) {
            request(exchange);
        } else {
            exchange.respond(Response::text(200, "<" + std::string(exchange.request().target) + ">"));
        }
    }
    void on_upgrade(Exchange& exchange) override {
        log += "upgrade ";
        if (upgrade) upgrade(exchange);
    }
    void on_aborted(Exchange& exchange, Abort why) override {
        static constexpr std::array<std::string_view, 3> kNames = {"gone ", "large ", "slow "};
        log.append(kNames[static_cast<std::size_t>(why)]);
        if (aborted) aborted(exchange);
    }

    std::function<void(Exchange&)> head;
    std::function<void(Exchange&)> request;
    std::function<void(Exchange&)> upgrade;
    std::function<void(Exchange&)> aborted;
    std::string log;
    std::size_t max_body = 100;
};

class ServerTest : public ::testing::Test {
protected:
    ServerTest() { router_.add("/", handler_); }

    Peer connect() {
        auto [peer, stream] = runtime::testing::connect_pair(loop_);
        server_->serve(std::move(stream));
        return std::move(peer);
    }
    void turns(int count = 3) {
        for (int i = 0; i < count; ++i) loop_.turn();
    }
    /// Sends, and gives what has come back when nothing more comes.
    std::string talk(Peer& peer, std::string_view bytes) {
        peer.send(bytes);
        turns(4);
        return peer.receive();
    }
    void pass(std::chrono::milliseconds time) {
        loop_.skip_ahead(time);
        turns();
    }

    runtime::Loop loop_;
    Recorder handler_;
    Router router_;
    std::unique_ptr<Server> server_ = std::make_unique<Server>(router_, Limits{});
};

inline std::string get(std::string_view target, std::string_view headers = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}
inline std::string post(std::string_view body, std::string_view headers = {}) {
    return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
           std::string(body);
}
inline int status_of(std::string_view answer) { return answer.size() < 12 ? 0 : std::stoi(std::string(answer.substr(9, 3))); }
inline std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace sio::http::testing
