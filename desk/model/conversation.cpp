#include "desk/model/conversation.hpp"

#include <algorithm>

#include "desk/model/time.hpp"

namespace desk {

bool Conversation::has_agent(std::string_view user) const {
    return std::ranges::any_of(agents, [user](const UserRef& agent) { return agent.id == user; });
}

void write_json(sio::json::Writer& w, const ChatMessage& m) {
    w.begin_object().raw_key(R"("id":)").value(m.id).raw_key(R"("conversationId":)").value(m.conversation);
    w.raw_key(R"("number":)").value(m.number).raw_key(R"("senderId":)").value(m.sender.id).raw_key(R"("sender":)").value(m.sender);
    w.raw_key(R"("content":)").value(m.content).raw_key(R"("type":)").value(to_string(m.type));
    w.raw_key(R"("attachments":)").value(sio::json::Raw{m.attachments_json});
    w.raw_key(R"("clientMessageId":)").value(m.client_message_id).raw_key(R"("createdAt":)").value(iso(m.created_at_us)).end_object();
}

std::string to_json(const ChatMessage& message) {
    std::string out;
    out.reserve(message.content.size() + message.sender.name.size() + 384);
    sio::json::Writer w(out);
    w.value(message);
    return out;
}

void write_conversation(sio::json::Writer& w, const Conversation& c, const std::vector<ReadMarker>& markers,
                        const std::optional<ChatMessage>& last) {
    w.begin_object().field("id", c.id).field("orgId", c.org).field("status", to_string(c.status)).field("customer", c.customer);
    w.field("agents", c.agents).field("teamId", c.team).field("ticketId", c.ticket).field("waitingSince", iso(c.waiting_since_us));
    w.field("startedAt", iso(c.started_at_us)).field("endedAt", iso(c.ended_at_us));
    w.field("endReason", c.end_reason ? std::optional(to_string(*c.end_reason)) : std::nullopt).field("lastMessage", last);
    w.key("readMarkers").begin_object();
    for (const ReadMarker& marker : markers) w.field(marker.user, marker.message);
    w.end_object().field("createdAt", iso(c.created_at_us)).field("version", c.version).end_object();
}

std::string to_json(const Conversation& conversation, const std::vector<ReadMarker>& markers, const std::optional<ChatMessage>& last) {
    std::string out;
    sio::json::Writer w(out);
    write_conversation(w, conversation, markers, last);
    return out;
}

}  // namespace desk
