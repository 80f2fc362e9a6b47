#include "sio/cluster/wire/parts.hpp"

#include <algorithm>

#include "sio/socketio/event.hpp"

namespace sio::cluster::wire {
namespace {

constexpr std::size_t kMaxNames = 100'000;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::size_t kMaxIdBytes = 512;
/// Longer acknowledgement time-outs of other servers are cut to this: a request holds memory as long as it lives.
constexpr std::int64_t kMaxTimeoutMs = 3'600'000;

}  // namespace

void write_names(json::Writer& writer, std::span<const std::string_view> names) {
    writer.begin_array();
    for (const auto name : names) writer.value(name);
    writer.end_array();
}

void write_options(json::Writer& writer, const Target& target, const BroadcastFlags& flags) {
    writer.begin_object().key("rooms");
    write_names(writer, target.rooms);
    writer.key("except");
    write_names(writer, target.except);
    writer.key("flags").begin_object();
    if (flags.volatile_) writer.field("volatile", true);
    if (!flags.compress) writer.field("compress", false);
    if (flags.timeout) writer.field("timeout", flags.timeout->count());
    writer.end_object().end_object();
}

void write_sockets(json::Writer& writer, std::span<const RemoteSocket> sockets) {
    writer.begin_array();
    for (const auto& socket : sockets) {
        writer.begin_object().field("id", socket.id).field("handshake", json::Raw{socket.handshake});
        writer.field("rooms", socket.rooms).field("data", json::Raw{socket.data}).end_object();
    }
    writer.end_array();
}

std::vector<std::string_view> attachments_of(const Outgoing& message) {
    std::vector<std::string_view> attachments;
    if (message.event != nullptr) {
        for (const auto& attachment : message.event->attachments()) attachments.push_back(attachment.frame->payload());
    } else if (message.reply != nullptr) {
        attachments.assign(message.reply->attachments.begin(), message.reply->attachments.end());
    }
    return attachments;
}

Result<std::vector<std::string_view>> read_names(json::Value array) {
    std::vector<std::string_view> names;
    if (!array || array.is_null()) return names;
    if (!array.is_array() || array.size() > kMaxNames) return fail(ErrorCode::BadPacket, "names");
    names.reserve(array.size());
    for (const auto element : array.elements()) {
        const auto name = element.string();
        if (!name || name->size() > kMaxNameBytes) return fail(ErrorCode::BadPacket, "name");
        names.push_back(*name);
    }
    return names;
}

Result<void> read_options(json::Value options, Incoming& into) {
    if (!options || options.is_null()) return {};
    if (!options.is_object()) return fail(ErrorCode::BadPacket, "options");
    auto rooms = read_names(options["rooms"]);
    if (!rooms) return std::unexpected(rooms.error());
    auto except = read_names(options["except"]);
    if (!except) return std::unexpected(except.error());
    into.rooms = std::move(*rooms);
    into.except = std::move(*except);
    const auto flags = options["flags"];
    into.flags.volatile_ = flags["volatile"].boolean().value_or(false);
    into.flags.compress = flags["compress"].boolean().value_or(true);
    if (const auto timeout = flags["timeout"].integer(); timeout && *timeout >= 0) {
        into.flags.timeout = std::chrono::milliseconds(std::min(*timeout, kMaxTimeoutMs));
    }
    return {};
}

Result<std::string_view> read_id(json::Value id) {
    if (!id || id.is_null()) return std::string_view();
    const auto text = id.string();
    if (!text || text->size() > kMaxIdBytes) return fail(ErrorCode::BadPacket, "id");
    return *text;
}

bool is_event(json::Value data) {
    if (!data.is_array()) return false;
    const auto name = data.at(0);
    if (name.is_number()) return true;
    const auto text = name.string();
    return text && !reserved_event(*text);
}

Result<std::vector<RemoteSocket>> read_sockets(json::Value array) {
    if (!array.is_array()) return fail(ErrorCode::BadPacket, "sockets");
    std::vector<RemoteSocket> sockets;
    sockets.reserve(array.size());
    for (const auto element : array.elements()) {
        const auto id = read_id(element["id"]);
        const auto rooms = read_names(element["rooms"]);
        if (!id || id->empty() || !rooms) return fail(ErrorCode::BadPacket, "socket");
        RemoteSocket socket;
        socket.id = *id;
        socket.rooms.assign(rooms->begin(), rooms->end());
        if (const auto data = element["data"]) socket.data = json::text(data).str();
        if (const auto handshake = element["handshake"]) socket.handshake = json::text(handshake).str();
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

}  // namespace sio::cluster::wire
