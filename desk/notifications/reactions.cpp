#include "desk/notifications/reactions.hpp"

#include <algorithm>

#include "desk/model/ids.hpp"
#include "desk/notifications/commands.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/utf8.hpp"

namespace desk::notifications {
namespace {

using store::Transaction;

constexpr std::size_t kMaxMentions = 20;
constexpr std::size_t kSnippetBytes = 280;

std::string heading(const Ticket& ticket) { return "#" + std::to_string(ticket.number) + " " + ticket.subject; }

Notification about(const Ticket& ticket, const Actor& by, NotificationType type) {
    Notification notification;
    notification.type = type;
    notification.title = heading(ticket);
    notification.data_json = sio::json::object({{"ticketId", ticket.id}}).str();
    notification.link = "/tickets/" + ticket.id;
    notification.actor = by.ref();
    notification.priority = ticket.priority;
    return notification;
}

/// Tells each of `users` who is active staff, may see the ticket and did not do it themselves.
class Notifier {
public:
    Notifier(Transaction& tx, const Ticket& ticket, const Actor& by) : tx_(tx), ticket_(ticket), by_(by), rules_(tx.orgs().rules()) {}

    void tell(const std::string& user, const Notification& notification) {
        if (user == by_.user || std::ranges::find(told_, user) != told_.end() || !may_know(user)) return;
        told_.push_back(user);
        Notification own = notification;
        own.user = user;
        notify(tx_, std::move(own));
    }

    void tell_followers(const Notification& notification) {
        if (ticket_.assignee) tell(ticket_.assignee->id, notification);
        for (const std::string& participant : ticket_.participants) tell(participant, notification);
    }

private:
    bool may_know(const std::string& id) {
        const auto user = tx_.users().find(id);
        if (!user || !user->active || !is_staff(user->ref.role)) return false;
        Actor reader;
        reader.org = tx_.org();
        reader.user = id;
        reader.role = user->ref.role;
        reader.teams = user->teams;
        return can_access(reader, ticket_, rules_);
    }

    Transaction& tx_;
    const Ticket& ticket_;
    const Actor& by_;
    const AccessRules rules_;
    std::vector<std::string> told_;
};

void assigned(Transaction& tx, const Ticket& ticket, const Actor& by) {
    Notification notification = about(ticket, by, NotificationType::TicketAssigned);
    notification.message = by.name + " assigned this ticket to you";
    Notifier(tx, ticket, by).tell(ticket.assignee->id, notification);
}

void status_changed(Transaction& tx, const Ticket& ticket, const Actor& by) {
    Notification notification = about(ticket, by, NotificationType::TicketStatus);
    notification.message = by.name + " set the status to " + std::string(to_string(ticket.status));
    Notifier(tx, ticket, by).tell_followers(notification);
}

std::string_view title_of(SlaGoal goal) {
    switch (goal) {
        case SlaGoal::FirstResponse: return "First response";
        case SlaGoal::NextResponse: return "Next response";
        case SlaGoal::Resolution: return "Resolution";
    }
    return {};
}

struct Reactor {
    Transaction& tx;

    void operator()(const TicketCreated& event) const {
        if (event.ticket.assignee) assigned(tx, event.ticket, event.by);
    }

    void operator()(const TicketChanged& event) const {
        const auto& now = event.after.assignee;
        const auto& was = event.before.assignee;
        if (now && (!was || was->id != now->id)) assigned(tx, event.after, event.by);
        if (event.before.status != event.after.status) status_changed(tx, event.after, event.by);
    }

    void operator()(const TicketMessageAdded& event) const {
        Notifier notifier(tx, event.ticket, event.by);
        Notification notification = about(event.ticket, event.by, NotificationType::Mention);
        notification.message = sio::utf8::truncate(event.message.content, kSnippetBytes);
        notification.data_json = sio::json::object({{"ticketId", event.ticket.id}, {"messageId", event.message.id}}).str();
        // Customers' text is not searched: it would let them wake any agent by name.
        if (is_staff(event.by.role)) {
            for (const std::string& user : mentions(event.message.content)) notifier.tell(user, notification);
        }
        notification.type = NotificationType::TicketMessage;
        notifier.tell_followers(notification);
    }

    void operator()(const SlaFired& event) const {
        const Ticket& ticket = event.ticket;
        const SlaFiring& firing = event.firing;
        const Actor by = system_actor(tx.org());
        Notification notification = about(ticket, by, firing.breach ? NotificationType::SlaBreached : NotificationType::SlaWarning);
        notification.actor.reset();
        notification.message = std::string(title_of(firing.goal)) +
                               (firing.breach ? " is overdue" : " is due in " + std::to_string(firing.minutes_left) + " min");
        Notifier notifier(tx, ticket, by);
        if (ticket.assignee) return notifier.tell(ticket.assignee->id, notification);
        if (!ticket.team) return;
        for (const User& user : tx.users().staff()) {
            if (std::ranges::find(user.teams, *ticket.team) != user.teams.end()) notifier.tell(user.ref.id, notification);
        }
    }

    void operator()(const PromisesChanged&) const {}
    void operator()(const ConversationCreated&) const {}
    void operator()(const ConversationChanged&) const {}
    void operator()(const ChatMessageAdded&) const {}
};

}  // namespace

std::vector<std::string> mentions(std::string_view content) {
    std::vector<std::string> out;
    for (std::size_t at = content.find('@'); at != std::string_view::npos && out.size() < kMaxMentions; at = content.find('@', at + 1)) {
        const bool begins = at == 0 || !is_valid_id(content.substr(at - 1, 1));
        std::size_t end = at + 1;
        while (end < content.size() && content[end] != '@' && is_valid_id(content.substr(end, 1))) ++end;
        // A full stop or hyphen at its end is the sentence's.
        while (end > at + 1 && (content[end - 1] == '.' || content[end - 1] == '-')) --end;
        const std::string_view id = content.substr(at + 1, end - at - 1);
        if (begins && is_valid_id(id) && std::ranges::find(out, id) == out.end()) out.emplace_back(id);
    }
    return out;
}

void react(Transaction& tx, const DomainEvent& event) { std::visit(Reactor{tx}, event); }

}  // namespace desk::notifications
