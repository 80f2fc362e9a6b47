#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "desk/presence/person.hpp"
#include "desk/store/transaction.hpp"

namespace desk::presence {

/// Whether somebody had connections when it was last written.
enum class Here : std::uint8_t {
    No,
    Yes,         ///< until the process ended, however it did
    HandedOver,  ///< it ended in peace, and expected them to be back
};

/// A row of the table `presence`.
struct Record {
    std::string org;
    std::string user;
    Kept kept;
    Here here = Here::No;
    bool forget_manual = false;  ///< to be written: what they set has lapsed
};

/// What of an org's people outlives the server. Thread, errors: see sql::Session.
class Records {
public:
    Records(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}

    /// What the user set; Online: nothing. When it counts as set: later than whatever they set before, whichever server's clock told.
    std::int64_t set_manual(std::string_view user, const Chosen& chosen);
    /// What they set has lapsed, unless they have set something later.
    void forget_manual(std::string_view user, std::int64_t chosen_ms);
    /// Everything else.
    void mark(std::string_view user, const Kept& kept, Here here);
    /// lastSeen; 0: never.
    std::int64_t last_seen_ms(std::string_view user) const;
    /// The agents of a customer's open tickets and conversations.
    std::unordered_set<std::string> agents_of(std::string_view customer) const;

private:
    store::sql::Session& session_;
    std::string_view org_;
};

/// Marks everybody.
void save_all(store::Transaction& tx, const std::vector<Record>& records);

/// Of all orgs: whoever has set something or was there. For the server's own start.
std::vector<Record> remembered(store::sql::Session& session);
/// Of all orgs: whoever has ever set anything, also if it was taken back; `kept` has nothing else.
std::vector<Record> chosen(store::sql::Session& session);

}  // namespace desk::presence
