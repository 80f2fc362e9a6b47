#include "sio/base/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace sio {

namespace {

/// What ends every flushed block and RFC 7692 leaves out on the wire.
constexpr std::string_view kFlushTail("\x00\x00\xFF\xFF", 4);

constexpr int kGzipWrapper = 16;  // added to the window bits
constexpr int kDetectWrapper = 32;
constexpr int kMemoryLevel = 8;
constexpr int kAtBlockBoundary = 128;  // in z_stream::data_type
constexpr std::size_t kMaxInput = std::numeric_limits<uInt>::max();

void set_input(z_stream& stream, std::string_view bytes) {
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(bytes.size());
}

/// Runs `call(stream)` with `room` fresh bytes at the end of `out` and keeps of them what it wrote.
template <class Call>
int with_room(z_stream& stream, std::string& out, std::size_t room, Call call) {
    room = std::min(room, kMaxInput);
    const std::size_t old = out.size();
    int status = Z_OK;
    out.resize_and_overwrite(old + room, [&](char* data, std::size_t) {
        stream.next_out = reinterpret_cast<Bytef*>(data + old);
        stream.avail_out = static_cast<uInt>(room);
        status = call(stream);
        return old + room - stream.avail_out;
    });
    return status;
}

/// Inflates what is set as input, to its end or the stream's, whichever comes first. More than `max_bytes` behind `start` in `out`:
/// TooLarge.
Result<int> inflate_input(z_stream& stream, std::string& out, std::size_t start, std::size_t max_bytes, ErrorCode bad) {
    constexpr std::size_t kFirstRoom = 1024;
    while (true) {
        const std::size_t made = out.size() - start;
        // One byte more than allowed, so that output beyond shows itself.
        const std::size_t allowed = std::min(max_bytes, std::numeric_limits<std::size_t>::max() - 1) - made + 1;
        const std::size_t guess = std::max({kFirstRoom, made, std::size_t{stream.avail_in} * 3});
        const int status = with_room(stream, out, std::min(allowed, guess), [](z_stream& s) { return ::inflate(&s, Z_SYNC_FLUSH); });
        if (out.size() - start > max_bytes) return fail(ErrorCode::TooLarge, "inflated data over the limit");
        if (status == Z_STREAM_END) return status;
        if (status == Z_MEM_ERROR) return fail(ErrorCode::System, "no memory to inflate");
        if (status != Z_OK && status != Z_BUF_ERROR) return fail(bad, "not deflate data");
        if (stream.avail_out > 0) return Z_OK;  // room was left: all input is used
    }
}

Result<std::string> compress_once(std::string_view bytes, int level, int window_bits) {
    if (bytes.size() > kMaxInput) return fail(ErrorCode::TooLarge, "too long to compress");
    z_stream stream{};
    if (::deflateInit2(&stream, level, Z_DEFLATED, window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        return fail(ErrorCode::System, "deflateInit2");
    }
    set_input(stream, bytes);
    std::string out;
    const std::size_t bound = ::deflateBound(&stream, static_cast<uLong>(bytes.size()));
    const int status = with_room(stream, out, bound, [](z_stream& s) { return ::deflate(&s, Z_FINISH); });
    ::deflateEnd(&stream);
    if (status != Z_STREAM_END) return fail(ErrorCode::System, "deflate");
    return out;
}

}  // namespace

struct Deflater::Stream {
    z_stream z{};
};

void Deflater::Delete::operator()(Stream* stream) const {
    ::deflateEnd(&stream->z);
    delete stream;
}

Deflater::Deflater(DeflateParams params) : stream_(new Stream), context_takeover_(params.context_takeover) {
    if (::deflateInit2(&stream_->z, params.level, Z_DEFLATED, -params.window_bits, params.memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        stream_.reset();
    }
}

Result<void> Deflater::compress(std::string_view message, std::string& out) {
    if (!stream_) return fail(ErrorCode::System, "deflateInit2");
    if (message.size() > kMaxInput) return fail(ErrorCode::TooLarge, "message too long to compress");
    if (message.empty()) {
        // zlib writes nothing for a second flush without input; this is the empty block of RFC 7692 section 7.2.3.6.
        out += '\0';
        return {};
    }
    z_stream& z = stream_->z;
    if (!context_takeover_) ::deflateReset(&z);
    set_input(z, message);
    const std::size_t bound = ::deflateBound(&z, static_cast<uLong>(message.size())) + 16;
    do {
        const int status = with_room(z, out, bound, [](z_stream& s) { return ::deflate(&s, Z_SYNC_FLUSH); });
        if (status != Z_OK && status != Z_BUF_ERROR) return fail(ErrorCode::System, "deflate");
    } while (z.avail_out == 0);
    if (!out.ends_with(kFlushTail)) return fail(ErrorCode::System, "deflate: no flush");
    out.resize(out.size() - kFlushTail.size());
    return {};
}

struct Inflater::Stream {
    z_stream z{};
};

void Inflater::Delete::operator()(Stream* stream) const {
    ::inflateEnd(&stream->z);
    delete stream;
}

Inflater::Inflater(int window_bits, bool context_takeover) : stream_(new Stream), context_takeover_(context_takeover) {
    // Writers built on zlib use 9 bits where they promised 8.
    if (::inflateInit2(&stream_->z, -std::max(window_bits, 9)) != Z_OK) stream_.reset();
}

Result<void> Inflater::decompress(std::string_view compressed, std::string& out, std::size_t max_bytes) {
    if (!stream_) return fail(ErrorCode::System, "inflateInit2");
    if (compressed.size() > kMaxInput) return fail(ErrorCode::TooLarge, "compressed message too long");
    z_stream& z = stream_->z;
    const std::size_t start = out.size();
    for (const std::string_view part : {compressed, kFlushTail}) {
        set_input(z, part);
        while (z.avail_in > 0) {
            const auto status = inflate_input(z, out, start, max_bytes, ErrorCode::BadFrame);
            if (!status) {
                out.resize(start);
                return std::unexpected(status.error());
            }
            // A block marked as the last is legal (section 7.2.3.5) and ends neither message nor window.
            if (*status == Z_STREAM_END) ::inflateResetKeep(&z);
        }
    }
    if ((z.data_type & kAtBlockBoundary) == 0) {
        out.resize(start);
        return fail(ErrorCode::BadFrame, "deflate data is cut");
    }
    if (!context_takeover_) ::inflateReset(&z);
    return {};
}

Result<std::string> gzip(std::string_view bytes, int level) { return compress_once(bytes, level, MAX_WBITS + kGzipWrapper); }
Result<std::string> zlib_deflate(std::string_view bytes, int level) { return compress_once(bytes, level, MAX_WBITS); }

Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes) {
    if (bytes.size() > kMaxInput) return fail(ErrorCode::TooLarge, "too long to inflate");
    z_stream stream{};
    if (::inflateInit2(&stream, MAX_WBITS + kDetectWrapper) != Z_OK) return fail(ErrorCode::System, "inflateInit2");
    set_input(stream, bytes);
    std::string out;
    const auto status = inflate_input(stream, out, 0, max_bytes, ErrorCode::BadRequest);
    const bool all_used = stream.avail_in == 0;
    ::inflateEnd(&stream);
    if (!status) return std::unexpected(status.error());
    if (*status != Z_STREAM_END || !all_used) return fail(ErrorCode::BadRequest, "compressed data is cut or continues behind its end");
    return out;
}

}  // namespace sio
