#include <algorithm>
#include <charconv>

#include "desk/delivery/missed.hpp"
#include "desk/model/cursor.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "desk/store/replay.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 300;
/// Events of one commit share a time, and clocks of clients are read after the answer was made: what is this much older comes again.
constexpr std::int64_t kTimeOverlapUs = 2'000'000;

/// A point in time as clients write it: epoch milliseconds, or ISO 8601. nullopt: it is a cursor or an eventId.
std::optional<std::int64_t> time_us(std::string_view since) {
    if (std::ranges::all_of(since, [](char c) { return c >= '0' && c <= '9'; })) {
        std::int64_t ms = 0;
        const auto [end, error] = std::from_chars(since.data(), since.data() + since.size(), ms);
        constexpr std::int64_t kMaxMs = 253'402'300'799'999;  // the end of the year 9999
        return error == std::errc{} ? std::optional(std::min(ms, kMaxMs) * 1000) : std::nullopt;
    }
    const auto ms = sio::parse_iso8601(since);
    return ms ? std::optional(*ms * 1000) : std::nullopt;
}

Result<std::int64_t> position_of(const store::Snapshot& snapshot, std::string_view since) {
    if (const auto time = time_us(since)) return snapshot.log().resolve_time(*time - kTimeOverlapUs);
    return snapshot.log().resolve(since);
}

Result<std::string> updates(const store::Snapshot& snapshot, const Actor& actor, const std::string& since, std::int64_t limit) {
    const Cursor top = snapshot.log().position();
    store::Replay found{.up_to = top.seq};
    if (!since.empty()) {
        const auto after = position_of(snapshot, since);
        if (!after) return std::unexpected(after.error());
        found = store::replay(snapshot, actor, {.nsp = Namespace::Tickets, .after = *after, .up_to = top.seq, .limit = limit});
    }
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().key("updates").begin_array();
    for (const auto& event : found.events) {
        w.begin_object().field("eventId", event.event_id).field("seq", event.seq).field("event", event.name);
        w.field("data", sio::json::Raw{event.payload}).field("occurredAt", sio::format_iso8601(event.occurred_at_us / 1000)).end_object();
    }
    w.end_array().field("cursor", to_string(Cursor{top.epoch, found.up_to})).field("hasMore", found.more);
    w.field("serverTime", sio::format_iso8601(snapshot.now_us() / 1000)).end_object();
    return json;
}

void show(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::string since = given_since(query.text("since"));
    const std::int64_t limit = query.number("limit", kDefaultLimit, 1, kMaxLimit);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, since, limit](const store::Snapshot& snapshot) {
        return updates(snapshot, identity->actor, since, limit);
    });
}

}  // namespace

void add_update_routes(Api& api, store::Store& store) {
    for (const auto* path : {"/v1/tickets/updates", "/tickets/updates"}) {
        api.add(Method::Get, path, [&store](const Call& call, Reply reply) { show(store, call, std::move(reply)); });
    }
}

}  // namespace desk::rest
