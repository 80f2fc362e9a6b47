#include "desk/app/admin_ui.hpp"

#include <utility>

#include "desk/app/engine_options.hpp"

namespace desk::app {

std::unique_ptr<sio::admin::Instrument> add_admin_ui(sio::Server& io, const Config& config, sio::Log& log) {
    if (config.admin_ui == AdminUi::Off) return nullptr;
    sio::admin::Options options;
    options.username = config.admin_ui_user;
    options.password_hash = config.admin_ui_password_hash;
    options.server_id = name_of(config);
    log.info("the admin UI may connect", {{"nsp", options.nsp}, {"user", config.admin_ui_user}});
    return sio::admin::instrument(io, std::move(options));
}

}  // namespace desk::app
