#include "desk/delivery/missed.hpp"

#include "sio/base/json_writer.hpp"

namespace desk {

namespace {

constexpr std::string_view kTooMuch = R"("reason":"TOO_MUCH_MISSED")";

std::string reason_of(const Error& error) {
    return error.code == ErrorCode::CursorExpired ? error.details_json : std::string(R"("reason":"INVALID_CURSOR")");
}

Missed read_missed(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, store::ReplayWanted wanted) {
    if (since.empty()) return {};
    const auto after = snapshot.log().resolve(since);
    if (!after) {
        const bool expired = after.error().code == ErrorCode::CursorExpired;
        return {{}, reason_of(after.error()), expired ? Recovery::Expired : Recovery::Invalid};
    }
    wanted.after = *after;
    auto found = store::replay(snapshot, actor, wanted);
    if (found.more) return {{}, std::string(kTooMuch), Recovery::TooMuch};
    return {std::move(found.events), std::nullopt, Recovery::Complete};
}

}  // namespace

Missed missed_of(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, const Cursor& up_to, Namespace nsp,
                 std::string_view subject, std::int64_t limit) {
    store::ReplayWanted wanted{.nsp = nsp, .up_to = up_to.seq, .limit = limit};
    wanted.subject = subject;
    return read_missed(snapshot, actor, since, std::move(wanted));
}

Missed missed_of_all(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, const Cursor& up_to, Namespace nsp,
                     std::unordered_set<std::string> joined, std::int64_t limit) {
    store::ReplayWanted wanted{.nsp = nsp, .up_to = up_to.seq, .limit = limit};
    wanted.joined = std::move(joined);
    return read_missed(snapshot, actor, since, std::move(wanted));
}

bool send_missed(sio::Socket& socket, const Missed& missed, bool overflow, const Cursor& up_to, bool asked, RecoveryCounts& counts) {
    if (missed.sync_required || overflow) {
        if (asked) counts.add(missed.sync_required ? missed.outcome : Recovery::TooMuch, 0);
        const std::string reason = missed.sync_required.value_or(std::string(kTooMuch));
        socket.emit("sync:required", sio::json::Raw{'{' + reason + R"(,"cursor":")" + to_string(up_to) + "\"}"});
        return false;
    }
    for (const auto& event : missed.events) socket.emit(event.name, sio::json::Raw{event.payload});
    if (asked) counts.add(Recovery::Complete, missed.events.size());
    return true;
}

void catch_up(sio::Socket& socket, const Missed& missed, const Pending& pending, const Cursor& up_to, bool asked, RecoveryCounts& counts) {
    entry::set_floor(socket, pending.rooms.front(), up_to.seq, asked && !missed.sync_required);
    const bool sent = send_missed(socket, missed, pending.overflow, up_to, asked, counts);
    for (const auto& held : pending.held) {
        if (held.seq > up_to.seq && !pending.overflow) socket.send(held.event);
    }
    if (asked && sent) socket.emit("sync:ready", sio::json::object({{"cursor", to_string(up_to)}}));
}

std::string given_since(std::string_view written) {
    return written == "undefined" || written == "null" ? std::string() : std::string(written);
}

std::string since_in(const sio::Event& event) { return given_since(event[0]["since"].string().value_or("")); }

}  // namespace desk
