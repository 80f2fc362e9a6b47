#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sio/runtime/stream.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {

namespace {

constexpr std::size_t kVectors = 64;
constexpr std::size_t kTlsRecord = 16 * 1024;

}  // namespace

void Stream::send(FrameRef frame) {
    if (dead_ || finishing_ || !frame) return;
    const std::size_t size = frame->bytes().size();
    if (size == 0) return;
    queue_.push(std::move(frame));
    queued_ += size;
    if (loop_ == nullptr) return;
    loop_->traffic().queued += size;
    if (!congested_) {
        loop_->dirty(*this);
        // Much in one turn is no slow reader: only what the kernel refuses counts.
        if (queued_ > queue_limit_) write();
    }
    if (queued_ <= queue_limit_) return;
    ++loop_->traffic().overflows;
    close_later(CloseCause::QueueFull);
}

void Stream::send(std::string_view bytes) {
    if (!dead_ && !finishing_ && !bytes.empty()) send(Frame::make(bytes));
}

// Leaves `congested_` set exactly when output is left. Does not report failures.
void Stream::write() {
    write_wants_read_ = false;
    congested_ = false;
    if (tls_) {
        write_tls();
    } else {
        write_plain();
    }
}

void Stream::write_plain() {
    while (!queue_.empty()) {
        std::size_t size = 0;
        const long taken = send_some(size);
        if (taken < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) return close_later(CloseCause::Error);
            congested_ = true;
            return;
        }
        written(static_cast<std::size_t>(taken));
        if (static_cast<std::size_t>(taken) < size) {
            congested_ = true;
            return;
        }
    }
}

// One system call. A kernel that takes one short buffer is faster than one that walks a list, and copying a few frames costs less than
// the difference; only big output is worth a list.
long Stream::send_some(std::size_t& size) {
    if (queue_.size() == 1) {
        const std::string_view bytes = queue_[0].bytes().substr(head_offset_);
        size = bytes.size();
        return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    const std::span<char> scratch = loop_->write_buffer();
    if (queued_ > scratch.size()) {
        std::array<iovec, kVectors> vectors;
        const std::size_t count = std::min(queue_.size(), kVectors);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view bytes = queue_[i].bytes().substr(i == 0 ? head_offset_ : 0);
            vectors[i] = {const_cast<char*>(bytes.data()), bytes.size()};
            size += bytes.size();
        }
        if (size > scratch.size()) {
            msghdr message{};
            message.msg_iov = vectors.data();
            message.msg_iovlen = count;
            return ::sendmsg(fd_, &message, MSG_NOSIGNAL);
        }
    }
    size = gather(scratch.data(), scratch.size());
    return ::send(fd_, scratch.data(), size, MSG_NOSIGNAL);
}

// Each record repeats the rule for what it takes from the queue's front, so that after WantRead or WantWrite the same bytes come again
// with at least as many behind them, which is what OpenSSL asks for.
void Stream::write_tls() {
    while (!queue_.empty()) {
        const std::string_view first = queue_[0].bytes().substr(head_offset_);
        const bool whole_record = first.size() >= kTlsRecord || queue_.size() == 1;
        const std::span<char> scratch = loop_->write_buffer();
        const char* const data = whole_record ? first.data() : scratch.data();
        const std::size_t size = whole_record ? std::min(first.size(), kTlsRecord) : gather(scratch.data(), kTlsRecord);
        const auto [io, bytes] = tls_->write(data, size);
        switch (io) {
            case TlsSession::Io::Done: written(bytes); continue;
            case TlsSession::Io::WantRead:
                write_wants_read_ = true;
                congested_ = true;
                return;
            case TlsSession::Io::WantWrite: congested_ = true; return;
            case TlsSession::Io::Closed:
            case TlsSession::Io::Failed: return close_later(CloseCause::Error);
        }
    }
}

// Copies the queue's front, at most `size` bytes, cutting a frame where they end.
std::size_t Stream::gather(char* out, std::size_t size) const {
    std::size_t done = 0;
    for (std::size_t i = 0; i < queue_.size() && done < size; ++i) {
        std::string_view bytes = queue_[i].bytes().substr(i == 0 ? head_offset_ : 0);
        bytes = bytes.substr(0, size - done);
        std::memcpy(out + done, bytes.data(), bytes.size());
        done += bytes.size();
    }
    return done;
}

void Stream::written(std::size_t bytes) {
    queued_ -= bytes;
    loop_->traffic().queued -= bytes;
    loop_->traffic().sent += bytes;
    while (bytes > 0) {
        const std::size_t left = queue_[0].bytes().size() - head_offset_;
        if (bytes < left) {
            head_offset_ += static_cast<std::uint32_t>(bytes);
            return;
        }
        bytes -= left;
        head_offset_ = 0;
        queue_.pop();
    }
}

}  // namespace sio::runtime
