#include "desk/store/columns.hpp"

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::store {

std::string to_json_list(const std::vector<std::string>& list) { return list.empty() ? "[]" : sio::json::text(list).str(); }

std::vector<std::string> string_list(std::string_view json) {
    std::vector<std::string> out;
    if (json.size() <= 2) return out;
    thread_local sio::json::Parser parser;
    const auto parsed = parser.parse_copy(json);
    if (!parsed) return out;
    for (const sio::json::Value item : parsed->elements()) out.emplace_back(item.string().value_or(""));
    return out;
}

}  // namespace desk::store
