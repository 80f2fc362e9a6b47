#include "sio/socketio/msgpack_packet.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/json.hpp"
#include "sio/base/msgpack.hpp"
#include "sio/socketio/msgpack_json.hpp"

namespace sio::detail {
namespace {

constexpr std::int64_t kMaxAckId = 9007199254740991;  // 2^53 - 1, as in the text form

/// The outer map: reads type, nsp and id, and hands what is in `data` on.
class PacketReader final : public msgpack::Events {
public:
    PacketReader(MsgpackPacket& packet, std::size_t max_attachments)
        : packet_(packet), data_(packet.padded_json, packet.attachments, max_attachments) {}

    bool complete() const { return has_type_ && has_nsp_; }

    // JavaScript's undefined: no data.
    bool on_nil() override { return (depth_ == 1 && (key_ == Key::Data || key_ == Key::Id)) || scalar(&Events::on_nil); }
    bool on_boolean(bool flag) override { return scalar(&Events::on_boolean, flag); }
    bool on_unsigned(std::uint64_t number) override { return scalar(&Events::on_unsigned, number); }
    bool on_double(double number) override { return scalar(&Events::on_double, number); }
    bool on_binary(std::string_view bytes) override { return scalar(&Events::on_binary, bytes); }
    bool on_timestamp(std::int64_t seconds, std::uint32_t nanoseconds) override {
        return scalar(&Events::on_timestamp, seconds, nanoseconds);
    }
    bool on_integer(std::int64_t number) override {
        if (depth_ == 1 && key_ == Key::Type) {
            has_type_ = true;
            packet_.type = static_cast<PacketType>(number);
            return number >= 0 && number <= static_cast<std::int64_t>(PacketType::ConnectError);
        }
        if (depth_ == 1 && key_ == Key::Id) {
            packet_.ack_id = static_cast<std::uint64_t>(number);
            return number >= 0 && number <= kMaxAckId;
        }
        return scalar(&Events::on_integer, number);
    }
    bool on_string(std::string_view text) override {
        if (depth_ == 1 && key_ == Key::Nsp) {
            has_nsp_ = true;
            packet_.nsp = text;
            return true;
        }
        return scalar(&Events::on_string, text);
    }
    bool on_array(std::size_t count) override { return open(&Events::on_array, count); }
    bool on_array_end() override { return close(&Events::on_array_end); }
    bool on_map(std::size_t count) override {
        if (depth_ > 0) return open(&Events::on_map, count);
        depth_ = 1;
        return true;
    }
    bool on_map_end() override { return depth_ == 1 || close(&Events::on_map_end); }
    bool on_key(std::string_view text) override {
        if (depth_ > 1) return key_ != Key::Data || data_.on_key(text);
        key_ = text == "type" ? Key::Type : text == "nsp" ? Key::Nsp : text == "id" ? Key::Id : text == "data" ? Key::Data : Key::Other;
        return key_ != Key::Data || !std::exchange(has_data_, true);
    }

private:
    enum class Key : std::uint8_t { Other, Type, Nsp, Id, Data };

    template <class... Args>
    bool scalar(bool (Events::*event)(Args...), Args... args) {
        if (depth_ == 0) return false;
        if (key_ == Key::Data) return (data_.*event)(args...);
        return key_ == Key::Other;
    }
    template <class... Args>
    bool open(bool (Events::*event)(Args...), Args... args) {
        if (depth_ == 0) return false;
        if (!scalar(event, args...)) return false;
        ++depth_;
        return true;
    }
    bool close(bool (Events::*event)()) {
        --depth_;
        return key_ != Key::Data || (data_.*event)();
    }

    MsgpackPacket& packet_;
    MsgpackToJson data_;
    Key key_ = Key::Other;
    std::size_t depth_ = 0;
    bool has_type_ = false;
    bool has_nsp_ = false;
    bool has_data_ = false;
};

}  // namespace

PacketView MsgpackPacket::view() const {
    return {.type = type,
            .attachments = attachments.size(),
            .nsp = nsp,
            .ack_id = ack_id,
            .json = std::string_view(padded_json).substr(0, padded_json.size() - json::kPadding)};
}

Result<MsgpackPacket> decode_msgpack(std::string_view bytes, std::size_t max_attachments) {
    MsgpackPacket packet;
    PacketReader reader(packet, max_attachments);
    if (auto done = msgpack::read(bytes, reader, {.max_bytes = bytes.size()}); !done) return std::unexpected(std::move(done.error()));
    if (!reader.complete() || packet.nsp.empty()) return fail(ErrorCode::BadPacket, "msgpack packet");
    if (packet.nsp.front() != '/') packet.nsp.insert(0, 1, '/');
    if ((packet.type == PacketType::Ack) && !packet.ack_id) return fail(ErrorCode::BadPacket, "acknowledgement of nothing");
    packet.padded_json.append(json::kPadding, '\0');
    return packet;
}

engineio::Packet encode_msgpack(PacketType type, std::string_view nsp, std::optional<std::uint64_t> ack_id, std::string_view json,
                                std::span<const engineio::Packet> attachments) {
    static thread_local json::Parser parser({.max_bytes = std::size_t{1} << 30});
    static thread_local std::string text;
    text.clear();
    msgpack::Writer writer(text);
    const auto data = json.empty() ? Result<json::Value>(json::Value()) : parser.parse_copy(json);
    const bool has_data = !json.empty() && data;
    writer.map(std::size_t{2} + (has_data ? 1 : 0) + (ack_id ? 1 : 0));
    writer.string("type").integer(static_cast<std::int64_t>(type));
    writer.string("nsp").string(nsp);
    if (has_data) {
        writer.string("data");
        write_msgpack(writer, *data, attachments.size(), [&](std::size_t i) { return attachments[i].frame->payload(); });
    }
    if (ack_id) writer.string("id").unsigned_integer(*ack_id);
    return engineio::binary_packet(text);
}

}  // namespace sio::detail
