#include "desk/chat/sockets.hpp"

#include <algorithm>
#include <utility>

#include "desk/chat/commands.hpp"
#include "desk/chat/events.hpp"
#include "desk/chat/lifecycle.hpp"
#include "desk/chat/requests.hpp"
#include "desk/delivery/missed.hpp"
#include "desk/session/rooms.hpp"

namespace desk::chat {

namespace {

TypingPlace place_of(const Actor& actor, std::string_view conversation) {
    return {TypingPlace::Kind::Conversation, actor.org, std::string(conversation)};
}

struct Joined {
    JoinOutcome outcome;
    Missed missed;
};

bool replays_the_end(const Missed& missed) {
    return std::ranges::any_of(missed.events, [](const store::ReplayedEvent& event) { return event.name == "chat:ended"; });
}

/// Of a conversation entered at CONNECT.
struct Facts {
    bool customer;  ///< is whose it is
    bool ended;
};

Error not_joined(std::string_view conversation) {
    return Error{ErrorCode::Forbidden}.with("conversationId", conversation).because("NOT_JOINED");
}

// A limit that nobody is meant to meet is not worth asking Valkey.
constexpr std::uint32_t kUncounted = 1'000'000;

Error too_many(std::int64_t wait_ms) { return Error{ErrorCode::RateLimited}.with("retryAfterMs", wait_ms).with("limit", "chat_messages"); }

/// The conversation that an event of a socket in it names. Errors: Forbidden.
Result<std::string_view> joined_conversation(sio::Socket& socket, const sio::Event& event) {
    const std::string_view conversation = text_field(event, "conversationId");
    if (!socket.in_room(rooms::conversation(visitor_of(socket).actor().org, conversation))) return fail(not_joined(conversation));
    return conversation;
}

}  // namespace

ChatSockets::ChatSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals, Typing& typing, OnlineLists& online,
                         cluster::SharedBuckets* shared_messages)
    : door_(door), commands_(commands), typing_(typing), online_(online), shared_messages_(shared_messages) {
    sio::Namespace& nsp = io.of("/chat");
    const auto on = [&](std::string_view event, Kind kind, Result<void> (ChatSockets::*handler)(sio::Socket&, const sio::Event&)) {
        door.on(nsp, event, kind,
                [this, handler](sio::Socket& socket, const sio::Event& received) { return (this->*handler)(socket, received); });
    };
    on("chat:join", Kind::Subscription, &ChatSockets::join);
    on("chat:leave", Kind::Plain, &ChatSockets::leave);
    on("chat:message", Kind::Write, &ChatSockets::message);
    on("chat:read", Kind::Read, &ChatSockets::read);
    on("chat:typing", Kind::Typing, &ChatSockets::typing);
    arrivals.receive_at(nsp, arrival_rules());
    nsp.on_disconnecting([this](sio::Socket& socket, sio::DisconnectReason) {
        if (seat_of(socket).subscribed > 0) disconnecting(socket);
    });
}

ArrivalRules ChatSockets::arrival_rules() {
    ArrivalRules rules;
    rules.nsp = Namespace::Chat;
    rules.list = "conversations";
    rules.id_name = "conversationId";
    rules.cap = &Limits::chat_subscriptions;
    rules.cap_name = "chat_subscriptions";
    rules.prepare = [](store::Transaction& tx, const Actor& actor, const std::vector<std::string>& ids) {
        if (!is_staff(actor.role)) return;
        // Who may not is told so by the check, after this.
        for (const std::string& id : ids) static_cast<void>(run(tx, actor, JoinConversation{id}));
    };
    rules.check = [](const store::Snapshot& snapshot, const Actor& actor, const std::string& id, const Cursor& cursor) -> Result<Entry> {
        const auto found = accessible_conversation(snapshot, actor, id);
        if (!found) return std::unexpected(found.error());
        const auto answer = sio::json::object(
            {{"conversationId", id}, {"conversation", sio::json::Raw{describe(snapshot, *found)}}, {"cursor", to_string(cursor)}});
        const Facts facts{.customer = found->customer.id == actor.user, .ended = found->status == ConversationStatus::Ended};
        Entry entry{{{"chat:joined", answer.str()}}, facts};
        if (facts.ended) entry.answers.push_back({"chat:ended", ended_payload(*found)});
        return entry;
    };
    rules.enter = [this](sio::Socket& socket, const std::string& id) { enter(socket, id); };
    rules.leave = [](sio::Socket& socket, const std::string& id) {
        socket.leave(rooms::conversation(visitor_of(socket).actor().org, id));
        --seat_of(socket).subscribed;
    };
    rules.entered = [this](sio::Socket& socket, const std::string& id, const std::any& facts) {
        const Actor& actor = visitor_of(socket).actor();
        const auto& known = std::any_cast<const Facts&>(facts);
        typing_.tell(place_of(actor, id), socket);
        online_.joined({.conversation = id,
                        .who = visitor_of(socket).identity,
                        .socket = socket.handle(),
                        .observing = false,
                        .customer = known.customer,
                        .ended = known.ended});
    };
    return rules;
}

void ChatSockets::enter(sio::Socket& socket, const std::string& id) {
    const std::string room = rooms::conversation(visitor_of(socket).actor().org, id);
    if (socket.in_room(room)) return;
    socket.join(room);
    ++seat_of(socket).subscribed;
}

Result<void> ChatSockets::join(sio::Socket& socket, const sio::Event& event) {
    const std::string_view conversation = text_field(event, "conversationId");
    const IdentityRef identity = visitor_of(socket).identity;
    if (!socket.in_room(rooms::conversation(identity->actor.org, conversation)) &&
        seat_of(socket).subscribed >= door_.limits().chat_subscriptions) {
        return fail(Error{ErrorCode::RateLimited}.with("limit", "chat_subscriptions"));
    }
    const std::string since = since_in(event);
    JoinConversation command{std::string(conversation), event[0]["observe"].boolean().value_or(false)};
    const bool observing = command.observe;
    commands_.enter(
        socket, event, conversation,
        [command = std::move(command)](const Actor& actor, store::Transaction& tx) { return run(tx, actor, command); },
        // Not in the transaction: rows of commands that are committed with it stand in no table yet.
        [since, id = std::string(conversation), limit = door_.limits().replay_events](const Actor& actor, const store::Snapshot& snapshot,
                                                                                      JoinOutcome outcome) -> Result<Joined> {
            auto missed = missed_of(snapshot, actor, since, outcome.cursor, Namespace::Chat, id, limit);
            return Joined{std::move(outcome), std::move(missed)};
        },
        [this, id = std::string(conversation), asked = !since.empty(), observing](sio::Socket& on_loop, sio::Ack& ack, const Joined& joined,
                                                                                  const Pending& pending) -> Result<void> {
            const Actor& member = visitor_of(on_loop).actor();
            enter(on_loop, id);
            const auto& outcome = joined.outcome;
            if (ack) {
                const auto answer =
                    sio::json::object({{"conversation", sio::json::Raw{outcome.json}}, {"cursor", to_string(outcome.cursor)}});
                ack(sio::json::Raw{ok_with(answer.str())});
            }
            if (outcome.ended_json && !replays_the_end(joined.missed)) on_loop.emit("chat:ended", sio::json::Raw{*outcome.ended_json});
            catch_up(on_loop, joined.missed, pending, outcome.cursor, asked, commands_.recoveries());
            typing_.tell(place_of(member, id), on_loop);
            online_.joined({.conversation = id,
                            .who = visitor_of(on_loop).identity,
                            .socket = on_loop.handle(),
                            .observing = observing && member.role == Role::Admin,
                            .customer = member.user == outcome.conversation.customer.id,
                            .ended = outcome.ended_json.has_value()});
            return {};
        });
    return {};
}

void ChatSockets::disconnecting(sio::Socket& socket) {
    const Actor& actor = visitor_of(socket).actor();
    typing_.gone(place_of(actor, {}), socket.handle());
    const std::string prefix = rooms::conversation(actor.org, {});
    for (const std::string_view room : socket.rooms()) {
        if (room.starts_with(prefix)) online_.left(actor.org, std::string(room.substr(prefix.size())), socket.handle());
    }
}

Result<void> ChatSockets::leave(sio::Socket& socket, const sio::Event& event) {
    const std::string_view conversation = text_field(event, "conversationId");
    const Actor& actor = visitor_of(socket).actor();
    const std::string room = rooms::conversation(actor.org, conversation);
    if (socket.in_room(room)) {
        typing_.gone(place_of(actor, conversation), socket.handle());
        online_.left(actor.org, std::string(conversation), socket.handle());
        socket.leave(room);
        --seat_of(socket).subscribed;
    }
    accept(event);
    return {};
}

Result<void> ChatSockets::message(sio::Socket& socket, const sio::Event& event) {
    const auto conversation = joined_conversation(socket, event);
    if (!conversation) return std::unexpected(conversation.error());
    const IdentityRef& identity = visitor_of(socket).identity;
    const RateLimit& limit = door_.limits().chat_messages;
    if (const auto wait = messages_.take(identity->actor.org, identity->actor.user, limit, socket.connection().loop().unix_ms());
        wait > 0) {
        return std::unexpected(too_many(wait));
    }
    auto command = read_chat_message(event[0]);
    if (!command) return std::unexpected(std::move(command.error()));
    command->conversation = *conversation;
    command->joined = true;
    auto write = [identity, command = std::move(*command)](store::Transaction& tx) { return run(tx, identity->actor, command); };
    const auto tell = [](sio::Socket&, sio::Ack& ack, const ChatMessageOutcome& outcome) -> Result<void> {
        if (ack) ack(sio::json::Raw{ok_with(outcome.json)});
        return {};
    };
    if (shared_messages_ == nullptr || limit.burst >= kUncounted) {
        commands_.write(socket, event, std::move(write), tell);
        return {};
    }
    commands_.write_through(
        [this, &identity, &limit](SocketCommands::Go go) {
            shared_messages_->take(identity->actor.org, identity->actor.user, limit,
                                   [go = std::move(go)](std::optional<std::int64_t> wait) mutable {
                                       // Who is not answered has been let in by this server's own bucket.
                                       go(wait.value_or(0) == 0 ? Result<void>() : std::unexpected(too_many(*wait)));
                                   });
        },
        socket, event, std::move(write), tell);
    return {};
}

Result<void> ChatSockets::read(sio::Socket& socket, const sio::Event& event) {
    const auto conversation = joined_conversation(socket, event);
    if (!conversation) return std::unexpected(conversation.error());
    const std::string_view message = text_field(event, "messageId");
    commands_.change(
        socket, event,
        [identity = visitor_of(socket).identity, command = ReadConversation{std::string(*conversation), std::string(message), true}](
            store::Transaction& tx) { return run(tx, identity->actor, command); },
        [](sio::Socket&, sio::Ack& ack, const ReadOutcome&) -> Result<void> {
            if (ack) ack(sio::json::Raw{R"({"ok":true})"});
            return {};
        });
    return {};
}

Result<void> ChatSockets::typing(sio::Socket& socket, const sio::Event& event) {
    const auto conversation = joined_conversation(socket, event);
    if (!conversation) return std::unexpected(conversation.error());
    online_.while_open(visitor_of(socket).actor().org, std::string(*conversation),
                       [this, identity = visitor_of(socket).identity, id = std::string(*conversation), from = socket.handle()] {
                           typing_.started(place_of(identity->actor, id), identity, from, false);
                       });
    accept(event);
    return {};
}

}  // namespace desk::chat
