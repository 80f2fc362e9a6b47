#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/cluster/valkey/value.hpp"

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis names it so

namespace sio::cluster {

/// Appends a command as RESP writes it: an array of bulk strings.
void append_command(std::string& out, std::span<const std::string_view> words);
void append_command(std::string& out, std::span<const std::string> words);
/// The bytes that append_command() takes for such words, and a bit.
std::size_t encoded_size(std::span<const std::string> words);

/// Makes answers of bytes that come cut anywhere (RESP 2, by hiredis' reader). After a failure it is of no more use.
class RespReader {
public:
    /// Bounds of one answer; `max_bytes` on the wire, `max_elements` of all its arrays together. Arrays nest seven deep at most.
    struct Bounds {
        std::size_t max_bytes = std::size_t{512} * 1024 * 1024;
        std::size_t max_elements = 4'000'000;
    };
    RespReader();
    explicit RespReader(Bounds bounds);
    ~RespReader();
    RespReader(const RespReader&) = delete;
    RespReader& operator=(const RespReader&) = delete;

    void feed(std::string_view bytes);
    /// The next whole answer; an error answer is a value of kind Error. Nothing: more bytes are wanted. Errors: BadRequest (not RESP),
    /// TooLarge.
    Result<std::optional<Value>> next();

private:
    struct Callbacks;
    Bounds bounds_;
    std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
    std::size_t elements_ = 0;  // of the answer in the making
    std::size_t pending_ = 0;   // bytes fed since the last whole answer
    bool too_large_ = false;
};

}  // namespace sio::cluster
