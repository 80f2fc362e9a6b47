#include "desk/delivery/recheck.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "desk/model/time.hpp"
#include "desk/session/rooms.hpp"

namespace desk {

namespace {

constexpr std::size_t kMaxHeld = 256;
/// Sockets that one reading serves.
constexpr std::size_t kBatch = 64;

/// The ticket or conversation whose room this is; empty for any other room.
std::string_view subject_of(std::string_view room, std::string_view org, bool tickets) {
    const std::string_view kind = tickets ? "ticket:" : "conv:";
    if (!room.starts_with("o:") || room.substr(2, org.size()) != org) return {};
    room.remove_prefix(std::min(room.size(), 2 + org.size() + 1));
    if (!room.starts_with(kind)) return {};
    room.remove_prefix(kind.size());
    return room.substr(0, room.find(':'));
}

void leave_subject(sio::Socket& socket, const std::string& org, const std::string& id, bool ticket) {
    if (ticket) {
        socket.leave(rooms::ticket_staff(org, id));
        socket.leave(rooms::ticket_customers(org, id));
    } else {
        socket.leave(rooms::conversation(org, id));
    }
}

std::string lost_payload(const std::string& ticket) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("ticketId", ticket).field("changes", sio::json::Raw{"{}"}).field("accessLost", true);
    w.field("updatedAt", sio::format_iso8601(sio::unix_ms())).end_object();
    return out;
}

/// Access of one org's tickets or conversations, each looked up once.
class Lookup {
public:
    explicit Lookup(const store::Snapshot& snapshot) : snapshot_(snapshot), rules_(snapshot.orgs().rules()) {}

    bool ticket(const Actor& actor, const std::string& id) {
        const auto [at, fresh] = tickets_.try_emplace(id);
        if (fresh) {
            if (const auto found = snapshot_.tickets().find(id)) at->second = access_of(*found, rules_);
        }
        return at->second && can_access(actor, *at->second);
    }
    bool conversation(const Actor& actor, const std::string& id) {
        const auto [at, fresh] = conversations_.try_emplace(id);
        if (fresh) {
            if (const auto found = snapshot_.conversations().find(id)) at->second = access_of(*found, rules_);
        }
        return at->second && can_access(actor, *at->second);
    }

private:
    const store::Snapshot& snapshot_;
    AccessRules rules_;
    std::unordered_map<std::string, std::optional<TicketAccess>> tickets_;
    std::unordered_map<std::string, std::optional<ConversationAccess>> conversations_;
};

}  // namespace

Rechecks::Rechecks(sio::Server& io, store::Store& store, Typing& typing) : io_(io), store_(store), typing_(typing) {
    // Whoever counts the rooms of a socket that goes does not find those it was put out of.
    io.of("/chat").on_disconnecting([this](sio::Socket& socket, sio::DisconnectReason) {
        const Recheck* const recheck = seat_of(socket).recheck.get();
        if (recheck == nullptr || !lost_) return;
        for (const auto& subject : recheck->subjects) lost_(socket, subject.id);
    });
}

void Rechecks::begin(std::span<sio::Socket* const> sockets) {
    auto items = std::make_shared<Items>();
    for (sio::Socket* const socket : sockets) {
        if (Recheck* const running = seat_of(*socket).recheck.get()) {
            running->again = true;
            continue;
        }
        put_out(*socket);
        if (seat_of(*socket).recheck) items->push_back(item_of(*socket));
    }
    if (!items->empty()) ask(items, 0);
}

void Rechecks::put_out(sio::Socket& socket) {
    const std::string org = visitor_of(socket).actor().org;
    const bool tickets = socket.nsp().name() == "/tickets";
    auto recheck = std::make_unique<Recheck>();
    for (const std::string_view room : socket.rooms()) {
        const std::string_view id = subject_of(room, org, tickets);
        if (!id.empty()) recheck->subjects.push_back({std::string(id), rooms::pending(org, id)});
    }
    if (recheck->subjects.empty()) return;
    const auto kind = tickets ? TypingPlace::Kind::Ticket : TypingPlace::Kind::Conversation;
    typing_.gone({kind, org, {}}, socket.handle());
    for (const auto& subject : recheck->subjects) {
        leave_subject(socket, org, subject.id, tickets);
        socket.join(subject.pending_room);
    }
    recheck->hold = socket.hold();
    seat_of(socket).recheck = std::move(recheck);
}

Rechecks::Item Rechecks::item_of(sio::Socket& socket) {
    Item item{socket.handle(), visitor_of(socket).identity, socket.nsp().name() == "/tickets", {}, {}};
    for (const auto& subject : seat_of(socket).recheck->subjects) item.subjects.push_back(subject.id);
    return item;
}

void Rechecks::ask(const std::shared_ptr<Items>& items, std::size_t first) {
    const std::string org = (*items)[first].identity->actor.org;
    store_.read(
        org,
        [items, first](const store::Snapshot& snapshot) -> Result<bool> {
            Lookup lookup(snapshot);
            for (std::size_t i = first; i < std::min(items->size(), first + kBatch); ++i) {
                Item& item = (*items)[i];
                for (const std::string& id : item.subjects) {
                    const Actor& actor = item.identity->actor;
                    item.allowed.push_back(item.tickets ? lookup.ticket(actor, id) : lookup.conversation(actor, id));
                }
            }
            return true;
        },
        // By the first socket's loop, which is everybody's; it need not be there any more.
        [this, items, first, &loop = io_.loops().at((*items)[first].socket.loop)](Result<bool> outcome) {
            loop.post([this, items, first, known = outcome.has_value()] { answered(items, first, known); });
        });
}

void Rechecks::answered(const std::shared_ptr<Items>& items, std::size_t first, bool known) {
    const std::size_t end = std::min(items->size(), first + kBatch);
    for (std::size_t i = first; i < end; ++i) {
        const Item& item = (*items)[i];
        sio::Socket* const socket = io_.find(item.socket);
        if (socket == nullptr || !seat_of(*socket).recheck) continue;
        if (!known || seat_of(*socket).recheck->overflow) {
            socket->connection().close();
        } else if (std::exchange(seat_of(*socket).recheck->again, false)) {
            ask(std::make_shared<Items>(Items{item_of(*socket)}), 0);
        } else {
            finish(*socket, item);
        }
    }
    if (end < items->size()) ask(items, end);
}

void Rechecks::finish(sio::Socket& socket, const Item& item) {
    // Its packets go on when all is said.
    const auto recheck = std::move(seat_of(socket).recheck);
    std::vector<bool> kept(recheck->subjects.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const auto& subject = recheck->subjects[i];
        socket.leave(subject.pending_room);
        kept[i] = item.allowed[i] && !subject.lost;
        if (kept[i])
            keep(socket, subject.id, item.tickets);
        else
            lose(socket, subject.id, item.tickets);
    }
    for (const auto& held : recheck->held) {
        if (held.subject >= kept.size() || kept[held.subject]) socket.send(held.event);
    }
}

void Rechecks::keep(sio::Socket& socket, const std::string& id, bool ticket) {
    const Actor& actor = visitor_of(socket).actor();
    if (!ticket)
        socket.join(rooms::conversation(actor.org, id));
    else
        socket.join(is_staff(actor.role) ? rooms::ticket_staff(actor.org, id) : rooms::ticket_customers(actor.org, id));
}

void Rechecks::lose(sio::Socket& socket, const std::string& id, bool ticket) {
    --seat_of(socket).subscribed;
    if (ticket) {
        socket.emit("ticket:unsubscribed", sio::json::object({{"ticketId", id}, {"reason", "ACCESS_LOST"}}));
        socket.emit("ticket:updated", sio::json::Raw{lost_payload(id)});
    } else {
        lose_conversation(socket, id, "ACCESS_LOST");
    }
}

void Rechecks::lose_conversation(sio::Socket& socket, const std::string& id, std::string_view reason) {
    const Error error = Error{ErrorCode::Forbidden}.with("conversationId", id).because(reason);
    socket.emit("error", sio::json::Raw{to_socket_error(error)});
    if (lost_) lost_(socket, id);
}

void Rechecks::remove(sio::Socket& socket, const std::string& subject) {
    const std::string& org = visitor_of(socket).actor().org;
    if (Recheck* const recheck = seat_of(socket).recheck.get()) return hold(*recheck, rooms::pending(org, subject), {}, true);
    const bool ticket = socket.nsp().name() == "/tickets";
    const bool inside = ticket ? socket.in_room(rooms::ticket_staff(org, subject)) || socket.in_room(rooms::ticket_customers(org, subject))
                               : socket.in_room(rooms::conversation(org, subject));
    if (!inside) return;
    typing_.gone({ticket ? TypingPlace::Kind::Ticket : TypingPlace::Kind::Conversation, org, subject}, socket.handle());
    leave_subject(socket, org, subject, ticket);
    --seat_of(socket).subscribed;
    if (ticket)
        socket.emit("ticket:unsubscribed", sio::json::object({{"ticketId", subject}, {"reason", "REMOVED"}}));
    else
        lose_conversation(socket, subject, "REMOVED");
}

void Rechecks::hold(Recheck& recheck, std::string_view pending_room, const sio::EncodedEvent& event, bool lost) {
    std::size_t index = recheck.subjects.size();
    if (!pending_room.empty()) {
        const auto found = std::ranges::find(recheck.subjects, pending_room, &Recheck::Subject::pending_room);
        if (found == recheck.subjects.end()) return;
        if (lost) found->lost = true;
        index = static_cast<std::size_t>(found - recheck.subjects.begin());
    }
    if (lost || !event) return;
    if (recheck.held.size() < kMaxHeld)
        recheck.held.push_back({index, event});
    else
        recheck.overflow = true;
}

}  // namespace desk
