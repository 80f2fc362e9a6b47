#pragma once

#include <string>
#include <vector>

#include "desk/model/event.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Logged events for the clients of Node servers on the same Valkey (INSIGHTDESK_MIRROR): published through the adapter by the server that
/// committed them, at most once, to the rooms of design.md; servers of ours pass them over. Staff's rooms get the staff's payload; a user's
/// own room, where a Node server cannot tell who is staff, the customers' where there is one. Nobody is put out of a room by it.
/// Thread: any.
class Mirror {
public:
    explicit Mirror(sio::Server& io) : io_(io) {}

    /// Rows of one commit, in seq order.
    void publish(const std::vector<EventRow>& rows) const;

private:
    void publish(const EventRow& row) const;

    sio::Server& io_;
};

}  // namespace desk
