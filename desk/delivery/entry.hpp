#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "desk/session/visitor.hpp"
#include "sio/socketio/socketio.hpp"

/// Entering tickets or conversations without a gap and without a leak (design.md, Subscribe): from begin to finish the socket sits in the
/// subjects' pending rooms, where events about them are held; only when a reader has said at position P that it may enter does it get the
/// answer, what it missed up to P, and of the held events those above P. Losing access meanwhile wins.
/// Thread: the socket's loop.
namespace desk::entry {

/// More held events than this, and the socket has to read anew.
inline constexpr std::size_t kMaxHeld = 256;

/// Pre: none is under way for this socket (its later events wait for the outcome).
void begin(sio::Socket& socket, std::string_view org, std::string_view subject);

/// At CONNECT, for any number of subjects: also what the automatic rooms get is held.
void begin_arrival(sio::Socket& socket, std::string_view org, std::span<const std::string> subjects);

/// Leaves the pending rooms. Null when the socket had begun nothing.
std::unique_ptr<Pending> finish(sio::Socket& socket);

/// Takes what a row tells the socket into its Pending; more than kMaxHeld makes it overflow, but a loss is never forgotten.
void hold(Pending& pending, Pending::Held row);

/// Remembers that the socket has what is up to `seq` of the subject in `room` (a pending room; empty: of everything), while the sequencer
/// may still bring it.
void set_floor(sio::Socket& socket, std::string_view room, std::int64_t seq, bool replayed);

/// Whether the socket has a row about `room`'s subject already. `subscribers_only`: nobody else is told of the row.
bool has_already(sio::Socket& socket, std::string_view room, std::int64_t seq, bool subscribers_only);

}  // namespace desk::entry
