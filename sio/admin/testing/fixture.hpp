#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sio/admin/instrument.hpp"
#include "sio/base/json.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace sio::admin::testing {

/// A server with an admin namespace, whose password is `correct horse`.
class InstrumentedServer : public sio::testing::ServerTest {
protected:
    using Client = sio::testing::Client;
    static constexpr std::string_view kRightPassword = R"({"username":"ann","password":"correct horse"})";

    void TearDown() override {
        instrument_.reset();
        ServerTest::TearDown();
    }

    void start() {
        options_.engine.ping_interval = std::chrono::hours(1000);  // the clock is moved by hours
        instrument_ = instrument(io(), admin_);
        ServerTest::start();
    }
    /// What a client hears that tries to enter with `auth`.
    static std::string try_to_enter(Client& client, std::string_view auth) {
        client.send("40/admin," + std::string(auth));
        return client.receive();
    }
    /// A client that is in, past `session` and `config`.
    std::unique_ptr<Client> enter() {
        auto client = connect();
        const auto answer = try_to_enter(*client, kRightPassword);
        EXPECT_TRUE(answer.starts_with(R"(40/admin,{"sid":)")) << answer;
        session_ = client->receive();
        config_ = client->receive();
        return client;
    }
    /// The next event of that name, those before it passed over; the packet whole.
    static std::string next(Client& client, std::string_view event) {
        const std::string start = "42/admin,[\"" + std::string(event) + "\"";
        std::string packet = client.receive();
        while (packet.starts_with("4") && !packet.starts_with(start)) packet = client.receive();
        return packet;
    }
    /// Moves every loop's clock.
    void skip(std::chrono::milliseconds by) {
        for (unsigned i = 0; i < io().loops().size(); ++i) {
            auto& loop = io().loops().at(i);
            loop.post([&loop, by] { loop.skip_ahead(by); });
        }
    }
    /// The session id in `session_`.
    std::string session_id() const {
        const auto at = session_.find("\",\"") + 3;
        return session_.substr(at, session_.find('"', at) - at);
    }

    Options admin_{.username = "ann", .password_hash = "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW"};
    std::unique_ptr<Instrument> instrument_;
    std::string session_;
    std::string config_;
};

}  // namespace sio::admin::testing
