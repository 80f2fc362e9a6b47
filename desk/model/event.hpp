#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/access.hpp"
#include "desk/model/error.hpp"
#include "desk/model/notification.hpp"

/// The rows of the log and whom they are for (domain.md 3.1). Plain data, shared by commands, the store and the sequencer.
namespace desk {

enum class Namespace : std::uint8_t { Main, Tickets, Chat, Notifications, Presence, Dashboard };

/// Their paths, in the order of Namespace.
inline constexpr std::array<std::string_view, 6> kNamespaces{"/", "/tickets", "/chat", "/notifications", "/presence", "/dashboard"};

/// `/`, `/tickets`, ...
constexpr std::string_view to_string(Namespace nsp) { return kNamespaces[static_cast<std::size_t>(nsp)]; }

/// Where an event of that name is emitted: `ticket:*` in /tickets, `chat:*` in /chat, `notification*` in /notifications, ...
Namespace namespace_of(std::string_view event);

/// What a row is about: access to it decides who may read the row, live and in a replay.
enum class SubjectKind : std::uint8_t { Org, Ticket, Conversation, User };

/// Rooms by their names within the org (delivery puts `o:{org}:` before them): `staff`, `admins`, `team:{t}:staff`, `ticket:{t}:staff`,
/// `ticket:{t}:customers`, `conv:{c}`, `user:{u}`. One emit goes to the union, so a socket in several of them gets it once.
struct Audience {
    std::vector<std::string> staff_rooms;     ///< hold staff only: get the payload
    std::vector<std::string> customer_rooms;  ///< hold customers only: get the customers' payload
    std::vector<std::string> shared_rooms;    ///< `conv:{c}`: everybody in it gets the payload
    std::vector<std::string> users;           ///< ids: their `user:{u}` rooms, each socket gets the projection of its role
    std::vector<std::string> customer_users;  ///< ids: of their rooms only sockets of customers

    bool operator==(const Audience&) const = default;
};

/// What an event did to access. Who could see the subject by `before` and cannot by `after` is put out of a ticket's rooms first
/// (`ticket:unsubscribed {reason: ACCESS_LOST}`), then gets `lost_payload` in place of the payload. A conversation has nobody in its room
/// whom its own events put out.
struct AccessChange {
    SubjectAccess before;
    SubjectAccess after;    ///< of the same kind
    Audience lists_before;  ///< rooms whose members had the subject in their lists
    std::string lost_payload;

    bool operator==(const AccessChange&) const = default;
};

enum class Customers : std::uint8_t {
    Nothing,  ///< customers do not learn of the event
    Same,     ///< they get the same payload
    Own,      ///< they get `customer_payload`
};

/// One event of an org's log. Payloads are complete JSON objects, `eventId` and `seq` inside, ready to be sent.
struct EventRow {
    std::string org;
    std::int64_t seq = 0;
    std::string event_id;
    std::string name;  ///< "ticket:message"
    SubjectKind subject_kind = SubjectKind::Org;
    std::string subject;  ///< id of the ticket, conversation, user or org
    std::string author;   ///< user id; their typing in the subject's room ends before this is emitted. Empty: nobody's
    Audience audience;
    std::string payload;
    Customers customers = Customers::Same;
    std::string customer_payload;
    std::optional<AccessChange> access;
    std::optional<UnreadCount> unread;  ///< of notification events: `notification:count` follows the row, to the subject
    std::int64_t occurred_at_us = 0;

    Namespace nsp() const { return namespace_of(name); }
};

/// Everything of a row that is neither key nor payload, as JSON for the log's `meta` column; empty when it is what the subject implies
/// (a conversation's shared room, a user's own room).
std::string meta_to_json(const EventRow& row);

/// Fills audience, access and unread of `row` from its meta column; its subject must be set. Errors: Internal (not written by us).
Result<void> meta_from_json(std::string_view meta, EventRow& row);

}  // namespace desk
