#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "desk/session/counts.hpp"
#include "desk/session/identity.hpp"
#include "desk/session/token_life.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// What is known of one connection: whose it is and how long their token lasts. Kept as the connection's data from its first admitted
/// namespace on.  Thread: the connection's loop.
struct Visitor {
    Visitor(IdentityRef who, UserCounts::Place counted, UserCounts::Place of_address, sio::Connection& connection,
            std::chrono::milliseconds grace)
        : identity(std::move(who)), place(std::move(counted)), address_place(std::move(of_address)), life(connection, grace) {}

    IdentityRef identity;
    UserCounts::Place place;          ///< among the connections of the user
    UserCounts::Place address_place;  ///< among those of a client behind a proxy
    TokenLife life;
    TokenBucket token_updates;
    bool present = false;  ///< counts in desk/presence

    const Actor& actor() const { return identity->actor; }
};

/// Tickets or conversations that a socket is about to enter, and what happened to them meanwhile (delivery/entry.hpp).
struct Pending {
    struct Held {
        std::int64_t seq = 0;
        sio::EncodedEvent event;         ///< or what tells that access was lost
        sio::EncodedEvent unsubscribed;  ///< set: access to `room`'s subject was lost
        std::string room;                ///< the subject's pending room
        bool automatic = false;          ///< reached the socket by its automatic rooms
    };
    bool has_lost_after(std::int64_t seq) const {
        for (const Held& each : held) {
            if (each.unsubscribed && each.seq > seq) return true;
        }
        return false;
    }

    std::vector<std::string> rooms;
    std::vector<Held> held;
    sio::EncodedEvent count;  ///< `notification:count` of the row at `count_seq`
    std::int64_t count_seq = 0;
    bool arriving = false;  ///< at CONNECT: the rows of the automatic rooms wait too
    bool overflow = false;
    bool rights_changed = false;  ///< of who asked, so that the answer may be wrong
    std::shared_ptr<void> again;  ///< what waits to ask the store once more
};

/// The tickets or conversations of a socket whose rights changed, until the store has said which it may keep (delivery/recheck.hpp).
struct Recheck {
    struct Subject {
        std::string id;
        std::string pending_room;
        bool lost = false;
    };
    struct Held {
        std::size_t subject;  ///< index; past the end: one that goes to its lists, whatever becomes of the subjects
        sio::EncodedEvent event;
    };
    std::vector<Subject> subjects;
    std::vector<Held> held;
    sio::Hold hold;
    bool overflow = false;
    bool again = false;  ///< rights changed once more meanwhile
};

/// What a socket has of a ticket or conversation from its answer, so that rows up to there, still on their way, do not come again.
struct Floor {
    std::string room;  ///< the pending room of what it entered; empty: of everything
    std::int64_t seq;
    bool replayed;  ///< it got all rows up to there; else only what subscribers alone get is in what it reads
    std::int64_t until_ms;
};

/// What is kept for one socket.  Thread: the socket's loop.
struct Seat {
    TokenBucket events;
    TokenBucket special;  ///< of the namespace's own kind: typing in /tickets and /chat, ping in /
    TokenBucket subscriptions;
    TokenBucket reads;
    std::uint32_t refusal_told_ms = 0;  ///< RATE_LIMITED is told once a second; 0: never yet
    std::uint16_t flood_second = 0;     ///< the second that `refused` counts
    std::uint16_t refused = 0;          ///< events over a limit in that second
    std::uint16_t subscribed = 0;       ///< tickets or conversations
    std::uint16_t writes = 0;           ///< commands on their way to the store and back
    std::uint8_t flooded_seconds = 0;   ///< one after the other, each at ten times the limit
    sio::Hold hold;                     ///< of an event that waits for them
    std::unique_ptr<Pending> pending;
    std::unique_ptr<Recheck> recheck;
    std::vector<Floor> floors;  ///< for seconds after entering
};

/// Of an admitted socket.
inline Visitor& visitor_of(sio::Socket& socket) { return *socket.connection().data<Visitor>(); }
inline Seat& seat_of(sio::Socket& socket) { return *socket.data<Seat>(); }

}  // namespace desk
