#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sio/runtime/timer.hpp"
#include "sio/socketio/packet.hpp"
#include "sio/socketio/socket.hpp"

namespace sio {

/// An acknowledgement the server waits for.
struct Socket::PendingAck {
    PendingAck(Socket& owner, std::uint64_t ack_id, AckCallback then)
        : socket(owner), id(ack_id), callback(std::move(then)), timer(&PendingAck::expire, this) {}
    static void expire(void* self);

    Socket& socket;
    std::uint64_t id;
    AckCallback callback;
    runtime::Timer timer;
};

namespace detail {

/// A packet that waits, with the bytes its views look into.
struct StoredPacket {
    StoredPacket(const PacketView& view, std::span<const std::string> binary);
    /// Views of this object, JSON with the padding a parser wants.
    PacketView view() const;
    /// Bytes of memory it takes, about.
    std::size_t cost() const;

    PacketType type;
    std::optional<std::uint64_t> ack_id;
    std::string nsp;
    std::string padded_json;
    std::vector<std::string> attachments;
};

}  // namespace detail

/// What few sockets have, and most only while they connect.
struct Socket::Rare {
    enum class Outcome : std::uint8_t { Open, Passed, Refused };

    bool idle() const {
        return holds == 0 && waiting.empty() && auth.empty() && acks.empty() && !draining && pid.empty() && long_id.empty();
    }

    std::string long_id;  // of a client of Socket.IO 2, for as long as the socket is there

    // Connection state recovery.
    std::string pid;
    std::string offset;  // what the client had last, until its session is looked for

    // Middlewares.
    std::string auth;
    ConnectError error;
    std::uint32_t step = 0;
    Outcome outcome = Outcome::Open;  // of the middleware at `step`
    bool in_middleware = false;

    // Packets kept back.
    std::uint32_t holds = 0;
    bool draining = false;
    bool paused = false;
    std::list<detail::StoredPacket> waiting;
    std::size_t waiting_cost = 0;

    std::unordered_map<std::uint64_t, std::unique_ptr<PendingAck>> acks;
};

}  // namespace sio
