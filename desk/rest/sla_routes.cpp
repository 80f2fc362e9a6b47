#include "desk/rest/records.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "desk/sla/commands.hpp"

namespace desk::rest {

void add_sla_routes(Api& api, store::Store& store) {
    using sio::http::Method;
    const auto add = store_routes(api, store);
    add(Method::Post, "/v1/calendars", records::create<sla::read_create_calendar>);
    add(Method::Patch, "/v1/calendars/{id}", records::change<sla::read_change_calendar>);
    add(Method::Get, "/v1/calendars", records::list_page<sla::list_calendars>);
    add(Method::Get, "/v1/calendars/{id}", records::show<sla::show_calendar>);
    add(Method::Post, "/v1/sla-policies", records::create<sla::read_create_policy>);
    add(Method::Patch, "/v1/sla-policies/{id}", records::change<sla::read_change_policy>);
    add(Method::Get, "/v1/sla-policies", records::list<sla::list_policies>);
    add(Method::Get, "/v1/sla-policies/{id}", records::show<sla::show_policy>);
}

}  // namespace desk::rest
