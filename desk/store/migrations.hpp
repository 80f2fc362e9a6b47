#pragma once

#include <expected>
#include <string>

#include "desk/store/sql.hpp"

namespace desk::store {

/// The schema this program reads and writes. Migrations go forward only; each is one transaction.
int schema_version();

/// Brings an empty or older store to schema_version(). Errors (for a person, at start-up): the store's schema is newer than this
/// program's, or a migration failed and changed nothing.
std::expected<void, std::string> migrate(sql::Session& session);

/// Refuses a store whose schema is not exactly schema_version(), naming both.
std::expected<void, std::string> check_schema(sql::Session& session);

}  // namespace desk::store
