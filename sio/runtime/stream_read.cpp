#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sio/runtime/stream.hpp"
#include "sio/runtime/stream_call.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {

namespace {

// Far above what any protocol here lets a handler leave: past it the handler is broken, and the peer pays.
constexpr std::size_t kMaxUnread = std::size_t{1} << 30;

}  // namespace

bool Stream::read() {
    if (finishing_) return drop_input();
    const std::span<char> shared = loop_->read_buffer();
    const std::size_t kept = unread_.size();
    if (kept > kMaxUnread) return end(CloseCause::Error);

    // A short rest is joined with what comes in the shared buffer, so that it never holds more memory than its size. A long one grows in
    // its own, or a big message would be copied again with each piece.
    const bool in_place = kept > shared.size() / 2;
    const std::size_t room = in_place ? std::max(shared.size(), kept / 2) : shared.size() - kept;
    const Received got = receive(in_place ? unread_.room(room) : shared.data() + kept, room);
    switch (got.status) {
        case Status::None: return true;
        case Status::Failed: return end(CloseCause::Error);
        case Status::End:
            if (!congested_) write();
            return end(CloseCause::PeerClosed);
        case Status::Some: break;
    }
    loop_->traffic().received += got.bytes;

    std::size_t taken = 0;
    if (in_place) {
        unread_.grow(got.bytes);
        ByteRun run = std::move(unread_);
        if (!offer(run.data(), run.size(), taken)) return false;
        keep(std::move(run), taken);
    } else {
        if (kept > 0) std::memcpy(shared.data(), unread_.data(), kept);
        unread_.clear();
        const std::size_t size = kept + got.bytes;
        if (!offer(shared.data(), size, taken)) return false;
        unread_.append({shared.data() + taken, size - taken});
    }
    if (tls_more_) {
        offering_ = true;
        loop_->dirty(*this);
    }
    return true;
}

bool Stream::read_kept() {
    offering_ = false;
    if (!unread_.empty()) {
        ByteRun run = std::move(unread_);
        std::size_t taken = 0;
        if (!offer(run.data(), run.size(), taken)) return false;
        keep(std::move(run), taken);
    }
    return reading_ && tls_at_hand() ? read() : true;
}

bool Stream::offer(char* data, std::size_t size, std::size_t& taken) {
    while (taken < size && handler_ != nullptr) {
        StreamHandler* const handler = handler_;
        offering_ = false;
        Call call(*this);
        const std::size_t step = handler->on_data(data + taken, size - taken);
        if (call.gone() || dead_) return false;
        taken += std::min(step, size - taken);
        if (finishing_) taken = size;
        // Another handler has not seen the rest, and one that paused and resumed may have made room for it; any other waits for more.
        const bool again = handler_ != handler || (offering_ && step > 0);
        if (!reading_ || !again) break;
    }
    offering_ = false;
    return true;
}

void Stream::keep(ByteRun run, std::size_t taken) {
    run.consume(taken);
    if (unread_.empty()) {
        unread_ = std::move(run);
    } else {
        unread_.append({run.data(), run.size()});
    }
}

void Stream::offer_in_flush() {
    if (unread_.empty() && !tls_at_hand()) return;
    offering_ = true;
    loop_->dirty(*this);
}

// Something that read() would find in OpenSSL, with nothing in the descriptor to tell of it.
bool Stream::tls_at_hand() const { return tls_ && (tls_more_ || tls_->has_pending()); }

void Stream::prepend_unread(std::string_view bytes) {
    if (!dead_) unread_.prepend(bytes);
}

bool Stream::drop_input() {
    const std::span<char> buffer = loop_->read_buffer();
    // While output is left TLS must still be listened to: the hand-shake may not be over.
    const Received got = half_closed_ ? receive_plain(buffer.data(), buffer.size()) : receive(buffer.data(), buffer.size());
    if (got.status == Status::Some || got.status == Status::None) return true;
    if (got.status == Status::Failed) return end(CloseCause::Error);
    if (half_closed_) return end(CloseCause::PeerClosed);
    // The peer has only stopped talking: it still gets what is queued.
    input_ended_ = true;
    update_interest(true);
    return true;
}

Stream::Received Stream::receive(char* data, std::size_t size) { return tls_ ? receive_tls(data, size) : receive_plain(data, size); }

Stream::Received Stream::receive_plain(char* data, std::size_t size) {
    const ssize_t got = ::recv(fd_, data, size, 0);
    if (got > 0) return {Status::Some, static_cast<std::size_t>(got)};
    if (got == 0) return {Status::End, 0};
    return {errno == EAGAIN || errno == EINTR ? Status::None : Status::Failed, 0};
}

Stream::Received Stream::receive_tls(char* data, std::size_t size) {
    std::size_t total = 0;
    read_wants_write_ = false;
    tls_more_ = false;
    while (total < size) {
        const auto [io, bytes] = tls_->read(data + total, size - total);
        total += bytes;
        if (io == TlsSession::Io::Done && tls_->has_pending()) continue;
        read_wants_write_ = io == TlsSession::Io::WantWrite;
        if (io == TlsSession::Io::Closed || io == TlsSession::Io::Failed) {
            if (total == 0) return {io == TlsSession::Io::Closed ? Status::End : Status::Failed, 0};
            tls_more_ = true;  // the end, to be met again after these bytes
        }
        return {total > 0 ? Status::Some : Status::None, total};
    }
    tls_more_ = tls_->has_pending();
    return {Status::Some, total};
}

}  // namespace sio::runtime
