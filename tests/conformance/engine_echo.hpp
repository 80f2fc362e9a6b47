#pragma once

#include "sio/engineio/server.hpp"

namespace conformance {

/// Sends every Engine.IO message back to the session it came from.
sio::engineio::SessionHandler* echo(sio::engineio::Session& session);

}  // namespace conformance
