#include "sio/socketio/revision4.hpp"

#include <map>

#include "sio/base/json_writer.hpp"
#include "sio/http/message.hpp"
#include "sio/http/query.hpp"

namespace sio::detail::revision4 {

Result<std::string> auth_of(std::string_view query) {
    if (query.size() > kMaxQueryBytes) return fail(ErrorCode::TooLarge, "query of a namespace");
    std::map<std::string, std::string> parameters;
    http::for_each_pair(query, [&](std::string_view name, std::optional<std::string_view> value) {
        if (name.empty() && !value) return;
        parameters.insert_or_assign(http::form_decoded(name), http::form_decoded(value.value_or("")));
    });
    std::string object;
    json::Writer(object).value(parameters);
    return object;
}

std::string refusal(const ConnectError& error) {
    if (!error.data.empty()) return error.data;
    std::string text;
    json::Writer(text).value(error.message);
    return text;
}

std::string socket_id(std::string_view nsp, std::string_view session_id) {
    std::string id;
    if (nsp != "/") id.append(nsp).push_back('#');
    return id.append(session_id);
}

}  // namespace sio::detail::revision4
