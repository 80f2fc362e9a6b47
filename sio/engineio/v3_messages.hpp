#pragma once

#include <vector>

#include "sio/engineio/packet.hpp"
#include "sio/engineio/revision.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::engineio::v3 {

/// The websocket messages that binary packets became in this turn of the loop: the members of a room share one of each.
/// Thread: its loop.
class Messages {
public:
    explicit Messages(runtime::Loop& loop) : loop_(loop) {}
    /// Pre: `packet` is binary.
    Packet of(const Packet& packet, Revision revision);

private:
    struct Made {
        runtime::FrameRef from;
        Revision revision;
        Packet packet;
    };
    runtime::Loop& loop_;
    std::vector<Made> made_;
};

}  // namespace sio::engineio::v3
