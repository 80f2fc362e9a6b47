/// Answers of Valkey in pieces cut at 0xFF bytes: they give the same values, or the same refusal, as when they come whole.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sio/cluster/valkey/resp.hpp"

namespace {

using sio::cluster::RespReader;
using sio::cluster::Value;

constexpr RespReader::Bounds kBounds{1 << 16, 200};

void append(std::string& out, const Value& value) {
    out += std::to_string(static_cast<int>(value.kind)) + ' ' + std::to_string(value.integer) + ' ' + std::to_string(value.text.size()) +
           value.text;
    for (const Value& element : value.elements) append(out, element);
    out += ')';
}

/// False when it is of no more use.
bool read(RespReader& reader, std::string& out) {
    for (;;) {
        const auto next = reader.next();
        if (!next) out += "refused";
        if (!next || !*next) return next.has_value();
        append(out, **next);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::string bytes;
    std::string in_pieces;
    RespReader pieces(kBounds);
    for (bool usable = true; usable && !rest.empty();) {
        const std::string_view piece = rest.substr(0, rest.find('\xff'));
        rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
        bytes += piece;
        pieces.feed(piece);
        usable = read(pieces, in_pieces);
    }
    std::string in_one;
    RespReader whole(kBounds);
    whole.feed(bytes);
    read(whole, in_one);
    if (in_one != in_pieces) std::abort();
    return 0;
}
