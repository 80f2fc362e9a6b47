#include "desk/delivery/missed.hpp"

#include "sio/base/json_writer.hpp"

namespace desk {

namespace {

std::string reason_of(const Error& error) {
    return error.code == ErrorCode::CursorExpired ? error.details_json : std::string(R"("reason":"INVALID_CURSOR")");
}

}  // namespace

Missed missed_of(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, const Cursor& up_to, Namespace nsp,
                 std::string_view subject, std::int64_t limit) {
    if (since.empty()) return {};
    const auto after = snapshot.log().resolve(since);
    if (!after) return {{}, reason_of(after.error())};
    auto found = store::replay(snapshot, actor,
                               {.nsp = nsp, .after = *after, .up_to = up_to.seq, .limit = limit, .subject = std::string(subject)});
    if (found.more) return {{}, R"("reason":"TOO_MUCH_MISSED")"};
    return {std::move(found.events), std::nullopt};
}

void catch_up(sio::Socket& socket, const Missed& missed, const Pending& pending, const Cursor& up_to, bool asked) {
    const std::string cursor = to_string(up_to);
    entry::set_floor(socket, pending, up_to.seq, asked && !missed.sync_required);
    if (missed.sync_required || pending.overflow) {
        const std::string reason = missed.sync_required.value_or(R"("reason":"TOO_MUCH_MISSED")");
        socket.emit("sync:required", sio::json::Raw{'{' + reason + R"(,"cursor":")" + cursor + "\"}"});
    } else {
        for (const auto& event : missed.events) socket.emit(event.name, sio::json::Raw{event.payload});
    }
    for (const auto& held : pending.held) {
        if (held.seq > up_to.seq) socket.send(held.event);
    }
    if (asked && !missed.sync_required) socket.emit("sync:ready", sio::json::object({{"cursor", cursor}}));
}

std::string given_since(std::string_view written) {
    return written == "undefined" || written == "null" ? std::string() : std::string(written);
}

std::string since_in(const sio::Event& event) { return given_since(event[0]["since"].string().value_or("")); }

}  // namespace desk
