#include "desk/tickets/sockets.hpp"

#include <utility>

#include "desk/delivery/missed.hpp"
#include "desk/session/rooms.hpp"
#include "desk/tickets/commands.hpp"

namespace desk::tickets {

namespace {

/// The room of a ticket that this reader belongs into.
std::string room_of(const Actor& actor, std::string_view ticket) {
    return is_staff(actor.role) ? rooms::ticket_staff(actor.org, ticket) : rooms::ticket_customers(actor.org, ticket);
}

TypingPlace place_of(const Actor& actor, std::string_view ticket) { return {TypingPlace::Kind::Ticket, actor.org, std::string(ticket)}; }

struct Subscribed {
    Cursor cursor;
    Missed missed;
};

std::string subscribed_json(const std::string& ticket, const Cursor& cursor) {
    return sio::json::object({{"ticketId", ticket}, {"cursor", to_string(cursor)}}).str();
}

Error not_subscribed(std::string_view ticket) { return Error{ErrorCode::Forbidden}.with("ticketId", ticket).because("NOT_SUBSCRIBED"); }

}  // namespace

TicketSockets::TicketSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals, Typing& typing)
    : door_(door), commands_(commands), typing_(typing) {
    sio::Namespace& nsp = io.of("/tickets");
    const auto on = [&](std::string_view event, Kind kind, Result<void> (TicketSockets::*handler)(sio::Socket&, const sio::Event&)) {
        door.on(nsp, event, kind,
                [this, handler](sio::Socket& socket, const sio::Event& received) { return (this->*handler)(socket, received); });
    };
    on("ticket:subscribe", Kind::Subscription, &TicketSockets::subscribe);
    on("ticket:unsubscribe", Kind::Plain, &TicketSockets::unsubscribe);
    on("ticket:typing", Kind::Typing, &TicketSockets::typing);
    on("ticket:stopTyping", Kind::Typing, &TicketSockets::stop_typing);
    arrivals.receive_at(nsp, arrival_rules());
    nsp.on_disconnecting([this](sio::Socket& socket, sio::DisconnectReason) {
        if (seat_of(socket).subscribed > 0) typing_.gone(place_of(visitor_of(socket).actor(), {}), socket.handle());
    });
}

ArrivalRules TicketSockets::arrival_rules() {
    ArrivalRules rules;
    rules.nsp = Namespace::Tickets;
    rules.list = "tickets";
    rules.id_name = "ticketId";
    rules.cap = &Limits::ticket_subscriptions;
    rules.cap_name = "ticket_subscriptions";
    rules.check = [](const store::Snapshot& snapshot, const Actor& actor, const std::string& id, const Cursor& cursor) -> Result<Entry> {
        if (const auto found = run(snapshot, actor, SubscribeTicket{id}); !found) return std::unexpected(found.error());
        return Entry{{{"ticket:subscribed", subscribed_json(id, cursor)}}, {}};
    };
    rules.enter = [this](sio::Socket& socket, const std::string& id) { enter(socket, id); };
    rules.leave = [](sio::Socket& socket, const std::string& id) {
        socket.leave(room_of(visitor_of(socket).actor(), id));
        --seat_of(socket).subscribed;
    };
    rules.entered = [this](sio::Socket& socket, const std::string& id, const std::any&) {
        const Actor& actor = visitor_of(socket).actor();
        typing_.tell(place_of(actor, id), socket);
    };
    return rules;
}

void TicketSockets::enter(sio::Socket& socket, const std::string& id) {
    const std::string room = room_of(visitor_of(socket).actor(), id);
    if (socket.in_room(room)) return;
    socket.join(room);
    ++seat_of(socket).subscribed;
}

Result<void> TicketSockets::subscribe(sio::Socket& socket, const sio::Event& event) {
    const std::string_view ticket = text_field(event, "ticketId");
    const IdentityRef identity = visitor_of(socket).identity;
    if (!socket.in_room(room_of(identity->actor, ticket)) && seat_of(socket).subscribed >= door_.limits().ticket_subscriptions) {
        return fail(Error{ErrorCode::RateLimited}.with("limit", "ticket_subscriptions"));
    }
    const std::string since = since_in(event);
    commands_.enter(
        socket, event, ticket,
        [since, limit = door_.limits().replay_events, command = SubscribeTicket{std::string(ticket)}](
            const Actor& actor, const store::Snapshot& snapshot) -> Result<Subscribed> {
            auto outcome = run(snapshot, actor, command);
            if (!outcome) return std::unexpected(std::move(outcome.error()));
            auto missed = missed_of(snapshot, actor, since, outcome->cursor, Namespace::Tickets, command.ticket, limit);
            return Subscribed{std::move(outcome->cursor), std::move(missed)};
        },
        [this, id = std::string(ticket), asked = !since.empty()](sio::Socket& on_loop, sio::Ack& ack, const Subscribed& subscribed,
                                                                 const Pending& pending) -> Result<void> {
            if (pending.has_lost_after(subscribed.cursor.seq)) return fail(Error{ErrorCode::Forbidden}.because("ACCESS_LOST"));
            const Actor& reader = visitor_of(on_loop).actor();
            enter(on_loop, id);
            const std::string answer = subscribed_json(id, subscribed.cursor);
            if (ack) ack(sio::json::Raw{ok_with(answer)});
            on_loop.emit("ticket:subscribed", sio::json::Raw{answer});
            catch_up(on_loop, subscribed.missed, pending, subscribed.cursor, asked, commands_.recoveries());
            typing_.tell(place_of(reader, id), on_loop);
            return {};
        });
    return {};
}

Result<void> TicketSockets::unsubscribe(sio::Socket& socket, const sio::Event& event) {
    const std::string_view ticket = text_field(event, "ticketId");
    const Actor& actor = visitor_of(socket).actor();
    const std::string room = room_of(actor, ticket);
    if (socket.in_room(room)) {
        typing_.gone(place_of(actor, ticket), socket.handle());
        socket.leave(room);
        --seat_of(socket).subscribed;
    }
    accept(event);
    return {};
}

Result<void> TicketSockets::typing(sio::Socket& socket, const sio::Event& event) {
    const std::string_view ticket = text_field(event, "ticketId");
    const Visitor& visitor = visitor_of(socket);
    if (!socket.in_room(room_of(visitor.actor(), ticket))) return fail(not_subscribed(ticket));
    const bool internal = is_staff(visitor.actor().role) && event[0]["internal"].boolean().value_or(false);
    typing_.started(place_of(visitor.actor(), ticket), visitor.identity, socket.handle(), internal);
    accept(event);
    return {};
}

Result<void> TicketSockets::stop_typing(sio::Socket& socket, const sio::Event& event) {
    const std::string_view ticket = text_field(event, "ticketId");
    const Actor& actor = visitor_of(socket).actor();
    if (!socket.in_room(room_of(actor, ticket))) return fail(not_subscribed(ticket));
    typing_.stopped(place_of(actor, ticket), actor.user);
    accept(event);
    return {};
}

}  // namespace desk::tickets
