#include "desk/delivery/emission.hpp"

#include <algorithm>

#include "desk/delivery/entry.hpp"
#include "desk/delivery/recheck.hpp"
#include "desk/model/access.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk {

namespace {

/// Calls `add` with every room of the audience but those of `customer_users`.
template <class Add>
void for_each_room(const std::string& org, const Audience& audience, bool customers, Add add) {
    for (const auto& room : audience.staff_rooms) add(rooms::of(org, room));
    if (customers) {
        for (const auto& room : audience.customer_rooms) add(rooms::of(org, room));
    }
    for (const auto& room : audience.shared_rooms) add(rooms::of(org, room));
    for (const auto& user : audience.users) add(rooms::user(org, user));
}

/// The rooms of people's lists are not among them.
bool is_for_subscribers_only(const Audience& audience) {
    return audience.users.empty() && audience.customer_users.empty() &&
           std::ranges::all_of(audience.staff_rooms, [](const std::string& room) { return room.starts_with("ticket:"); });
}

bool has_lost(const AccessChange& change, const Actor& actor) {
    return can_access(actor, change.before) && !can_access(actor, change.after);
}

}  // namespace

Emission::Emission(sio::Namespace& nsp, const EventRow& row)
    : nsp_(nsp),
      staff_event_(nsp.encode(row.name, sio::json::Raw{row.payload})),
      pending_room_(rooms::pending(row.org, row.subject)),
      seq_(row.seq),
      subscribers_only_(is_for_subscribers_only(row.audience)) {
    switch (row.customers) {
        case Customers::Nothing: break;
        case Customers::Same: customer_event_ = staff_event_; break;
        case Customers::Own: customer_event_ = nsp.encode(row.name, sio::json::Raw{row.customer_payload}); break;
    }
    if (row.unread) {
        count_ = nsp.encode("notification:count", sio::json::object({{"unread", row.unread->unread}, {"rev", row.unread->rev}}));
    }
    const bool customers = row.customers != Customers::Nothing;
    has_customers_ = customers && !row.audience.customer_users.empty();
    for_each_room(row.org, row.audience, customers, [this](const std::string& room) {
        rooms_.add_room(room);
        if (has_customers_) customers_.add_except(room);
        pending_.add_except(room);
        has_rooms_ = true;
    });
    if (has_customers_) {
        for (const auto& user : row.audience.customer_users) customers_.add_room(rooms::user(row.org, user));
    }
    pending_.add_room(pending_room_);
    if (!row.access) return;
    loss_.emplace();
    loss_->change = *row.access;
    loss_->lost = nsp.encode(row.subject_kind == SubjectKind::Ticket ? "ticket:updated" : row.name,
                             sio::json::Raw{row.access->lost_payload});
    for_each_room(row.org, row.access->lists_before, true, [this](const std::string& room) { loss_->rooms.add_room(room); });
    for (const auto& user : row.access->lists_before.customer_users) loss_->rooms.add_room(rooms::user(row.org, user));
    if (row.subject_kind != SubjectKind::Ticket) return;
    loss_->staff_room = rooms::ticket_staff(row.org, row.subject);
    loss_->customer_room = rooms::ticket_customers(row.org, row.subject);
    loss_->unsubscribed = nsp.encode("ticket:unsubscribed", sio::json::object({{"ticketId", row.subject}, {"reason", "ACCESS_LOST"}}));
    loss_->rooms.add_room(loss_->staff_room);
    loss_->rooms.add_room(loss_->customer_room);
}

bool Emission::concerns(unsigned loop) const {
    return (has_rooms_ && nsp_.may_have(loop, *rooms_.view())) || (has_customers_ && nsp_.may_have(loop, *customers_.view())) ||
           nsp_.may_have(loop, *pending_.view()) || (loss_ && nsp_.may_have(loop, *loss_->rooms.view()));
}

void Emission::deliver() const {
    if (loss_) evict();
    // A target without rooms would be everybody.
    if (has_rooms_) {
        nsp_.for_each_local(*rooms_.view(), [this](sio::Socket& socket) { tell(socket, visitor_of(socket).actor()); });
    }
    if (has_customers_) {
        nsp_.for_each_local(*customers_.view(), [this](sio::Socket& socket) {
            const Actor& actor = visitor_of(socket).actor();
            if (!is_staff(actor.role)) tell(socket, actor);
        });
    }
    nsp_.for_each_local(*pending_.view(), [this](sio::Socket& socket) { hold(socket, visitor_of(socket).actor()); });
}

void Emission::tell(sio::Socket& socket, const Actor& actor) const {
    if (loss_ && has_lost(loss_->change, actor)) return;
    const auto& event = projection(actor);
    if (!event || entry::has_already(socket, pending_room_, seq_, subscribers_only_)) return;
    if (Recheck* const recheck = seat_of(socket).recheck.get()) return Rechecks::hold(*recheck, {}, event, false);
    if (Pending* const pending = seat_of(socket).pending.get(); pending != nullptr && pending->arriving) {
        entry::hold(*pending, {.seq = seq_, .event = event, .unsubscribed = {}, .room = pending_room_, .automatic = true});
        if (count_) {
            pending->count = count_;
            pending->count_seq = seq_;
        }
        return;
    }
    socket.send(event);
    if (count_) socket.send(count_);
}

void Emission::hold(sio::Socket& socket, const Actor& actor) const {
    const bool lost = loss_ && has_lost(loss_->change, actor);
    if (Recheck* const recheck = seat_of(socket).recheck.get()) Rechecks::hold(*recheck, pending_room_, projection(actor), lost);
    Pending* const pending = seat_of(socket).pending.get();
    if (pending == nullptr) return;
    if (lost) {
        if (loss_->unsubscribed) entry::hold(*pending, loss(false));
    } else if (const auto& event = projection(actor)) {
        entry::hold(*pending, {.seq = seq_, .event = event, .unsubscribed = {}, .room = pending_room_, .automatic = false});
    }
}

Pending::Held Emission::loss(bool automatic) const {
    return {.seq = seq_, .event = loss_->lost, .unsubscribed = loss_->unsubscribed, .room = pending_room_, .automatic = automatic};
}

const sio::EncodedEvent& Emission::projection(const Actor& actor) const { return is_staff(actor.role) ? staff_event_ : customer_event_; }

void Emission::evict() const {
    const auto target = loss_->rooms.view();
    nsp_.for_each_local(*target, [&](sio::Socket& socket) {
        if (!has_lost(loss_->change, visitor_of(socket).actor())) return;
        if (Pending* const pending = seat_of(socket).pending.get(); pending != nullptr && pending->arriving) {
            return entry::hold(*pending, loss(true));
        }
        // Who entered after the loss has got access again.
        if (entry::has_already(socket, pending_room_, seq_, true)) return;
        if (Recheck* const recheck = seat_of(socket).recheck.get(); recheck != nullptr && !loss_->unsubscribed) {
            return Rechecks::hold(*recheck, {}, loss_->lost, false);
        }
        if (socket.in_room(loss_->staff_room) || socket.in_room(loss_->customer_room)) {
            socket.leave(loss_->staff_room);
            socket.leave(loss_->customer_room);
            --seat_of(socket).subscribed;
            socket.send(loss_->unsubscribed);
        }
        socket.send(loss_->lost);
    });
}

}  // namespace desk
