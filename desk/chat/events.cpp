#include "desk/chat/events.hpp"

#include "desk/model/time.hpp"

namespace desk::chat {
namespace {

EventRow row_of(std::string name, const std::string& conversation, const std::string& by) {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = SubjectKind::Conversation;
    row.subject = conversation;
    row.author = by;
    return row;
}

EventRow room_row(std::string name, const std::string& conversation, const std::string& by) {
    EventRow row = row_of(std::move(name), conversation, by);
    row.audience.shared_rooms.push_back("conv:" + conversation);
    row.customers = Customers::Same;
    return row;
}

Audience staff_audience(const ConversationAccess& access) {
    Audience out;
    if (access.visibility == AgentScope::Org || (access.waiting && !access.team)) {
        out.staff_rooms = {"staff"};
        return out;
    }
    out.staff_rooms = {"admins"};
    if (access.visibility == AgentScope::Team && access.team) out.staff_rooms.push_back("team:" + *access.team + ":staff");
    out.users = access.agents;
    return out;
}

/// For who knew it as it was: that they need not look at it any more, and nothing of what it has become.
std::string lost_payload(const Conversation& before, const Conversation& after) {
    Conversation gone = before;
    gone.status = after.status;
    gone.waiting_since_us = after.waiting_since_us;
    gone.version = after.version;
    std::string json = to_json(gone, {}, std::nullopt);
    json.pop_back();
    return json + R"(,"accessLost":true})";
}

}  // namespace

EventRow chat_message(const ChatMessage& message, std::string body) {
    EventRow row = room_row("chat:message", message.conversation, message.sender.id);
    row.payload = std::move(body);
    return row;
}

EventRow chat_updated(const Conversation& conversation, const AccessRules& rules, const UserRef& by, std::string body) {
    EventRow row = row_of("chat:updated", conversation.id, by.id);
    row.audience = staff_audience(access_of(conversation, rules));
    row.payload = std::move(body);
    row.customers = Customers::Nothing;
    return row;
}

EventRow chat_updated(const Conversation& before, const Conversation& after, const AccessRules& rules, const UserRef& by,
                      std::string body) {
    EventRow row = chat_updated(after, rules, by, std::move(body));
    if (rules.visibility == AgentScope::Org) return row;
    ConversationAccess was = access_of(before, rules);
    ConversationAccess now = access_of(after, rules);
    if (was == now) return row;
    Audience lists = staff_audience(was);
    row.access = AccessChange{std::move(was), std::move(now), std::move(lists), lost_payload(before, after)};
    return row;
}

EventRow chat_read(const std::string& conversation, const ReadMarker& marker) {
    EventRow row = room_row("chat:read", conversation, {});
    sio::json::Writer w(row.payload);
    w.begin_object().field("conversationId", conversation).field("userId", marker.user).field("messageId", marker.message).end_object();
    return row;
}

EventRow chat_ended(const Conversation& conversation, const UserRef& by) {
    EventRow row = room_row("chat:ended", conversation.id, by.id);
    row.payload = ended_payload(conversation);
    return row;
}

std::string ended_payload(const Conversation& conversation) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object()
        .field("conversationId", conversation.id)
        .field("reason", to_string(conversation.end_reason.value_or(EndReason::System)));
    w.end_object();
    return out;
}

}  // namespace desk::chat
