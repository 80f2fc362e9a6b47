#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "desk/chat/commands.hpp"
#include "desk/model/error.hpp"
#include "desk/notifications/commands.hpp"
#include "desk/people/publish.hpp"
#include "desk/tickets/publish.hpp"
#include "sio/base/json.hpp"

/// POST /v1/publish (domain.md 4 and 9), read: what a backend tells, as commands.
namespace desk::rest {

inline constexpr std::size_t kMaxPublished = 100;

/// An event as an emitter sends it: not stored, not logged, to the org's own members only.
struct RawEvent {
    std::string nsp;
    std::vector<std::string> rooms;  ///< by the names of design.md, so with the org in them
    std::string event;
    std::string data_json;  ///< empty: without an argument
};

/// A message of a conversation, by its sender or else by who publishes.
struct PublishedChatMessage {
    std::optional<UserRef> sender;
    chat::SendChatMessage message;
};

using PublishedCommand = std::variant<std::monostate, tickets::PublishTicket, tickets::PublishMessage, PublishedChatMessage,
                                      notifications::CreateNotifications, people::PublishUser, RawEvent>;

struct PublishItem {
    std::string org;
    std::string event;
    std::optional<std::string> id;  ///< tells repeats of it
    std::optional<UserRef> by;      ///< empty: the system
    PublishedCommand command;
    std::optional<Error> refused;  ///< what is wrong with it; then there is no command

    bool is_raw() const { return std::holds_alternative<RawEvent>(command); }
};

/// `value` is one element of the request. Without an `org` of its own it is `default_org`'s, if there is one.
PublishItem read_publish_item(sio::json::Value value, const std::optional<std::string>& default_org, std::size_t max_bytes);

/// The room of `org` for a name of api.md: user:, team:, org:, ticket: and conv:; a ticket has one for staff and one for customers.
/// Errors: InvalidPayload; Forbidden for another org's.
Result<std::vector<std::string>> rooms_named(std::string_view name, std::string_view org);

}  // namespace desk::rest
