#include "sio/cluster/wire/classic.hpp"

#include "sio/base/json_writer.hpp"
#include "sio/cluster/wire/parts.hpp"

namespace sio::cluster::classic {
namespace {

enum class Type : std::uint8_t {
    Sockets,
    AllRooms,
    RemoteJoin,
    RemoteLeave,
    RemoteDisconnect,
    RemoteFetch,
    ServerSideEmit,
    Broadcast,
    BroadcastClientCount,
    BroadcastAck,
};

constexpr char kArrayOfThree = '\x93';
constexpr char kShortString = '\xa0';  // and its length in the lower five bits
constexpr std::size_t kMaxShortString = 31;

Type type_of(Kind kind) {
    switch (kind) {
        case Kind::SocketIds: return Type::Sockets;
        case Kind::Rooms: return Type::AllRooms;
        case Kind::Join: return Type::RemoteJoin;
        case Kind::Leave: return Type::RemoteLeave;
        case Kind::Disconnect: return Type::RemoteDisconnect;
        case Kind::Fetch: return Type::RemoteFetch;
        case Kind::ServerEmit: return Type::ServerSideEmit;
        default: return Type::Broadcast;
    }
}

void write_packet(json::Writer& writer, std::string_view nsp, const EncodedEvent& event) {
    constexpr int kEvent = 2;
    writer.begin_object().field("type", kEvent).field("data", json::Raw{event.json()}).field("nsp", nsp).end_object();
}

/// `{type, data, nsp}` of a broadcast. Errors: BadPacket.
Result<void> read_packet(json::Value packet, Incoming& into) {
    if (!packet.is_object() || packet["type"].integer() != 2) return fail(ErrorCode::BadPacket, "packet");
    const auto nsp = wire::read_id(packet["nsp"]);
    if (!nsp || !wire::is_event(packet["data"])) return fail(ErrorCode::BadPacket, "event");
    into.nsp = nsp->empty() ? "/" : *nsp;
    into.data = packet["data"];
    return {};
}

/// The old form of Join, Leave and Disconnect names one socket.
Result<void> read_one_socket(json::Value request, Incoming& into) {
    const auto sid = wire::read_id(request["sid"]);
    const auto room = wire::read_id(request["room"]);
    if (!sid || sid->empty() || !room) return fail(ErrorCode::BadPacket, "request for one socket");
    into.rooms = {*sid};
    if (!room->empty()) into.names = {*room};
    into.wants_receipt = true;
    return {};
}

Result<void> read_change(json::Value request, Incoming& into) {
    if (!request["opts"]) return read_one_socket(request, into);
    if (auto done = wire::read_options(request["opts"], into); !done) return done;
    auto names = wire::read_names(request["rooms"]);
    if (!names) return std::unexpected(names.error());
    into.names = std::move(*names);
    return {};
}

Result<void> read_question(json::Value request, Incoming& into) {
    if (into.request_id.empty()) return fail(ErrorCode::BadPacket, "question without id");
    if (into.kind != Kind::SocketIds) return wire::read_options(request["opts"], into);
    auto rooms = wire::read_names(request["rooms"]);
    if (!rooms) return std::unexpected(rooms.error());
    into.rooms = std::move(*rooms);
    return {};
}

Result<void> read_body(json::Value request, Incoming& into) {
    switch (into.kind) {
        case Kind::Join:
        case Kind::Leave:
        case Kind::Disconnect: into.close = request["close"].boolean().value_or(false); return read_change(request, into);
        case Kind::ServerEmit:
            into.data = request["data"];
            if (!into.data.is_array() || !into.data.at(0).is_string()) return fail(ErrorCode::BadPacket, "server event");
            return {};
        case Kind::Broadcast:
            if (into.request_id.empty()) return fail(ErrorCode::BadPacket, "question without id");
            if (auto done = read_packet(request["packet"], into); !done) return done;
            return wire::read_options(request["opts"], into);
        default: return read_question(request, into);
    }
}

constexpr Kind kKinds[] = {Kind::SocketIds,  Kind::Rooms, Kind::Join,       Kind::Leave,
                           Kind::Disconnect, Kind::Fetch, Kind::ServerEmit, Kind::Broadcast};

}  // namespace

std::string escape_glob(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

Channels::Channels(std::string_view prefix, std::string_view nsp, std::string_view uid) {
    const std::string start(prefix);
    const std::string end = '#' + std::string(nsp) + '#';
    broadcast = start + end;
    pattern = escape_glob(broadcast) + '*';
    request = start + "-request" + end;
    response = start + "-response" + end;
    own_response = response_to(uid);
}

std::optional<std::string_view> Channels::room_of(std::string_view channel) const {
    if (!channel.starts_with(broadcast)) return std::nullopt;
    channel.remove_prefix(broadcast.size());
    if (channel.empty()) return channel;
    if (!channel.ends_with('#')) return std::nullopt;
    channel.remove_suffix(1);
    return channel;
}

std::string encode_broadcast(std::string_view uid, std::string_view nsp, const Outgoing& message) {
    std::string text;
    json::Writer writer(text);
    writer.begin_array().value(uid);
    write_packet(writer, nsp, *message.event);
    wire::write_options(writer, message.target, message.flags);
    writer.end_array();
    return to_msgpack(text, wire::attachments_of(message));
}

std::string encode_request(std::string_view uid, std::string_view nsp, const Outgoing& message) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("uid", uid);
    if (!message.request_id.empty()) writer.field("requestId", message.request_id);
    writer.field("type", static_cast<int>(type_of(message.kind)));
    if (message.kind == Kind::ServerEmit) {
        writer.field("data", json::Raw{message.event->json()});
    } else if (message.kind == Kind::SocketIds) {
        writer.key("rooms");
        wire::write_names(writer, message.target.rooms);
    } else if (message.kind != Kind::Rooms) {
        if (message.kind == Kind::Broadcast) {
            writer.key("packet");
            write_packet(writer, nsp, *message.event);
        }
        writer.key("opts");
        wire::write_options(writer, message.target, message.flags);
    }
    if (message.kind == Kind::Join || message.kind == Kind::Leave) {
        writer.key("rooms");
        wire::write_names(writer, message.names);
    }
    if (message.kind == Kind::Disconnect) writer.field("close", message.close);
    writer.end_object();
    const auto attachments = wire::attachments_of(message);
    return message.kind == Kind::Broadcast || !attachments.empty() ? to_msgpack(text, attachments) : text;
}

std::string encode_response(const Outgoing& message) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    const auto typed = [&](Type type) { writer.field("type", static_cast<int>(type)).field("requestId", message.request_id); };
    if (message.kind == Kind::ClientCount) {
        typed(Type::BroadcastClientCount);
        writer.field("clientCount", message.clients);
    } else if (message.kind == Kind::ClientAck) {
        typed(Type::BroadcastAck);
        writer.field("packet", json::Raw{message.reply->json});
    } else if (message.asked == Kind::ServerEmit) {
        typed(Type::ServerSideEmit);
        writer.field("data", json::Raw{message.reply->json});
    } else {
        writer.field("requestId", message.request_id);
        if (message.asked == Kind::Fetch) {
            writer.key("sockets");
            wire::write_sockets(writer, message.sockets);
        } else if (message.asked == Kind::SocketIds || message.asked == Kind::Rooms) {
            writer.key(message.asked == Kind::Rooms ? "rooms" : "sockets");
            wire::write_names(writer, message.names);
        }
    }
    writer.end_object();
    const auto attachments = wire::attachments_of(message);
    return message.kind == Kind::ClientAck || !attachments.empty() ? to_msgpack(text, attachments) : text;
}

bool is_broadcast_of(std::string_view uid, std::string_view payload) {
    return uid.size() <= kMaxShortString && payload.size() > 2 + uid.size() && payload[0] == kArrayOfThree &&
           payload[1] == static_cast<char>(static_cast<unsigned char>(kShortString) | uid.size()) && payload.substr(2).starts_with(uid);
}

Result<Incoming> decode_broadcast(DocumentReader& reader, std::string_view payload) {
    const auto message = reader.read_msgpack(payload);
    if (!message) return std::unexpected(message.error());
    if (!message->is_array() || message->size() != 3) return fail(ErrorCode::BadPacket, "broadcast");
    Incoming incoming;
    const auto uid = wire::read_id(message->at(0));
    if (!uid) return std::unexpected(uid.error());
    incoming.uid = *uid;
    if (auto done = read_packet(message->at(1), incoming); !done) return std::unexpected(done.error());
    if (auto done = wire::read_options(message->at(2), incoming); !done) return std::unexpected(done.error());
    return incoming;
}

Result<Incoming> decode_request(DocumentReader& reader, std::string_view payload) {
    const auto request = reader.read(payload);
    if (!request) return std::unexpected(request.error());
    const auto type = (*request)["type"].integer();
    if (!type || *type < 0 || static_cast<std::size_t>(*type) >= std::size(kKinds)) return fail(ErrorCode::BadPacket, "request");
    const auto uid = wire::read_id((*request)["uid"]);
    const auto id = wire::read_id((*request)["requestId"]);
    if (!uid || !id) return fail(ErrorCode::BadPacket, "request");
    Incoming incoming;
    incoming.kind = kKinds[*type];
    incoming.uid = *uid;
    incoming.request_id = *id;
    if (auto done = read_body(*request, incoming); !done) return std::unexpected(done.error());
    return incoming;
}

Result<Incoming> decode_response(DocumentReader& reader, std::string_view payload) {
    const auto response = reader.read(payload);
    if (!response) return std::unexpected(response.error());
    const auto id = wire::read_id((*response)["requestId"]);
    if (!id || id->empty()) return fail(ErrorCode::BadPacket, "response");
    Incoming incoming;
    incoming.kind = Kind::Answer;
    incoming.request_id = *id;
    const auto type = (*response)["type"].integer();
    if (type == static_cast<int>(Type::BroadcastClientCount)) {
        const auto clients = (*response)["clientCount"].integer();
        if (!clients || *clients < 0) return fail(ErrorCode::BadPacket, "client count");
        incoming.kind = Kind::ClientCount;
        incoming.clients = static_cast<std::size_t>(*clients);
    } else if (type == static_cast<int>(Type::BroadcastAck)) {
        incoming.kind = Kind::ClientAck;
        incoming.data = (*response)["packet"];
    } else {
        for (const auto* const name : {"sockets", "rooms", "data"}) {
            if (const auto data = (*response)[name]) incoming.data = data;
        }
    }
    return incoming;
}

}  // namespace sio::cluster::classic
