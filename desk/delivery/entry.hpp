#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "desk/session/visitor.hpp"
#include "sio/socketio/socketio.hpp"

/// Entering a ticket or a conversation without a gap and without a leak (design.md, Subscribe): from begin to finish the socket sits in the
/// subject's pending room, where events about it are held; only when a reader has said at position P that it may enter does it get the
/// answer, what it missed up to P, and of the held events those above P. Losing access meanwhile wins.
/// Thread: the socket's loop.
namespace desk::entry {

/// More held events than this, and the socket has to read anew.
inline constexpr std::size_t kMaxHeld = 256;

/// Pre: none is under way for this socket (its later events wait for the outcome).
void begin(sio::Socket& socket, std::string_view org, std::string_view subject);

/// Leaves the pending room. Null when the socket had begun nothing.
std::unique_ptr<Pending> finish(sio::Socket& socket);

/// Remembers that the socket has what is up to `seq`, while the sequencer may still bring it.
void set_floor(sio::Socket& socket, const Pending& pending, std::int64_t seq, bool replayed);

/// Whether the socket has a row about `room`'s subject already. `subscribers_only`: nobody else is told of the row.
bool has_already(sio::Socket& socket, std::string_view room, std::int64_t seq, bool subscribers_only);

}  // namespace desk::entry
