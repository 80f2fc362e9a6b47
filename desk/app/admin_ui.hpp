#pragma once

#include <memory>

#include "desk/app/config.hpp"
#include "sio/admin/instrument.hpp"
#include "sio/base/log.hpp"

namespace desk::app {

/// The namespace of the Socket.IO Admin UI, as far as the configuration wants it; nullptr: not at all. It looks and changes nothing, for it
/// shows the sockets of every org. To be called when every handler of the helpdesk is registered, before the server starts.
std::unique_ptr<sio::admin::Instrument> add_admin_ui(sio::Server& io, const Config& config, sio::Log& log);

}  // namespace desk::app
