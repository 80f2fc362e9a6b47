#include "sio/cluster/wire/modern.hpp"

#include <optional>

#include "sio/base/base64.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/cluster/wire/parts.hpp"

namespace sio::cluster::modern {
namespace {

enum class Type : std::uint8_t {
    InitialHeartbeat = 1,
    Heartbeat,
    Broadcast,
    SocketsJoin,
    SocketsLeave,
    DisconnectSockets,
    FetchSockets,
    FetchSocketsResponse,
    ServerSideEmit,
    ServerSideEmitResponse,
    BroadcastClientCount,
    BroadcastAck,
    AdapterClose,
};

Type type_of(const Outgoing& message) {
    switch (message.kind) {
        case Kind::Join: return Type::SocketsJoin;
        case Kind::Leave: return Type::SocketsLeave;
        case Kind::Disconnect: return Type::DisconnectSockets;
        case Kind::Fetch: return Type::FetchSockets;
        case Kind::ServerEmit: return Type::ServerSideEmit;
        case Kind::Answer: return message.asked == Kind::ServerEmit ? Type::ServerSideEmitResponse : Type::FetchSocketsResponse;
        case Kind::ClientCount: return Type::BroadcastClientCount;
        case Kind::ClientAck: return Type::BroadcastAck;
        default: return Type::Broadcast;
    }
}

void write_data(json::Writer& writer, const Outgoing& message) {
    const Type type = type_of(message);
    writer.begin_object();
    if (type == Type::Broadcast) {
        constexpr int kEvent = 2;
        writer.key("packet").begin_object().field("type", kEvent).field("data", json::Raw{message.event->json()}).end_object();
    }
    if (type <= Type::FetchSockets) {
        writer.key("opts");
        wire::write_options(writer, message.target, message.flags);
    }
    if (type == Type::SocketsJoin || type == Type::SocketsLeave) {
        writer.key("rooms");
        wire::write_names(writer, message.names);
    }
    if (type == Type::DisconnectSockets) writer.field("close", message.close);
    if (!message.request_id.empty()) writer.field("requestId", message.request_id);
    if (type == Type::FetchSocketsResponse) {
        writer.key("sockets");
        wire::write_sockets(writer, message.sockets);
    }
    if (type == Type::ServerSideEmit) writer.field("packet", json::Raw{message.event->json()});
    if (type == Type::BroadcastClientCount) writer.field("clientCount", message.clients);
    if (message.reply != nullptr) writer.field("packet", json::Raw{message.reply->json});
    writer.end_object();
}

Result<void> require_id(const Incoming& into) {
    return into.request_id.empty() ? Result<void>(fail(ErrorCode::BadPacket, "no request id")) : Result<void>();
}

Result<void> read_change(json::Value data, Incoming& into) {
    if (auto done = wire::read_options(data["opts"], into); !done) return done;
    auto names = wire::read_names(data["rooms"]);
    if (!names) return std::unexpected(names.error());
    into.names = std::move(*names);
    into.close = data["close"].boolean().value_or(false);
    return {};
}

Result<void> read_broadcast(json::Value data, Incoming& into) {
    const auto packet = data["packet"];
    if (packet["type"].integer() != 2 || !wire::is_event(packet["data"])) return fail(ErrorCode::BadPacket, "packet");
    into.data = packet["data"];
    return wire::read_options(data["opts"], into);
}

Result<void> read_server_event(json::Value data, Incoming& into) {
    into.data = data["packet"];
    if (!into.data.is_array() || !into.data.at(0).is_string()) return fail(ErrorCode::BadPacket, "server event");
    return {};
}

Result<void> read_answer(Kind kind, json::Value held, Incoming& into) {
    into.kind = kind;
    into.data = held;
    return require_id(into);
}

Result<void> read_client_count(json::Value data, Incoming& into) {
    const auto clients = data["clientCount"].integer();
    if (!clients || *clients < 0) return fail(ErrorCode::BadPacket, "client count");
    into.clients = static_cast<std::size_t>(*clients);
    into.kind = Kind::ClientCount;
    return require_id(into);
}

Result<void> read_body(Type type, json::Value data, Incoming& into) {
    const auto as = [&into](Kind kind) { return into.kind = kind; };
    switch (type) {
        case Type::Broadcast: as(Kind::Broadcast); return read_broadcast(data, into);
        case Type::SocketsJoin: as(Kind::Join); return read_change(data, into);
        case Type::SocketsLeave: as(Kind::Leave); return read_change(data, into);
        case Type::DisconnectSockets: as(Kind::Disconnect); return read_change(data, into);
        case Type::FetchSockets:
            as(Kind::Fetch);
            if (auto done = require_id(into); !done) return done;
            return wire::read_options(data["opts"], into);
        case Type::ServerSideEmit: as(Kind::ServerEmit); return read_server_event(data, into);
        case Type::FetchSocketsResponse: return read_answer(Kind::Answer, data["sockets"], into);
        case Type::ServerSideEmitResponse: return read_answer(Kind::Answer, data["packet"], into);
        case Type::BroadcastAck: return read_answer(Kind::ClientAck, data["packet"], into);
        case Type::BroadcastClientCount: return read_client_count(data, into);
        default: as(Kind::Presence); return {};
    }
}

Result<Incoming> read(std::optional<std::int64_t> type, std::string_view uid, std::string_view nsp, json::Value data) {
    constexpr auto kFirst = static_cast<std::int64_t>(Type::InitialHeartbeat);
    constexpr auto kLast = static_cast<std::int64_t>(Type::AdapterClose);
    if (!type || *type < kFirst || *type > kLast) return fail(ErrorCode::BadPacket, "message type");
    const auto id = wire::read_id(data["requestId"]);
    if (!id) return std::unexpected(id.error());
    Incoming incoming;
    incoming.uid = uid;
    incoming.nsp = nsp;
    incoming.request_id = *id;
    if (auto done = read_body(static_cast<Type>(*type), data, incoming); !done) return std::unexpected(done.error());
    return incoming;
}

}  // namespace

std::string encode(std::string_view uid, std::string_view nsp, const Outgoing& message, Form form) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("uid", uid).field("nsp", nsp).field("type", static_cast<int>(type_of(message))).key("data");
    write_data(writer, message);
    writer.end_object();
    const auto attachments = wire::attachments_of(message);
    return form == Form::Msgpack || !attachments.empty() ? to_msgpack(text, attachments) : text;
}

std::string_view entry_type(Kind kind) {
    switch (kind) {
        case Kind::Join: return "4";
        case Kind::Leave: return "5";
        case Kind::Disconnect: return "6";
        default: return "3";
    }
}

std::string encode_data(const Outgoing& message) {
    std::string text;
    json::Writer writer(text);
    write_data(writer, message);
    const auto attachments = wire::attachments_of(message);
    return attachments.empty() ? text : base64::encode(to_msgpack(text, attachments));
}

Result<Incoming> decode(DocumentReader& reader, std::string_view payload) {
    const auto message = reader.read(payload);
    if (!message) return std::unexpected(message.error());
    const auto uid = wire::read_id((*message)["uid"]);
    const auto nsp = wire::read_id((*message)["nsp"]);
    if (!uid || !nsp) return fail(ErrorCode::BadPacket, "message");
    return read((*message)["type"].integer(), *uid, *nsp, (*message)["data"]);
}

Result<Incoming> decode_entry(DocumentReader& reader, const Entry& entry) {
    std::string bytes;
    const bool is_json = entry.data.starts_with('{');
    if (!is_json) {
        if (entry.data.size() > 2 * kMaxMessageBytes) return fail(ErrorCode::TooLarge, "entry of another server");
        if (auto done = base64::decode_append(bytes, entry.data, base64::Alphabet::Standard, base64::Padding::Optional); !done) {
            return std::unexpected(done.error());
        }
    }
    const auto type = parse_decimal(entry.type);
    if (!type || *type > static_cast<std::uint64_t>(Type::AdapterClose)) return fail(ErrorCode::BadPacket, "message type");
    auto data = Result<json::Value>(json::Value());
    if (!entry.data.empty()) data = is_json ? reader.read_json(entry.data) : reader.read_msgpack(bytes);
    if (!data) return std::unexpected(data.error());
    return read(static_cast<std::int64_t>(*type), entry.uid, entry.nsp, *data);
}

}  // namespace sio::cluster::modern
