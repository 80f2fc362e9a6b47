#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sio/base/deflate.hpp"
#include "sio/base/result.hpp"
#include "sio/websocket/deflate.hpp"

namespace sio::websocket {

/// The two compression contexts of one connection. A context is made when its first message comes; one that does not outlive a message is
/// shared by all connections of the thread, as zlib's contexts are large (256 KiB to write, 40 KiB to read).
/// Thread: loop.
class Compression {
public:
    Compression(const DeflateOptions& options, const NegotiatedDeflate& agreed);

    std::size_t threshold() const { return threshold_; }
    /// Errors: those of Deflater; the connection cannot go on after one.
    Result<void> compress(std::string_view message, std::string& out);
    /// Errors: BadFrame, TooLarge (over `max_bytes`), System.
    Result<void> decompress(std::string_view compressed, std::string& out, std::size_t max_bytes);

private:
    std::size_t threshold_;
    DeflateParams write_;
    int read_window_bits_;
    bool read_takeover_;
    std::optional<Deflater> deflater_;
    std::optional<Inflater> inflater_;
};

}  // namespace sio::websocket
