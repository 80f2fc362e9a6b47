#include "sio/http/head_scanner.hpp"

#include "sio/http/tokens.hpp"

namespace sio::http {

std::size_t HeadScanner::scan(std::string_view bytes, const Limits& limits, Refusal& refusal) {
    for (;;) {
        const bool in_line = headers_start_ == 0;
        // One byte past the bound for each of CR and LF of the request line; the headers' bound counts all their bytes.
        const std::size_t bound = in_line ? limits.max_line_bytes + 2 : headers_start_ + limits.max_header_bytes;
        const auto window = bytes.substr(0, bound);
        if (line_start_ < window.size()) {
            const char first = window[line_start_];
            if (in_line && !is_token_char(first)) refusal = {400, "malformed request"};
            if (!in_line && (first == ' ' || first == '\t')) refusal = {400, "folded header"};
            if (refusal) return 0;
        }
        const auto newline = window.find('\n', line_start_);
        if (newline == std::string_view::npos) {
            if (window.size() == bound) refusal = in_line ? Refusal{414, "request line too long"} : Refusal{431, "headers too large"};
            return 0;
        }
        if (newline == line_start_ || window[newline - 1] != '\r') {
            refusal = {400, "line end without carriage return"};
            return 0;
        }
        const bool empty = newline == line_start_ + 1;
        line_start_ = static_cast<std::uint32_t>(newline + 1);
        if (in_line) {
            headers_start_ = line_start_;
        } else if (empty) {
            return line_start_;
        } else if (++headers_ > limits.max_headers) {
            refusal = {431, "too many headers"};
            return 0;
        }
    }
}

}  // namespace sio::http
