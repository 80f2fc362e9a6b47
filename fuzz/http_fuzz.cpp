/// One HTTP request, shown whole and cut: the verdict must be the same. The first byte chooses the cuts.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sio/http/testing/feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    sio::http::Limits limits;
    limits.max_line_bytes = 64;
    limits.max_header_bytes = 256;
    limits.max_headers = 8;
    constexpr std::size_t kMaxBody = 100;

    const auto whole = sio::http::testing::feed_whole(bytes, limits, kMaxBody);
    // A small generator instead of more input: a corpus stays readable as requests.
    std::uint32_t state = data[0];
    const auto cut = sio::http::testing::feed(bytes, limits, kMaxBody, [&state] {
        state = state * 1664525U + 1013904223U;
        return std::size_t{1} + (state >> 24) % 7;
    });
    if (!(whole == cut)) std::abort();
    if (whole.complete && whole.body.size() > kMaxBody) std::abort();
    return 0;
}
