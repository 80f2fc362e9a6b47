#include "desk/delivery/emission.hpp"

#include "desk/model/access.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk {

namespace {

void add_rooms(sio::StoredTarget& target, const std::string& org, const Audience& audience, bool customers) {
    for (const auto& room : audience.staff_rooms) target.add_room(rooms::of(org, room));
    if (customers) {
        for (const auto& room : audience.customer_rooms) target.add_room(rooms::of(org, room));
    }
    for (const auto& room : audience.shared_rooms) target.add_room(rooms::of(org, room));
    for (const auto& user : audience.users) target.add_room(rooms::user(org, user));
}

bool has_lost(const AccessChange& change, const Actor& actor) {
    return can_access(actor, change.before) && !can_access(actor, change.after);
}

}  // namespace

Emission::Emission(sio::Namespace& nsp, const EventRow& row) : nsp_(nsp), staff_event_(nsp.encode(row.name, sio::json::Raw{row.payload})) {
    switch (row.customers) {
        case Customers::Nothing: break;
        case Customers::Same: customer_event_ = staff_event_; break;
        case Customers::Own: customer_event_ = nsp.encode(row.name, sio::json::Raw{row.customer_payload}); break;
    }
    add_rooms(rooms_, row.org, row.audience, row.customers != Customers::Nothing);
    if (!row.access) return;
    loss_.emplace();
    loss_->change = *row.access;
    loss_->ticket = row.subject;
    loss_->staff_room = rooms::ticket_staff(row.org, row.subject);
    loss_->customer_room = rooms::ticket_customers(row.org, row.subject);
    loss_->unsubscribed = nsp.encode("ticket:unsubscribed", sio::json::object({{"ticketId", row.subject}, {"reason", "ACCESS_LOST"}}));
    loss_->lost = nsp.encode("ticket:updated", sio::json::Raw{row.access->lost_payload});
    add_rooms(loss_->rooms, row.org, row.access->lists_before, true);
    loss_->rooms.add_room(loss_->staff_room);
    loss_->rooms.add_room(loss_->customer_room);
}

bool Emission::concerns(unsigned loop) const {
    return nsp_.may_have(loop, *rooms_.view()) || (loss_ && nsp_.may_have(loop, *loss_->rooms.view()));
}

void Emission::deliver() const {
    if (loss_) evict();
    const auto target = rooms_.view();
    if (target->rooms.empty()) return;
    nsp_.for_each_local(*target, [&](sio::Socket& socket) {
        const Actor& actor = visitor_of(socket).actor();
        if (loss_ && has_lost(loss_->change, actor)) return;
        if (is_staff(actor.role))
            socket.send(staff_event_);
        else if (customer_event_)
            socket.send(customer_event_);
    });
}

void Emission::evict() const {
    const auto target = loss_->rooms.view();
    nsp_.for_each_local(*target, [&](sio::Socket& socket) {
        if (!has_lost(loss_->change, visitor_of(socket).actor())) return;
        if (socket.in_room(loss_->staff_room) || socket.in_room(loss_->customer_room)) {
            socket.leave(loss_->staff_room);
            socket.leave(loss_->customer_room);
            socket.send(loss_->unsubscribed);
        }
        socket.send(loss_->lost);
    });
}

}  // namespace desk
