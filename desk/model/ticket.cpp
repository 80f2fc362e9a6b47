#include "desk/model/ticket.hpp"

#include <string_view>
#include <utility>

#include "desk/model/time.hpp"

namespace desk {
namespace {

/// Visits everything of a ticket that may change, by its name on the wire: one list for the projection and for differences.
template <class Visit>
void visit_mutable(const Ticket& t, View view, Visit&& visit) {
    const Ticket::Counter& messages = view == View::Staff ? t.messages : t.public_messages;
    visit("subject", t.subject);
    visit("status", to_string(t.status));
    visit("priority", to_string(t.priority));
    visit("channel", to_string(t.channel));
    visit("requester", t.requester);
    visit("assignee", t.assignee);
    visit("teamId", t.team);
    visit("participantIds", t.participants);
    visit("tags", t.tags);
    visit("customFields", sio::json::Raw{t.custom_fields_json});
    visit("messageCount", messages.count);
    visit("lastMessageAt", iso(messages.last_at_us));
    visit("waitingSince", iso(t.waiting_since_us));
    visit("firstRespondedAt", iso(t.first_responded_at_us));
    visit("resolvedAt", iso(t.resolved_at_us));
    visit("closedAt", iso(t.closed_at_us));
}

bool is_promised(const Ticket& t) { return t.sla && !t.sla->policy.empty(); }

/// Null without a policy.
sio::json::Text sla_text(const Ticket& t) { return is_promised(t) ? sio::json::text(*t.sla) : sio::json::Text(); }

}  // namespace

void Ticket::set_status(TicketStatus next, std::int64_t now_us) {
    if (next == status) return;
    const bool was_done = is_done(status);
    status = next;
    if (is_done(next)) {
        if (!was_done || !resolved_at_us) resolved_at_us = now_us;
        waiting_since_us.reset();
    } else {
        resolved_at_us.reset();
    }
    closed_at_us = next == TicketStatus::Closed ? std::optional(now_us) : std::nullopt;
}

void write_ticket(sio::json::Writer& w, const Ticket& t, View view) {
    w.begin_object().field("id", t.id).field("number", t.number).field("orgId", t.org);
    visit_mutable(t, view, [&w](std::string_view name, const auto& value) { w.field(name, value); });
    if (view == View::Staff && is_promised(t)) w.field("sla", *t.sla);
    w.field("createdAt", iso(t.created_at_us)).field("updatedAt", iso(t.updated_at_us)).field("version", t.version).end_object();
}

std::string to_json(const Ticket& ticket, View view) {
    std::string out;
    out.reserve(768);
    sio::json::Writer w(out);
    write_ticket(w, ticket, view);
    return out;
}

TicketDiff diff(const Ticket& before, const Ticket& after, View view) {
    std::vector<std::string> old;
    visit_mutable(before, view, [&old](std::string_view, const auto& value) { old.push_back(sio::json::text(value).str()); });
    TicketDiff out;
    out.changes.clear();
    out.previous.clear();
    sio::json::Writer changes(out.changes);
    sio::json::Writer previous(out.previous);
    changes.begin_object();
    previous.begin_object();
    auto was = old.begin();
    visit_mutable(after, view, [&](std::string_view name, const auto& value) {
        const auto now = sio::json::text(value);
        if (now.view() != *was) {
            changes.field(name, now);
            previous.field(name, sio::json::Raw{*was});
        }
        ++was;
    });
    if (view == View::Staff && (is_promised(before) || is_promised(after))) {
        const auto was_promised = sla_text(before);
        const auto promised = sla_text(after);
        if (was_promised != promised) {
            changes.field("sla", promised);
            previous.field("sla", was_promised);
        }
    }
    changes.end_object();
    previous.end_object();
    return out;
}

void write_json(sio::json::Writer& w, const Attachment& attachment) {
    w.begin_object().field("id", attachment.id).field("name", attachment.name).field("mime", attachment.mime);
    w.field("size", attachment.size).field("url", attachment.url).end_object();
}

void write_json(sio::json::Writer& w, const Message& m) {
    w.begin_object().field("id", m.id).field("ticketId", m.ticket).field("number", m.number).field("author", m.author);
    w.field("content", m.content).field("type", to_string(m.type)).field("visibility", to_string(m.visibility));
    w.field("attachments", sio::json::Raw{m.attachments_json}).field("inReplyTo", m.in_reply_to);
    w.field("clientMessageId", m.client_message_id)
        .field("createdAt", iso(m.created_at_us))
        .field("editedAt", iso(m.edited_at_us))
        .end_object();
}

std::string to_json(const Message& message) { return sio::json::text(message).str(); }

}  // namespace desk
