#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/people.hpp"
#include "desk/store/sql.hpp"

/// How model types lie in columns.  Thread: any.
namespace desk::store {

/// A name we wrote ourselves. One we do not know comes from a newer program; it reads as the first of its list.
template <Named E>
E word(const sql::Rows& row, int column) {
    return from_string<E>(row.view(column)).value_or(E{});
}

/// Four columns from `first`: id, name, avatar_url, role, as a join with users gives them. A person without a record (columns null) has
/// their id for a name; the id is then taken from `fallback_id`.
inline UserRef user_ref(const sql::Rows& row, int first, std::string_view fallback_id = {}) {
    if (row.is_null(first)) return {std::string(fallback_id), std::string(fallback_id), std::nullopt, Role::System};
    return {row.text(first), row.text(first + 1), row.maybe_text(first + 2), word<Role>(row, first + 3)};
}

/// A JSON array of strings.
std::string to_json_list(const std::vector<std::string>& list);
std::vector<std::string> string_list(std::string_view json);

}  // namespace desk::store
