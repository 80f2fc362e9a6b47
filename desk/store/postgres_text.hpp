#pragma once

#include <string>
#include <string_view>

#include "desk/store/sql.hpp"

/// What differs between the SQL of sql.hpp and PostgreSQL's own, as pure functions.  Thread: any.
namespace desk::store::postgres {

/// A statement: `?1` becomes `$1`, `{lock}` FOR UPDATE, `{clustered}` nothing. No question mark stands in our literals.
std::string translate(std::string_view text);

/// A script of our migrations: besides, every TEXT column compares by bytes, as in SQLite, whatever the database's own order is.
std::string translate_script(std::string_view text);

/// What an SQLSTATE means for us; empty: the connection broke.
sql::FailureKind kind_of(std::string_view sqlstate);

/// True when the server ends the connection with this SQLSTATE, or is not one that we can write to.
bool ends_connection(std::string_view sqlstate);

}  // namespace desk::store::postgres
