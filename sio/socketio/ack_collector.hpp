#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "sio/runtime/timer.hpp"
#include "sio/socketio/adapter.hpp"
#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/target.hpp"

namespace sio::detail {

class Hub;

/// Waits for the acknowledgements of one broadcast: done when every server told how many clients it asked and so many replied, when the
/// time is up, or when the replies are more than Options::max_broadcast_reply_bytes.
/// Thread: the home hub's loop.
class AckCollector : public std::enable_shared_from_this<AckCollector> {
public:
    AckCollector(Hub& home, BroadcastAckCallback callback);

    void start(Adapter& adapter, const EncodedEvent& event, std::uint64_t ack_id, const Target& target, BroadcastFlags flags);
    /// Forgets the timer and the callback, which is never called.
    void abandon();

private:
    template <class Change>
    auto at_home(Change change);
    void keep(Reply reply);
    void check();
    void finish(bool complete);

    Hub& home_;
    BroadcastAckCallback callback_;
    BroadcastReplies result_;
    std::size_t servers_ = 0;  // 0: not known yet
    std::size_t counts_ = 0;
    std::size_t clients_ = 0;
    std::size_t bytes_ = 0;  // of the replies
    runtime::Timer timer_;
};

}  // namespace sio::detail
