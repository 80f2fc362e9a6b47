#include "desk/rest/update_page.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "desk/model/cursor.hpp"
#include "desk/store/replay.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

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

/// FNV-1a: the same on every server and after a restart.
class Fingerprint {
public:
    void add(std::string_view text) {
        for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    std::string hex() const {
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash_));
        return digits;
    }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace

bool UpdatePage::matches(std::string_view if_none_match) const {
    while (!if_none_match.empty()) {
        const std::size_t comma = std::min(if_none_match.find(','), if_none_match.size());
        std::string_view tag = if_none_match.substr(0, comma);
        if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
        while (!tag.empty() && (tag.front() == ' ' || tag.front() == '\t')) tag.remove_prefix(1);
        while (!tag.empty() && (tag.back() == ' ' || tag.back() == '\t')) tag.remove_suffix(1);
        // Weak comparison (RFC 9110 section 13.1.2).
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag == "*" || tag == std::string_view(etag).substr(2)) return true;
    }
    return false;
}

sio::http::Response UpdatePage::response(std::string_view if_none_match) && {
    sio::http::Response response;
    if (matches(if_none_match)) {
        response.status = 304;
    } else {
        response = sio::http::Response::json(200, std::move(json));
        response.compressible = true;
    }
    response.headers.emplace_back("ETag", std::move(etag));
    response.headers.emplace_back("Cache-Control", "private, no-cache");
    return response;
}

Result<UpdatePage> read_updates(const store::Snapshot& snapshot, const Actor& actor, const UpdatesWanted& wanted,
                                std::optional<std::int64_t> after) {
    const Cursor top = snapshot.log().position();
    store::Replay found{.up_to = top.seq};
    if (!wanted.since.empty()) {
        if (!after) {
            const auto position = position_of(snapshot, wanted.since);
            if (!position) return std::unexpected(position.error());
            after = *position;
        }
        found = store::replay(snapshot, actor, {.nsp = Namespace::Tickets, .after = *after, .up_to = top.seq, .limit = wanted.limit});
    }
    UpdatePage page{.up_to = found.up_to, .empty = found.events.empty()};
    Fingerprint fingerprint;
    sio::json::Writer w(page.json);
    w.begin_object().key("updates").begin_array();
    for (const auto& event : found.events) {
        w.begin_object().field("eventId", event.event_id).field("seq", event.seq).field("event", event.name);
        w.field("data", sio::json::Raw{event.payload}).field("occurredAt", sio::format_iso8601(event.occurred_at_us / 1000)).end_object();
        fingerprint.add(event.event_id);
        fingerprint.add(event.payload);
    }
    const std::string cursor = to_string(Cursor{top.epoch, found.up_to});
    w.end_array().field("cursor", cursor).field("hasMore", found.more);
    w.field("serverTime", sio::format_iso8601(snapshot.now_us() / 1000)).end_object();
    fingerprint.add(cursor);
    fingerprint.add(found.more ? "+" : "-");
    // Weak: the time of day in it differs each time.
    page.etag = "W/\"" + fingerprint.hex() + '"';
    return page;
}

}  // namespace desk::rest
