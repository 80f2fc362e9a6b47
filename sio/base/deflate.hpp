#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

/// DEFLATE (RFC 1951) by zlib.  Thread: one for each object; the functions any.
namespace sio {

struct DeflateParams {
    int level = 6;                 ///< 0 to 9
    int window_bits = 15;          ///< 9 to 15; zlib cannot write the windows of 8 bits
    int memory_level = 8;          ///< 1 to 9
    bool context_takeover = true;  ///< false: each message is compressed by itself
};

/// Compresses messages of a permessage-deflate stream (RFC 7692 section 7.2.1).
class Deflater {
public:
    explicit Deflater(DeflateParams params = {});

    /// Appends the message, flushed to a byte boundary, without the trailing 00 00 FF FF. Errors: TooLarge (4 GiB), System (no memory).
    Result<void> compress(std::string_view message, std::string& out);

private:
    struct Stream;
    struct Delete {
        void operator()(Stream* stream) const;
    };
    std::unique_ptr<Stream, Delete> stream_;
    bool context_takeover_;
};

/// Decompresses messages of a permessage-deflate stream (RFC 7692 section 7.2.2).
class Inflater {
public:
    explicit Inflater(int window_bits = 15, bool context_takeover = true);

    /// Appends one whole message, of which `compressed` lacks the trailing 00 00 FF FF. At most `max_bytes` come out.
    /// Errors: BadFrame (not deflate data), TooLarge (more would come out), System. After an error the object is of no further use.
    Result<void> decompress(std::string_view compressed, std::string& out, std::size_t max_bytes);

private:
    struct Stream;
    struct Delete {
        void operator()(Stream* stream) const;
    };
    std::unique_ptr<Stream, Delete> stream_;
    bool context_takeover_;
};

/// One-shot, for HTTP's Content-Encoding `gzip` (RFC 1952) and `deflate` (RFC 1950, zlib's wrapper). Errors: System, TooLarge (4 GiB).
Result<std::string> gzip(std::string_view bytes, int level = 6);
Result<std::string> zlib_deflate(std::string_view bytes, int level = 6);

/// Undoes either. Errors: BadRequest (no such data, cut, or something behind it), TooLarge (more than `max_bytes` would come out), System.
Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace sio
