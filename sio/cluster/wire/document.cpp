#include "sio/cluster/wire/document.hpp"

#include "sio/base/msgpack.hpp"
#include "sio/socketio/msgpack_json.hpp"

namespace sio::cluster {
namespace {

/// Arrays and objects within each other: what a client may send, and the message around it.
constexpr std::size_t kMaxDepth = 80;
/// Of one message; answers to fetchSockets carry those of many sockets.
constexpr std::size_t kMaxAttachments = 10'000;

}  // namespace

Result<json::Value> DocumentReader::read(std::string_view bytes) { return bytes.starts_with('{') ? read_json(bytes) : read_msgpack(bytes); }

Result<json::Value> DocumentReader::read_json(std::string_view text) {
    attachments_.clear();
    if (text.size() > kMaxMessageBytes) return fail(ErrorCode::TooLarge, "message of another server");
    return parser_.parse_copy(text);
}

Result<json::Value> DocumentReader::read_msgpack(std::string_view bytes) {
    attachments_.clear();
    json_.clear();
    detail::MsgpackToJson events(json_, attachments_, kMaxAttachments);
    const auto done = msgpack::read(bytes, events, {.max_bytes = kMaxMessageBytes, .max_depth = kMaxDepth});
    if (!done) return std::unexpected(done.error());
    json_.append(json::kPadding, '\0');
    return parser_.parse(std::string_view(json_).substr(0, json_.size() - json::kPadding));
}

std::string to_msgpack(std::string_view json, std::span<const std::string_view> attachments) {
    static thread_local json::Parser parser({.max_bytes = std::size_t{1} << 30, .max_depth = 1024});
    std::string bytes;
    const auto value = parser.parse_copy(json);
    if (!value) return bytes;
    msgpack::Writer writer(bytes);
    detail::write_msgpack(writer, *value, attachments.size(), [&](std::size_t i) { return attachments[i]; });
    return bytes;
}

}  // namespace sio::cluster
