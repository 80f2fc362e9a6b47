#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "sio/engineio/answers.hpp"
#include "sio/engineio/options.hpp"
#include "sio/engineio/revision.hpp"
#include "sio/http/message.hpp"

namespace sio::engineio {

class Session;

/// The query parameters Engine.IO reads, decoded once a request.
struct Parameters {
    std::optional<std::string> transport;
    std::optional<std::string> version;
    std::string sid;  ///< empty: a new session

    static Parameters of(const http::Request& request);
};

/// Pre: verified.
Revision revision_of(const Parameters& parameters, const http::Request& request);

struct Refusal {
    HandshakeError error;
    std::string message;
};

/// The reference server's checks in its order (docs of each code: protocol.md 1.1). `session` is what the sid names, if anything.
std::expected<void, Refusal> verify(const Options& options, const http::Request& request, const Parameters& parameters,
                                    const Session* session);

}  // namespace sio::engineio
