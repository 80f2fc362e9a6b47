#include "sio/websocket/connection.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sio/base/utf8.hpp"
#include "sio/runtime/timer.hpp"
#include "sio/websocket/close_code.hpp"
#include "sio/websocket/compression.hpp"

namespace sio::websocket {
namespace {

constexpr std::size_t kPadding = 64;         // readable bytes behind a message
constexpr std::size_t kReserve = 64 * 1024;  // taken at once for a payload that only its header announces
constexpr std::size_t kMaxReason = 123;
constexpr std::chrono::milliseconds kLinger{2'000};  // for the peer to close TCP after both close frames

Opcode opcode_of(MessageType type) { return type == MessageType::Text ? Opcode::Text : Opcode::Binary; }

}  // namespace

runtime::FrameRef encode(MessageType type, std::string_view payload) {
    return runtime::Frame::make(HeaderBytes(opcode_of(type), false, payload.size()), payload);
}

struct Connection::Message {
    MessageType type = MessageType::Text;
    bool compressed = false;
    bool last = false;  // the present frame ends the message
    MaskKey mask{};
    std::uint64_t offset = 0;  // into the present frame's payload
    std::uint64_t left = 0;    // of it
    std::uint32_t fragments = 0;
    Utf8Stream utf8;
    std::string payload;

    bool in_frame() const { return left > 0; }
};

struct Connection::Turn {
    bool destroyed = false;
    std::string pongs;
};

struct Connection::Extra {
    explicit Extra(Connection& owner) : close_timer([](void* self) { static_cast<Connection*>(self)->on_close_timeout(); }, &owner) {}
    runtime::Timer close_timer;
    std::string late_pong;  // a whole frame, sent when the peer reads again
};

Connection::Connection(std::unique_ptr<runtime::Stream> stream, const Options& options, const NegotiatedDeflate& deflate,
                       ConnectionHandler& handler)
    : stream_(std::move(stream)),
      handler_(&handler),
      compression_(deflate.enabled ? std::make_unique<Compression>(options.deflate, deflate) : nullptr),
      max_message_bytes_(options.max_message_bytes),
      max_fragments_(static_cast<std::uint32_t>(std::min<std::size_t>(options.max_fragments, 0xffffffff))),
      close_timeout_ms_(static_cast<std::uint32_t>(std::clamp<std::int64_t>(options.close_timeout.count(), 0, 0xffffffff))) {
    stream_->set_handler(this);
    stream_->set_queue_limit(options.max_queue_bytes);
}

Connection::~Connection() {
    if (turn_ != nullptr) turn_->destroyed = true;
}

void Connection::start() { stream_->start(); }

bool Connection::deflates() const { return compression_ != nullptr; }
bool Connection::writable() const { return stream_->writable(); }
std::size_t Connection::queued_bytes() const { return stream_->queued_bytes(); }

void Connection::send(const runtime::FrameRef& frame) {
    if (progress_ == Progress::Open) stream_->send(frame);
}

void Connection::send(MessageType type, std::string_view payload, bool compress) {
    if (progress_ != Progress::Open) return;
    if (!compress || !compression_ || payload.size() < compression_->threshold()) return stream_->send(encode(type, payload));
    std::string packed;
    if (!compression_->compress(payload, packed)) return close(CloseCode::InternalError);
    stream_->send(runtime::Frame::make(HeaderBytes(opcode_of(type), true, packed.size()), packed));
}

void Connection::pause_reading() {
    if (progress_ != Progress::Open) return;
    paused_ = true;
    stream_->pause_reading();
}

void Connection::resume_reading() {
    paused_ = false;
    stream_->resume_reading();
}

void Connection::close(CloseCode code, std::string_view reason) {
    if (progress_ != Progress::Open) return;
    send_close(code, reason);
    progress_ = Progress::Closing;
    stream_->loop().arm_after(extra().close_timer, std::chrono::milliseconds(close_timeout_ms_));
    // The peer's close frame may be behind what was held back.
    if (paused_) resume_reading();
}

void Connection::abort() {
    progress_ = Progress::Over;
    extra_.reset();
    stream_->abort();
}

std::size_t Connection::on_data(char* data, std::size_t size) {
    Turn turn;
    Turn* const outer = std::exchange(turn_, &turn);
    std::size_t used = 0;
    while (used < size && !paused_ && progress_ != Progress::Over) {
        const std::size_t step = take(data + used, size - used, turn);
        if (turn.destroyed) {
            if (outer != nullptr) outer->destroyed = true;
            return used;
        }
        if (step == 0) break;
        used += step;
    }
    turn_ = outer;
    flush_pongs(turn);
    return progress_ == Progress::Over ? size : used;
}

/// Takes one frame, or a piece of one; gives how many bytes, 0 when there are too few.
std::size_t Connection::take(char* data, std::size_t size, Turn& turn) {
    if (message_ && message_->in_frame()) return take_payload(data, size, turn);

    HeaderRules rules;
    rules.in_message = message_ != nullptr;
    rules.deflate = compression_ != nullptr;
    rules.room = max_message_bytes_ - (message_ ? message_->payload.size() : 0);
    FrameHeader header;
    switch (read_header({data, size}, rules, header)) {
        case HeaderVerdict::NeedMore: return 0;
        case HeaderVerdict::Complete: break;
        case HeaderVerdict::ProtocolError: fail(CloseCode::ProtocolError, turn); return size;
        case HeaderVerdict::TooBig: fail(CloseCode::TooBig, turn); return size;
    }
    char* const payload = data + header.size;
    const std::size_t there = size - header.size;
    const bool whole = header.length <= there;
    const auto frame_size = header.size + static_cast<std::size_t>(header.length);
    if (is_control(header.opcode)) {
        if (!whole) return 0;
        unmask(payload, static_cast<std::size_t>(header.length), header.mask);
        take_control(header, {payload, static_cast<std::size_t>(header.length)}, turn);
        return frame_size;
    }
    if (whole && header.fin && !message_) {
        take_whole(header, payload, turn);
        return frame_size;
    }
    begin_message(header);
    if (message_->fragments > max_fragments_) {
        fail(CloseCode::PolicyViolation, turn);
        return size;
    }
    // An empty frame is complete here; another goes on with its payload.
    if (header.length == 0 && header.fin) take_payload(payload, 0, turn);
    return header.size;
}

/// Starts a message, or its next fragment.
void Connection::begin_message(const FrameHeader& header) {
    if (!message_) {
        message_ = std::make_unique<Message>();
        message_->type = header.opcode == Opcode::Text ? MessageType::Text : MessageType::Binary;
        message_->compressed = header.compressed;
    }
    Message& message = *message_;
    message.last = header.fin;
    message.mask = header.mask;
    message.offset = 0;
    message.left = header.length;
    ++message.fragments;
    if (message.payload.empty()) message.payload.reserve(std::min<std::size_t>(header.length, kReserve) + kPadding);
}

std::size_t Connection::take_payload(char* data, std::size_t size, Turn& turn) {
    Message& message = *message_;
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(message.left, size));
    unmask(data, taken, message.mask, static_cast<std::size_t>(message.offset & 3));
    const bool is_text = message.type == MessageType::Text && !message.compressed;
    if (is_text && !message.utf8.feed({data, taken})) {
        fail(CloseCode::InvalidPayload, turn);
        return taken;
    }
    message.payload.append(data, taken);
    message.offset += taken;
    message.left -= taken;
    if (message.left > 0 || !message.last) return taken;

    // The message may outlive this connection, which the handler may destroy.
    const std::unique_ptr<Message> whole = std::move(message_);
    if (is_text && !whole->utf8.finish()) {
        fail(CloseCode::InvalidPayload, turn);
        return taken;
    }
    whole->payload.reserve(whole->payload.size() + kPadding);
    deliver(whole->type, whole->compressed, whole->payload, turn);
    return taken;
}

/// The common case: one frame, all of it in the read buffer. Nothing is copied.
void Connection::take_whole(const FrameHeader& header, char* payload, Turn& turn) {
    const std::string_view text(payload, static_cast<std::size_t>(header.length));
    unmask(payload, text.size(), header.mask);
    const auto type = header.opcode == Opcode::Text ? MessageType::Text : MessageType::Binary;
    if (type == MessageType::Text && !header.compressed && !utf8::valid(text)) return fail(CloseCode::InvalidPayload, turn);
    deliver(type, header.compressed, text, turn);
}

/// Hands on a message whose text, unless compressed, is known to be valid.
void Connection::deliver(MessageType type, bool compressed, std::string_view payload, Turn& turn) {
    std::string plain;
    if (compressed) {
        const auto result = compression_->decompress(payload, plain, static_cast<std::size_t>(max_message_bytes_));
        if (!result) {
            switch (result.error().code) {
                case ErrorCode::TooLarge: return fail(CloseCode::TooBig, turn);
                case ErrorCode::System: return fail(CloseCode::InternalError, turn);
                default: return fail(CloseCode::InvalidPayload, turn);
            }
        }
        if (type == MessageType::Text && !utf8::valid(plain)) return fail(CloseCode::InvalidPayload, turn);
        plain.reserve(plain.size() + kPadding);
        payload = plain;
    }
    if (progress_ != Progress::Open) return;
    // A pong never overtakes the answer to a later message, nor comes after it.
    flush_pongs(turn);
    handler_->on_message(type, payload);
}

void Connection::take_control(const FrameHeader& header, std::string_view payload, Turn& turn) {
    if (header.opcode == Opcode::Ping) return take_ping(payload, turn);
    if (header.opcode == Opcode::Close) return take_close(payload, turn);
}

void Connection::take_ping(std::string_view payload, Turn& turn) {
    if (progress_ != Progress::Open) return;
    // RFC 6455 section 5.5.3 allows to answer only the latest ping: what a peer that does not read can make wait is bounded by one pong,
    // and by those of one turn, joined.
    std::string& pongs = stream_->congested() ? extra().late_pong : turn.pongs;
    if (&pongs != &turn.pongs) pongs.clear();
    pongs.append(HeaderBytes(Opcode::Pong, false, payload.size())).append(payload);
}

void Connection::flush_pongs(Turn& turn) {
    if (turn.pongs.empty()) return;
    stream_->send(turn.pongs);
    turn.pongs.clear();
}

void Connection::take_close(std::string_view payload, Turn& turn) {
    auto code = CloseCode::NoStatus;
    if (!payload.empty()) {
        if (payload.size() < 2) return fail(CloseCode::ProtocolError, turn);
        const auto high = static_cast<unsigned char>(payload[0]);
        const auto low = static_cast<unsigned char>(payload[1]);
        const auto number = static_cast<std::uint16_t>(high << 8 | low);
        if (!may_be_sent(number)) return fail(CloseCode::ProtocolError, turn);
        if (!utf8::valid(payload.substr(2))) return fail(CloseCode::InvalidPayload, turn);
        code = static_cast<CloseCode>(number);
    }
    flush_pongs(turn);
    if (progress_ == Progress::Open) send_close(code, {});
    end(code);
}

void Connection::fail(CloseCode code, Turn& turn) {
    flush_pongs(turn);
    if (progress_ == Progress::Open) send_close(code, {});
    end(code);
}

/// Both close frames are out, or the peer deserves no more waiting: the stream writes what is left and closes, and on_closed() tells.
void Connection::end(CloseCode code) {
    close_code_ = code;
    progress_ = Progress::Over;
    message_.reset();
    extra_.reset();
    stream_->finish(std::min(kLinger, std::chrono::milliseconds(close_timeout_ms_)));
}

void Connection::send_close(CloseCode code, std::string_view reason) {
    std::string payload;
    const auto number = static_cast<std::uint16_t>(code);
    if (may_be_sent(number)) {
        payload.push_back(static_cast<char>(number >> 8));
        payload.push_back(static_cast<char>(number & 0xff));
        payload.append(utf8::truncate(reason, kMaxReason));
    }
    send_control(Opcode::Close, payload);
}

void Connection::send_control(Opcode opcode, std::string_view payload) {
    stream_->send(runtime::Frame::make(HeaderBytes(opcode, false, payload.size()), payload));
}

Connection::Extra& Connection::extra() {
    if (!extra_) extra_ = std::make_unique<Extra>(*this);
    return *extra_;
}

void Connection::on_close_timeout() {
    abort();
    handler_->on_close(CloseCode::Abnormal);
}

void Connection::on_drained() {
    if (progress_ != Progress::Open) return;
    if (extra_ && !extra_->late_pong.empty()) {
        stream_->send(extra_->late_pong);
        extra_->late_pong.clear();
    }
    handler_->on_drained();
}

void Connection::on_closed(runtime::CloseCause) {
    progress_ = Progress::Over;
    extra_.reset();
    handler_->on_close(close_code_);
}

}  // namespace sio::websocket
