#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/http/server.hpp"

namespace sio::http {

/// Why bytes are not HTTP this server takes: the status to answer before the connection closes. `why` is a literal for the answer's text.
struct Refusal {
    int status = 0;  ///< 0: nothing wrong
    std::string_view why;
    explicit operator bool() const { return status != 0; }
};

/// Finds the end of a request's head (request line, headers, empty line) in bytes that arrive in pieces, holding it to the limits and
/// refusing at once what no later byte can mend: a first byte that starts no method (a TLS hello, say), a line that ends without CR,
/// a line that continues another (obs-fold).
/// Remembers the lines it has seen. 12 bytes.  Thread: one.
class HeadScanner {
public:
    /// `bytes`: all of the head so far. Returns its size when it is complete, else 0. The verdict does not depend on how the bytes were
    /// cut.
    std::size_t scan(std::string_view bytes, const Limits& limits, Refusal& refusal);

private:
    std::uint32_t line_start_ = 0;
    std::uint32_t headers_start_ = 0;  // 0: in the request line
    std::uint32_t headers_ = 0;
};

}  // namespace sio::http
