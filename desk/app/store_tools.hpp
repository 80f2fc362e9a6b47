#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "desk/app/config.hpp"

/// What is done to a store that nobody serves. Errors are for a person; one of them: a server has the store.
/// PostgreSQL may be migrated while servers of an older program have it.
namespace desk::app {

/// Returns the schema's version. Makes the store when there is none.
std::expected<int, std::string> migrate_store(const Config& config);

/// Returns how many orgs there are. A store that is not there is an error, not made.
std::expected<std::size_t, std::string> begin_new_epoch(const Config& config);

}  // namespace desk::app
