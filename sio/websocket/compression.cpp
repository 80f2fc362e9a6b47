#include "sio/websocket/compression.hpp"

#include <algorithm>

namespace sio::websocket {

Compression::Compression(const DeflateOptions& options, const NegotiatedDeflate& agreed)
    : threshold_(options.threshold),
      // A larger window reads what a smaller one wrote, and zlib has none of 8 bits.
      read_window_bits_(std::max(agreed.client_max_window_bits, 9)),
      read_takeover_(!agreed.client_no_context_takeover) {
    write_.level = options.level;
    write_.window_bits = agreed.server_max_window_bits;
    write_.context_takeover = !agreed.server_no_context_takeover;
}

Result<void> Compression::compress(std::string_view message, std::string& out) {
    if (write_.context_takeover) {
        if (!deflater_) deflater_.emplace(write_);
        return deflater_->compress(message, out);
    }
    struct Shared {
        DeflateParams params;
        Deflater deflater;
    };
    thread_local std::optional<Shared> shared;
    if (!shared || shared->params.level != write_.level || shared->params.window_bits != write_.window_bits) {
        shared.emplace(Shared{write_, Deflater(write_)});
    }
    auto result = shared->deflater.compress(message, out);
    if (!result) shared.reset();
    return result;
}

Result<void> Compression::decompress(std::string_view compressed, std::string& out, std::size_t max_bytes) {
    if (read_takeover_) {
        if (!inflater_) inflater_.emplace(read_window_bits_);
        return inflater_->decompress(compressed, out, max_bytes);
    }
    thread_local std::optional<Inflater> shared;
    if (!shared) shared.emplace(15, false);
    auto result = shared->decompress(compressed, out, max_bytes);
    if (!result) shared.reset();
    return result;
}

}  // namespace sio::websocket
