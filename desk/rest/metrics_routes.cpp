#include <string>
#include <utility>

#include "desk/rest/routes.hpp"

namespace desk::rest {

namespace {

void show(dashboard::Dashboard& dashboard, dashboard::Metric metric, const Call& call, Reply reply) {
    // A key that may read stands for the org's own software.
    if (!call.actor().administers() && !call.key) return reply.refuse(Error{ErrorCode::Forbidden});
    dashboard.get(call.actor().org, metric,
                  [reply = std::move(reply)](Result<std::string> json) mutable { reply.finish(200, std::move(json)); });
}

}  // namespace

void add_metrics_routes(Api& api, dashboard::Dashboard& dashboard) {
    for (const auto metric : dashboard::kAllMetrics) {
        api.add(sio::http::Method::Get, "/v1/metrics/" + std::string(to_string(metric)),
                [&dashboard, metric](const Call& call, Reply reply) { show(dashboard, metric, call, std::move(reply)); });
    }
}

}  // namespace desk::rest
