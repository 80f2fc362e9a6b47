#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/target.hpp"

namespace sio {

class Namespace;

namespace detail {
class Hub;
}

/// The first argument a client acknowledged with: JSON text, and the bytes its placeholders stand for.
struct Reply {
    std::string json;
    std::vector<std::string> attachments;
};

/// What came back for a broadcast with acknowledgements.
struct BroadcastReplies {
    bool complete = false;  ///< every client of every server answered in time
    std::vector<Reply> replies;
};
using BroadcastAckCallback = std::move_only_function<void(BroadcastReplies)>;

/// A socket on any server, as fetch_sockets() tells of it.
struct RemoteSocket {
    std::string id;
    std::vector<std::string> rooms;  ///< its own id among them
    std::string data = "{}";         ///< JSON text, what the namespace's describe hook wrote
    std::string handshake = "{}";    ///< JSON text: headers, time, address, xdomain, secure, issued, url, query, auth
};
/// The sockets that were found.
struct RemoteSockets : std::vector<RemoteSocket> {
    std::size_t silent_servers = 0;  ///< did not answer in time: their sockets are missing
};
using FetchCallback = std::move_only_function<void(Result<RemoteSockets>)>;

template <class Range>
concept RoomNames = std::ranges::input_range<const Range> &&
                    std::convertible_to<std::ranges::range_value_t<const Range>, std::string_view> &&
                    !std::convertible_to<const Range&, std::string_view>;

/// A choice of sockets of one namespace, and what is done with them: `io.to("a").except("b").emit("event", 1)`. Without rooms it is
/// all of the namespace. Owns its names.  Thread: any, one at a time.
class Broadcast {
public:
    explicit Broadcast(Namespace& nsp) : nsp_(&nsp) {}

    Broadcast& to(std::string_view room) {
        target_.add_room(room);
        return *this;
    }
    Broadcast& in(std::string_view room) { return to(room); }
    template <RoomNames Range>
    Broadcast& to(const Range& rooms) {
        for (const auto& room : rooms) target_.add_room(room);
        return *this;
    }
    Broadcast& except(std::string_view room) {
        target_.add_except(room);
        return *this;
    }
    template <RoomNames Range>
    Broadcast& except(const Range& rooms) {
        for (const auto& room : rooms) target_.add_except(room);
        return *this;
    }
    Broadcast& local() {
        flags_.local = true;
        return *this;
    }
    Broadcast& volatile_() {
        flags_.volatile_ = true;
        return *this;
    }
    Broadcast& compress(bool flag) {
        flags_.compress = flag;
        return *this;
    }
    Broadcast& timeout(std::chrono::milliseconds limit) {
        flags_.timeout = limit;
        return *this;
    }

    template <class... Args>
    void emit(std::string_view event, const Args&... args) const {
        send(detail::encode_event(nsp_name(), {}, flags_.compress, event, args...));
    }
    void send(const EncodedEvent& event) const;
    /// Asks every client; `callback` runs once, on the calling loop (on the first one when called from no loop), when all have answered,
    /// at the time-out (5 s unless set), or at Options::max_broadcast_reply_bytes.
    template <class... Args>
    void emit_with_ack(BroadcastAckCallback callback, std::string_view event, const Args&... args) const {
        const auto id = next_ack_id();
        send_with_ack(detail::encode_event(nsp_name(), id, flags_.compress, event, args...), id, std::move(callback));
    }

    void sockets_join(std::string_view room) const;
    void sockets_leave(std::string_view room) const;
    void disconnect_sockets(bool close = false) const;
    /// `callback` runs as that of emit_with_ack. Errors: Closed (the server closes).
    void fetch_sockets(FetchCallback callback) const;

private:
    std::string_view nsp_name() const;
    std::uint64_t next_ack_id() const;
    detail::Hub& home() const;
    void send_with_ack(EncodedEvent event, std::uint64_t ack_id, BroadcastAckCallback callback) const;

    Namespace* nsp_;
    StoredTarget target_;
    BroadcastFlags flags_;
};

}  // namespace sio
