#include "sio/base/bytes.hpp"
#include "sio/engineio/session.hpp"
#include "sio/http/message.hpp"

namespace sio::engineio {

std::optional<std::string_view> Handshake::header(std::string_view name) const {
    std::string_view rest = headers;
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        const std::size_t colon = line.find(':');
        if (iequals(line.substr(0, colon), name)) return line.substr(colon + 2);
        rest = rest.substr(end + 2);
    }
    return std::nullopt;
}

std::optional<std::string> Handshake::parameter(std::string_view name) const {
    http::Request request;
    request.query = query;
    return request.parameter(name);
}

}  // namespace sio::engineio
