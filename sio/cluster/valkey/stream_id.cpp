#include "sio/cluster/valkey/stream_id.hpp"

#include <charconv>

namespace sio::cluster {

std::optional<StreamId> StreamId::parse(std::string_view text) {
    StreamId id;
    const char* const end = text.data() + text.size();
    const auto time = std::from_chars(text.data(), end, id.time);
    if (time.ec != std::errc{} || time.ptr == end || *time.ptr != '-') return std::nullopt;
    const auto sequence = std::from_chars(time.ptr + 1, end, id.sequence);
    if (sequence.ec != std::errc{} || sequence.ptr != end) return std::nullopt;
    return id;
}

}  // namespace sio::cluster
