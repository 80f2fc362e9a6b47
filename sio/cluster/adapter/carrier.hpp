#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sio/base/result.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/cluster/wire/document.hpp"
#include "sio/cluster/wire/message.hpp"

namespace sio::cluster {

/// The uid of messages that only Node servers act on.
inline constexpr std::string_view kMirrorUid = "mirror";

/// What a carrier gives its messages to.  Thread: Valkey's loop.
class Receiver {
public:
    virtual void on_message(const Incoming& message, std::span<const std::string> attachments) = 0;
    virtual void on_undecodable(const Error& error) = 0;
    /// What other servers publish from now on is heard. Again, when there was a gap before.
    virtual void on_ready() = 0;
    virtual void on_gap() = 0;
    /// Whether any socket here may be of the target: asked before a message is decoded.
    virtual bool may_have(const Target& target) const = 0;
    /// Whether any answer is waited for.
    virtual bool asking() const = 0;

protected:
    ~Receiver() = default;
};

/// Moves the messages of one namespace between this server and the others, in one of the wire formats.
/// Thread: any, unless said otherwise.
class Carrier {
public:
    Carrier() = default;
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;
    virtual ~Carrier() = default;

    /// `receiver` outlives close().
    virtual void open(Receiver& receiver) = 0;
    /// Nothing is received after it. Thread: Valkey's loop.
    virtual void close() = 0;

    /// To every server. What asks for answers (has a request id) is not sent late. `uid` is ours or kMirrorUid.
    virtual void publish(const Outgoing& message, std::string_view uid) = 0;
    /// To the one that asked.
    virtual void answer(const Outgoing& message) = 0;
    /// Servers of this namespace; nullopt: Valkey does not say. On Valkey's loop.
    using CountCallback = std::move_only_function<void(std::optional<std::size_t>)>;
    virtual void count_servers(CountCallback callback) = 0;

    virtual bool wants_room_events() const { return false; }
    virtual void on_room_created(std::string_view room) { static_cast<void>(room); }
    virtual void on_room_deleted(std::string_view room) { static_cast<void>(room); }
};

/// One subscription, heard by functions.
class Ear final : public Valkey::Listener {
public:
    using Hear = std::function<void(std::string_view channel, std::string_view payload)>;
    explicit Ear(Hear hear, std::function<void()> subscribed = {}) : hear_(std::move(hear)), subscribed_(std::move(subscribed)) {}

    void on_message(std::string_view channel, std::string_view payload) override { hear_(channel, payload); }
    void on_subscribed() override {
        if (subscribed_) subscribed_();
    }

private:
    Hear hear_;
    std::function<void()> subscribed_;
};

/// Hands what was read with `reader` to the receiver, or tells it why there is nothing.
void pass_on(Receiver& receiver, const Result<Incoming>& message, const DocumentReader& reader);

/// The answer of PUBSUB NUMSUB and SHARDNUMSUB as a number of servers.
Valkey::Answer count_of(Carrier::CountCallback callback);

}  // namespace sio::cluster
