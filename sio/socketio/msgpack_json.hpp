#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/msgpack.hpp"
#include "sio/socketio/function_ref.hpp"

/// Between msgpack and the form the rest of the library works on: JSON with placeholders, and the bytes they stand for.
namespace sio::detail {

/// Appends what msgpack::read meets to `json`, and the binary to `attachments`. More than `max_attachments` of them stop the reading.
/// No object of the sender's is taken for one of the placeholders written here.  Thread: any.
class MsgpackToJson final : public msgpack::Events {
public:
    MsgpackToJson(std::string& json, std::vector<std::string>& attachments, std::size_t max_attachments)
        : attachments_(attachments), max_attachments_(max_attachments), writer_(json) {}

    bool on_nil() override { return value(nullptr); }
    bool on_boolean(bool flag) override;
    bool on_integer(std::int64_t number) override { return value(number); }
    bool on_unsigned(std::uint64_t number) override { return value(number); }
    bool on_double(double number) override { return value(number); }
    bool on_string(std::string_view text) override { return value(text); }
    bool on_timestamp(std::int64_t seconds, std::uint32_t nanoseconds) override;
    bool on_binary(std::string_view bytes) override;
    bool on_array(std::size_t count) override;
    bool on_array_end() override;
    bool on_map(std::size_t count) override;
    bool on_key(std::string_view text) override;
    bool on_map_end() override;

private:
    template <class T>
    bool value(const T& written) {
        after_placeholder_key_ = false;
        writer_.value(written);
        return true;
    }

    std::vector<std::string>& attachments_;
    std::size_t max_attachments_;
    json::Writer writer_;
    bool after_placeholder_key_ = false;
};

/// Placeholders become the bytes that `attachment` gives for their number; all are plain objects when there are no attachments.
/// Pre: they are within `attachments`.  Thread: any.
void write_msgpack(msgpack::Writer& writer, json::Value value, std::size_t attachments,
                   FunctionRef<std::string_view(std::size_t)> attachment);

}  // namespace sio::detail
