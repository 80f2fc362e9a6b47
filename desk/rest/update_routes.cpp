#include <chrono>

#include "desk/delivery/missed.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/update_polls.hpp"

namespace desk::rest {

namespace {

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 300;
constexpr std::int64_t kMaxWaitS = 25;

void show(UpdatePolls& polls, const Call& call, Reply reply) {
    Query query(call.request);
    UpdatesWanted wanted;
    wanted.since = given_since(query.text("since"));
    wanted.limit = query.number("limit", kDefaultLimit, 1, kMaxLimit);
    const std::int64_t wait = query.number("wait", 0, 0, kMaxWaitS);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    wanted.if_none_match = call.request.header("if-none-match").value_or("");
    polls.serve(call, std::move(reply), std::move(wanted), std::chrono::seconds(wait));
}

}  // namespace

void add_update_routes(Api& api, UpdatePolls& polls) {
    for (const auto* path : {"/v1/tickets/updates", "/tickets/updates"}) {
        api.add(sio::http::Method::Get, path, [&polls](const Call& call, Reply reply) { show(polls, call, std::move(reply)); },
                {.waits = true});
    }
    api.on_gone([&polls](sio::http::ExchangeId exchange) { polls.gone(exchange); });
}

}  // namespace desk::rest
