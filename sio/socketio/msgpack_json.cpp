#include "sio/socketio/msgpack_json.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/clock.hpp"
#include "sio/socketio/arguments.hpp"

namespace sio::detail {

bool MsgpackToJson::on_boolean(bool flag) { return flag && std::exchange(after_placeholder_key_, false) ? value(nullptr) : value(flag); }

bool MsgpackToJson::on_timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
    constexpr std::int64_t kMaxSeconds = 253'402'300'799;  // the end of the year 9999
    const std::int64_t bounded = std::min(std::max(seconds, -kMaxSeconds), kMaxSeconds);
    return value(format_iso8601(bounded * 1000 + nanoseconds / 1'000'000));
}

bool MsgpackToJson::on_binary(std::string_view bytes) {
    if (attachments_.size() == max_attachments_) return false;
    after_placeholder_key_ = false;
    writer_.begin_object().field("_placeholder", true).field("num", attachments_.size()).end_object();
    attachments_.emplace_back(bytes);
    return true;
}

bool MsgpackToJson::on_array(std::size_t) {
    after_placeholder_key_ = false;
    writer_.begin_array();
    return true;
}

bool MsgpackToJson::on_array_end() {
    writer_.end_array();
    return true;
}

bool MsgpackToJson::on_map(std::size_t) {
    after_placeholder_key_ = false;
    writer_.begin_object();
    return true;
}

bool MsgpackToJson::on_key(std::string_view text) {
    after_placeholder_key_ = text == "_placeholder";
    writer_.key(text);
    return true;
}

bool MsgpackToJson::on_map_end() {
    writer_.end_object();
    return true;
}

void write_msgpack(msgpack::Writer& writer, json::Value value, std::size_t attachments,
                   FunctionRef<std::string_view(std::size_t)> attachment) {
    if (const auto found = attachments == 0 ? std::nullopt : placeholder(value, attachments); found && found->valid) {
        writer.binary(attachment(found->number));
    } else if (value.is_array()) {
        writer.array(value.size());
        for (const auto element : value.elements()) write_msgpack(writer, element, attachments, attachment);
    } else if (value.is_object()) {
        writer.map(value.size());
        for (const auto [key, member] : value.members()) {
            writer.string(key);
            write_msgpack(writer, member, attachments, attachment);
        }
    } else if (const auto text = value.string()) {
        writer.string(*text);
    } else if (const auto integer = value.integer()) {
        writer.integer(*integer);
    } else if (const auto number = value.number()) {
        writer.number(*number);
    } else if (const auto flag = value.boolean()) {
        writer.boolean(*flag);
    } else {
        writer.nil();
    }
}

}  // namespace sio::detail
