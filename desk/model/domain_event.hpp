#pragma once

#include <variant>

#include "desk/model/conversation.hpp"
#include "desk/model/people.hpp"
#include "desk/model/sla_clock.hpp"
#include "desk/model/ticket.hpp"

/// What happened inside a transaction, for what it causes elsewhere (notifications, SLA timers, counters). Borrows for the call.
namespace desk {

struct TicketCreated {
    const Ticket& ticket;
    const Actor& by;
};

struct TicketChanged {
    const Ticket& before;
    const Ticket& after;
    const Actor& by;
};

/// `ticket` as it is after the message.
struct TicketMessageAdded {
    const Ticket& ticket;
    const Message& message;
    const Actor& by;
};

/// A warning or a breach of what was promised for a ticket.
struct SlaFired {
    const Ticket& ticket;
    const SlaFiring& firing;
};

/// What was promised for a ticket runs differently now. `before` is null: nothing was.
struct PromisesChanged {
    const TicketSla* before;
    const TicketSla& after;
};

struct ConversationCreated {
    const Conversation& conversation;
    const Actor& by;
};

struct ConversationChanged {
    const Conversation& before;
    const Conversation& after;
    const Actor& by;
};

struct ChatMessageAdded {
    const ChatMessage& message;
    const Actor& by;
};

using DomainEvent = std::variant<TicketCreated, TicketChanged, TicketMessageAdded, SlaFired, PromisesChanged, ConversationCreated,
                                 ConversationChanged, ChatMessageAdded>;

}  // namespace desk
