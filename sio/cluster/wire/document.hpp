#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/json.hpp"
#include "sio/base/result.hpp"

/// How servers write to each other: JSON, or msgpack where there is binary (protocol section 2).
namespace sio::cluster {

/// Larger messages of other servers are refused.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;

/// Reads messages of other servers into one form: JSON, with placeholders for binary. Whatever it gives borrows from it, until the next
/// read.  Thread: one.
class DocumentReader {
public:
    /// JSON when it starts with `{`, else msgpack. Errors: BadJson, BadPacket, BadUtf8, TooLarge.
    Result<json::Value> read(std::string_view bytes);
    Result<json::Value> read_json(std::string_view text);
    Result<json::Value> read_msgpack(std::string_view bytes);
    /// What the placeholders stand for.
    std::span<const std::string> attachments() const { return attachments_; }

private:
    json::Parser parser_{{.max_bytes = 2 * kMaxMessageBytes, .max_depth = 80}};
    std::string json_;
    std::vector<std::string> attachments_;
};

/// The same as msgpack, its placeholders replaced by what they stand for. Pre: valid JSON.
std::string to_msgpack(std::string_view json, std::span<const std::string_view> attachments);

}  // namespace sio::cluster
