#include "sio/cluster/adapter/session_codec.hpp"

#include <algorithm>

#include "sio/base/base64.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/cluster/wire/document.hpp"
#include "sio/cluster/wire/parts.hpp"

namespace sio::cluster {
namespace {

constexpr std::size_t kIdSize = 20;

bool is_socket_id(std::string_view id) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return id.size() == kIdSize && id.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

// Node lists a socket's own room among the others.
std::string encode_session(const RecoverableSession& session) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("sid", session.sid).field("pid", session.pid);
    writer.key("rooms").begin_array().value(session.sid);
    for (const auto& room : session.rooms) writer.value(room);
    writer.end_array();
    writer.field("data", json::Raw{session.described.empty() ? std::string_view("{}") : std::string_view(session.described)});
    writer.end_object();
    return base64::encode(to_msgpack(text, {}));
}

Result<RecoverableSession> decode_session(std::string_view text, std::string_view pid) {
    std::string bytes;
    if (auto done = base64::decode_append(bytes, text, base64::Alphabet::Standard, base64::Padding::Optional); !done) {
        return std::unexpected(done.error());
    }
    DocumentReader reader;
    const auto session = reader.read_msgpack(bytes);
    if (!session) return std::unexpected(session.error());
    const auto sid = wire::read_id((*session)["sid"]);
    const auto rooms = wire::read_names((*session)["rooms"]);
    const bool named = (*session)["pid"].string() == pid;
    if (!sid || !is_socket_id(*sid) || !rooms || !named) return fail(ErrorCode::BadPacket, "session");
    RecoverableSession restored;
    restored.sid = *sid;
    restored.pid = pid;
    for (const auto room : *rooms) {
        if (room != *sid) restored.rooms.emplace_back(room);
    }
    if (const auto data = (*session)["data"]; data && reader.attachments().empty()) restored.described = json::text(data).str();
    return restored;
}

}  // namespace sio::cluster
