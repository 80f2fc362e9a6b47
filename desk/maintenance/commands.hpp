#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "desk/maintenance/notice.hpp"
#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// Maintenance notices: of an org by its admins, of all orgs by whoever runs the server. Who may what is the doors' to say.
namespace desk::maintenance {

inline constexpr std::size_t kMaxMessage = 1000;  ///< code points
inline constexpr std::size_t kMaxCurrent = 20;    ///< notices that one org, or everybody, is told when connecting

/// For whom somebody may speak.
enum class Reach : std::uint8_t { None, OwnOrg, AllOrgs };

/// Errors of all: Forbidden for who reaches nobody; InvalidPayload for a message that is empty, an end that is over or not behind the
/// start. Of Change and Cancel: RoomNotFound for another org's; Forbidden for everybody's without the reach.
struct Create {
    bool all_orgs = false;  ///< else the actor's. Errors: Forbidden without the reach
    std::string message;
    std::int64_t starts_at_us = 0;
    std::optional<std::int64_t> ends_at_us;
};

/// What is absent stays. Errors: Conflict when it is cancelled.
struct Change {
    std::string id;
    std::optional<std::string> message;
    std::optional<std::int64_t> starts_at_us;
    std::optional<std::optional<std::int64_t>> ends_at_us;
};

/// Twice is as good as once.
struct Cancel {
    std::string id;
};

Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Create& command);
Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Change& command);
Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Cancel& command);

}  // namespace desk::maintenance
