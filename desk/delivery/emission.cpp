#include "desk/delivery/emission.hpp"

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
    const bool customers = row.customers != Customers::Nothing;
    has_customers_ = customers && !row.audience.customer_users.empty();
    for_each_room(row.org, row.audience, customers, [this](const std::string& room) {
        rooms_.add_room(room);
        if (has_customers_) customers_.add_except(room);
        has_rooms_ = true;
    });
    if (has_customers_) {
        for (const auto& user : row.audience.customer_users) customers_.add_room(rooms::user(row.org, user));
    }
    if (!row.access) return;
    loss_.emplace();
    loss_->change = *row.access;
    loss_->ticket = row.subject;
    loss_->staff_room = rooms::ticket_staff(row.org, row.subject);
    loss_->customer_room = rooms::ticket_customers(row.org, row.subject);
    loss_->unsubscribed = nsp.encode("ticket:unsubscribed", sio::json::object({{"ticketId", row.subject}, {"reason", "ACCESS_LOST"}}));
    loss_->lost = nsp.encode("ticket:updated", sio::json::Raw{row.access->lost_payload});
    for_each_room(row.org, row.access->lists_before, true, [this](const std::string& room) { loss_->rooms.add_room(room); });
    for (const auto& user : row.access->lists_before.customer_users) loss_->rooms.add_room(rooms::user(row.org, user));
    loss_->rooms.add_room(loss_->staff_room);
    loss_->rooms.add_room(loss_->customer_room);
}

bool Emission::concerns(unsigned loop) const {
    return (has_rooms_ && nsp_.may_have(loop, *rooms_.view())) || (has_customers_ && nsp_.may_have(loop, *customers_.view())) ||
           (loss_ && nsp_.may_have(loop, *loss_->rooms.view()));
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
}

void Emission::tell(sio::Socket& socket, const Actor& actor) const {
    if (loss_ && has_lost(loss_->change, actor)) return;
    if (is_staff(actor.role))
        socket.send(staff_event_);
    else if (customer_event_)
        socket.send(customer_event_);
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
