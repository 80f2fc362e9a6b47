/// Any bytes are refused, or parse (repaired where JavaScript would have accepted them) into a value whose text is valid UTF-8,
/// parses again, and then stays the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static sio::json::Parser parser;
    // Exactly sized, so that the sanitizer sees a reader that goes past the padding.
    const std::size_t padded_size = size + sio::json::kPadding;
    const auto padded = std::make_unique<char[]>(padded_size);
    std::copy_n(data, size, padded.get());
    const auto first = parser.parse({padded.get(), size});
    if (!first) return 0;

    const std::string once = sio::json::text(*first).str();
    if (!sio::utf8::valid(once)) std::abort();
    const auto second = parser.parse_copy(once);
    if (!second || sio::json::text(*second).str() != once) std::abort();
    return 0;
}
