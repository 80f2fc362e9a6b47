#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

/// The closed word lists of domain.md section 2, each with its names on the wire.  Thread: any.
namespace desk {

enum class Role : std::uint8_t { Admin, Agent, Customer, Bot, System };
enum class TicketStatus : std::uint8_t { New, Open, Pending, OnHold, Resolved, Closed };
enum class Priority : std::uint8_t { Low, Normal, High, Urgent };
enum class Channel : std::uint8_t { Email, Chat, Web, Api, Phone };
enum class MessageType : std::uint8_t { Text, Html, Markdown, Image, File, System };
/// Who may read a ticket's message.
enum class Visibility : std::uint8_t { Public, Internal };
/// What an org's agents may see.
enum class AgentScope : std::uint8_t { Org, Team, Assigned };
enum class ConversationStatus : std::uint8_t { Waiting, Active, Ended };
enum class EndReason : std::uint8_t { AgentEnded, CustomerEnded, CustomerTimeout, Inactivity, Transferred, Merged, System };
enum class NotificationType : std::uint8_t {
    TicketAssigned,
    TicketMessage,
    Mention,
    TicketStatus,
    SlaWarning,
    SlaBreached,
    ChatWaiting,
    System,
};

/// Whether an agent is there (domain.md 3.3).
enum class PresenceStatus : std::uint8_t { Online, Busy, Away, Offline };

/// What a policy promises of a ticket.
enum class SlaGoal : std::uint8_t { FirstResponse, NextResponse, Resolution };
/// How one promise stands. Nobody is shown a cancelled one.
enum class SlaState : std::uint8_t { Running, Paused, Met, Breached, Cancelled };

/// What an API key is good for.
enum class KeyScope : std::uint8_t { Publish, Admin, Read };

/// The names of E's values in their order.
template <class E>
struct Names;

template <>
struct Names<Role> {
    static constexpr std::array<std::string_view, 5> kAll{"admin", "agent", "customer", "bot", "system"};
};
template <>
struct Names<TicketStatus> {
    static constexpr std::array<std::string_view, 6> kAll{"new", "open", "pending", "on_hold", "resolved", "closed"};
};
template <>
struct Names<Priority> {
    static constexpr std::array<std::string_view, 4> kAll{"low", "normal", "high", "urgent"};
};
template <>
struct Names<Channel> {
    static constexpr std::array<std::string_view, 5> kAll{"email", "chat", "web", "api", "phone"};
};
template <>
struct Names<MessageType> {
    static constexpr std::array<std::string_view, 6> kAll{"text", "html", "markdown", "image", "file", "system"};
};
template <>
struct Names<Visibility> {
    static constexpr std::array<std::string_view, 2> kAll{"public", "internal"};
};
template <>
struct Names<AgentScope> {
    static constexpr std::array<std::string_view, 3> kAll{"org", "team", "assigned"};
};
template <>
struct Names<ConversationStatus> {
    static constexpr std::array<std::string_view, 3> kAll{"waiting", "active", "ended"};
};
template <>
struct Names<EndReason> {
    static constexpr std::array<std::string_view, 7> kAll{"agent_ended", "customer_ended", "customer_timeout", "inactivity", "transferred",
                                                          "merged",      "system"};
};
template <>
struct Names<NotificationType> {
    static constexpr std::array<std::string_view, 8> kAll{"ticket_assigned", "ticket_message", "mention",      "ticket_status",
                                                          "sla_warning",     "sla_breached",   "chat_waiting", "system"};
};

template <>
struct Names<PresenceStatus> {
    static constexpr std::array<std::string_view, 4> kAll{"online", "busy", "away", "offline"};
};
template <>
struct Names<SlaGoal> {
    static constexpr std::array<std::string_view, 3> kAll{"first_response", "next_response", "resolution"};
};
template <>
struct Names<SlaState> {
    static constexpr std::array<std::string_view, 5> kAll{"running", "paused", "met", "breached", "cancelled"};
};

template <>
struct Names<KeyScope> {
    static constexpr std::array<std::string_view, 3> kAll{"publish", "admin", "read"};
};

template <class E>
concept Named = requires { Names<E>::kAll; };

template <Named E>
constexpr std::string_view to_string(E value) {
    return Names<E>::kAll[static_cast<std::size_t>(value)];
}

template <Named E>
constexpr std::optional<E> from_string(std::string_view name) {
    const auto& all = Names<E>::kAll;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] == name) return static_cast<E>(i);
    }
    return std::nullopt;
}

/// Sees the staff projection of tickets and conversations. A bot acts for the org's own software.
constexpr bool is_staff(Role role) { return role != Role::Customer; }

/// Agents and admins are there or not; customers only stand in chat:online, and a bot is never away.
constexpr bool has_presence(Role role) { return role == Role::Admin || role == Role::Agent; }

/// `resolved` and `closed`: the customer waits no more.
constexpr bool is_done(TicketStatus status) { return status == TicketStatus::Resolved || status == TicketStatus::Closed; }

}  // namespace desk
