#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/event.hpp"
#include "desk/session/visitor.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// One row made ready for the sockets of one namespace: its projections encoded once, its rooms named. Shared by all loops.
/// Thread: any; immutable.
class Emission {
public:
    Emission(sio::Namespace& nsp, const EventRow& row);

    /// Whether a loop may have anybody to tell.
    bool concerns(unsigned loop) const;
    /// Emits on the calling loop: first evicts who lost access, then tells the others. Thread: loop.
    void deliver() const;

private:
    struct Loss {
        AccessChange change;
        sio::StoredTarget rooms;  // those in it and those with the subject in their lists
        std::string staff_room;   // of a ticket, as what follows but `lost`
        std::string customer_room;
        sio::EncodedEvent unsubscribed;
        sio::EncodedEvent lost;
    };
    void evict() const;
    void tell(sio::Socket& socket, const Actor& actor) const;
    Pending::Held loss(bool automatic) const;
    /// For a socket that is about to enter what the row is about.
    void hold(sio::Socket& socket, const Actor& actor) const;
    const sio::EncodedEvent& projection(const Actor& actor) const;

    sio::Namespace& nsp_;
    sio::EncodedEvent staff_event_;
    sio::EncodedEvent customer_event_;  // empty: customers learn nothing
    sio::EncodedEvent count_;           // `notification:count`, where one follows
    sio::StoredTarget rooms_;
    sio::StoredTarget customers_;  // own rooms of people told only as customers, without those in rooms_
    sio::StoredTarget pending_;    // those about to enter its subject, without those in rooms_
    std::string pending_room_;
    std::int64_t seq_;
    bool subscribers_only_;
    bool has_rooms_ = false;
    bool has_customers_ = false;
    std::optional<Loss> loss_;
};

}  // namespace desk
