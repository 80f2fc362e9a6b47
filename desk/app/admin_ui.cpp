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
    options.mode = config.admin_ui == AdminUi::Development ? sio::admin::Mode::Development : sio::admin::Mode::Production;
    // Commands of a page would bypass who may see what; and they know no orgs.
    options.readonly = true;
    options.hidden = [](std::string_view, std::string_view event) { return event == "token:update"; };
    log.info("the admin UI may connect", {{"nsp", options.nsp}, {"user", config.admin_ui_user}});
    if (config.admin_ui == AdminUi::Development) log.warn("the admin UI is shown the events of every org");
    return sio::admin::instrument(io, std::move(options));
}

}  // namespace desk::app
