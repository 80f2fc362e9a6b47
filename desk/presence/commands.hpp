#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "desk/presence/person.hpp"
#include "desk/store/transaction.hpp"

namespace desk::presence {

/// Sets the actor's own status, for all of their connections, until they set it again; Online takes it back.
/// Errors: Forbidden (who has no presence: customers, bots).
struct SetStatus {
    PresenceStatus status = PresenceStatus::Online;
    std::int64_t now_ms = 0;  ///< by the machine's clock
};

/// Somebody whose presence was asked for, as the store knows them.
struct Asked {
    std::string user;
    bool known = false;  ///< an agent or admin of the org
    std::int64_t last_seen_ms = 0;
};

/// Whose presence the actor may know: staff that of all agents, customers only that of the agents of their own open tickets and
/// conversations. Whom a customer may not watch is left out; for staff the unknown come too, as such: they may come to be known.
struct FindPeople {
    std::vector<std::string> users;
};

/// What was written.
Result<Chosen> run(store::Transaction& tx, const Actor& actor, const SetStatus& command);
Result<std::vector<Asked>> run(const store::Snapshot& snapshot, const Actor& actor, const FindPeople& command);

}  // namespace desk::presence
