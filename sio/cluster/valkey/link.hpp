#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "sio/cluster/valkey/context.hpp"
#include "sio/cluster/valkey/resp.hpp"
#include "sio/cluster/valkey/value.hpp"
#include "sio/runtime/connector.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::cluster {

/// One connection to one server: connects, shows who we are (AUTH, CLIENT SETNAME, PING; behind
/// Sentinels also that it is a primary, by ROLE), then carries commands and answers. Can be opened
/// again after its end. Thread: the loop.
class Link final : runtime::StreamHandler {
public:
    /// Any of these may call close() or open().
    class User {
    public:
        virtual void on_link_up() = 0;
        virtual void on_link_value(Value value) = 0;
        /// It never came up, or is lost. Not after close().
        virtual void on_link_down(const Error& error) = 0;

    protected:
        ~User() = default;
    };
    Link(ValkeyContext& context, User& user);
    ~Link() override;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void open(const ValkeyAddress& address);
    /// Ends it at once.
    void close();
    bool up() const { return state_ == State::Up; }
    /// Pre: up. Everything sent in one turn leaves in one write.
    void send(std::string_view bytes);

private:
    enum class State : std::uint8_t { Closed, Connecting, Greeting, Up };
    enum class Greeting : std::uint8_t { Auth, Name, Ping, Role };
    std::size_t on_data(char* data, std::size_t size) override;
    void on_closed(runtime::CloseCause cause) override;
    void greet();
    void on_greeting(const Value& answer);
    std::string refusal(Greeting greeting, const Value& answer) const;
    void down(const Error& error);

    ValkeyContext& context_;
    User& user_;
    State state_ = State::Closed;
    std::uint64_t life_ = 0;         // counts openings and ends, for callbacks that outlast one
    std::deque<Greeting> expected_;  // answers
    std::unique_ptr<runtime::Connector> connector_;
    std::unique_ptr<runtime::Stream> stream_;
    std::unique_ptr<RespReader> reader_;
    runtime::Timer deadline_;
};

}  // namespace sio::cluster
