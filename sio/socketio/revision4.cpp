#include "sio/socketio/revision4.hpp"

#include <map>

#include "sio/base/json_writer.hpp"
#include "sio/http/message.hpp"

namespace sio::detail::revision4 {

Result<std::string> auth_of(std::string_view query) {
    if (query.size() > kMaxQueryBytes) return fail(ErrorCode::TooLarge, "query of a namespace");
    std::map<std::string, std::string> parameters;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        parameters.insert_or_assign(http::form_decoded(pair.substr(0, equals)), http::form_decoded(value));
    }
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
