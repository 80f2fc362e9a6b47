#include "sio/runtime/stream.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cassert>
#include <utility>

#include "sio/runtime/connection_counts.hpp"
#include "sio/runtime/stream_call.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {

// Life and death of a stream, and what the loop tells it. Reading is in stream_read.cpp, writing in stream_write.cpp.
//
// Who may call on_closed: only code that the loop called (on_ready, flush, the linger timer). What fails inside a call of the handler
// closes the socket at once and reports in the flush (close_later).

Stream::Stream(Loop& loop, int fd, std::unique_ptr<TlsSession> tls, const Address& peer)
    : loop_(&loop), tls_(std::move(tls)), fd_(fd), peer_(peer) {
    if (tls_) tls_->set_descriptor(fd);
}

Stream::~Stream() {
    abort();
    Call::lose(*this);
}

void Stream::set_handler(StreamHandler* handler) {
    if (handler == handler_) return;
    handler_ = handler;
    reading_ = false;
}

void Stream::start() {
    if (dead_ || finishing_) return;
    reading_ = true;
    offer_in_flush();
    update_interest();
}

void Stream::pause_reading() {
    // The loop's interest in input is dropped only if input comes: most pauses end before.
    reading_ = false;
}

void Stream::resume_reading() {
    if (dead_ || finishing_) return;
    const bool paused = !reading_;
    reading_ = true;
    if (paused && call_ != nullptr) {
        // What is not taken yet may lie with offer(), not in unread_.
        offering_ = true;
        loop_->dirty(*this);
    }
    offer_in_flush();
    update_interest();
}

void Stream::finish(Clock::duration linger) {
    if (dead_ || finishing_) return;
    finishing_ = true;
    reading_ = false;
    offering_ = false;
    unread_.clear();
    linger_ = std::make_unique<Timer>([](void* self) { static_cast<Stream*>(self)->end(CloseCause::Error); }, this);
    loop_->arm_after(*linger_, linger);
    loop_->dirty(*this);
}

void Stream::abort() {
    if (loop_ != nullptr) loop_->clean(*this);
    reported_ = true;
    if (!dead_) close(CloseCause::Error);
}

void Stream::detach() {
    assert(!finishing_);
    Call::lose(*this);
    loop_->clean(*this);
    loop_->traffic().queued -= queued_;
    if (poll_id_ != 0) loop_->remove(poll_id_, fd_);
    poll_id_ = 0;
    interest_ = 0;
    reading_ = false;
    offering_ = false;
    loop_ = nullptr;
}

void Stream::attach(Loop& loop) {
    loop_ = &loop;
    loop_->traffic().queued += queued_;
    congested_ = false;
    if (dead_ ? !reported_ : !queue_.empty()) loop_->dirty(*this);
}

void Stream::on_ready(std::uint32_t events) {
    if (dead_) return;
    const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    const bool writable = (events & EPOLLOUT) != 0;
    // Input before output: what a peer said before it went away counts, and a write would only find out that it went.
    if (broken || (events & EPOLLIN) != 0 || (writable && read_wants_write_)) {
        if (reading_ || finishing_) {
            if (!read()) return;
        } else if (broken) {
            end(CloseCause::Error);
            return;
        } else {
            update_interest(true);
        }
    }
    if (congested_ && (writable || write_wants_read_)) {
        write();
        if (!output_done()) return;
    }
    update_interest();
}

void Stream::flush() {
    if (dead_) return report();
    if (offering_ && reading_ && !read_kept()) return;
    if (!congested_ && !queue_.empty()) write();
    if (dead_) return report();
    if (finishing_ && !output_done()) return;
    update_interest();
}

bool Stream::output_done() {
    if (dead_) {
        report();
        return false;
    }
    if (!queue_.empty()) return true;
    if (!finishing_) {
        if (handler_ == nullptr) return true;
        Call call(*this);
        handler_->on_drained();
        return !call.gone() && !dead_;
    }
    if (!half_closed_) {
        half_closed_ = true;
        if (tls_) tls_->shutdown();
        ::shutdown(fd_, SHUT_WR);
    }
    return input_ended_ ? end(CloseCause::PeerClosed) : true;
}

void Stream::close(CloseCause cause) {
    dead_ = true;
    cause_ = cause;
    if (poll_id_ != 0 && loop_ != nullptr) loop_->remove(poll_id_, fd_);
    poll_id_ = 0;
    ::close(std::exchange(fd_, -1));
    if (counts_) std::exchange(counts_, nullptr)->remove(peer_);
    queue_.clear();
    if (loop_ != nullptr) loop_->traffic().queued -= queued_;
    queued_ = 0;
    unread_.clear();
    linger_.reset();
    reading_ = false;
    offering_ = false;
}

void Stream::close_later(CloseCause cause) {
    close(cause);
    if (loop_ != nullptr) loop_->dirty(*this);
}

bool Stream::end(CloseCause cause) {
    if (!dead_) close(cause);
    cause_ = cause;
    report();
    return false;
}

void Stream::report() {
    if (reported_) return;
    reported_ = true;
    if (loop_ != nullptr) loop_->clean(*this);
    if (handler_ != nullptr) handler_->on_closed(cause_);
}

void Stream::update_interest(bool exactly) {
    if (dead_) return;
    std::uint32_t wanted = 0;
    if (((reading_ || finishing_) && !input_ended_) || write_wants_read_) wanted |= EPOLLIN;
    if ((congested_ && !write_wants_read_) || (reading_ && read_wants_write_)) wanted |= EPOLLOUT;
    if (poll_id_ == 0) {
        if (wanted == 0) return;
        poll_id_ = loop_->add(fd_, wanted, *this);
        if (poll_id_ == 0) return close_later(CloseCause::Error);
    } else {
        if (!exactly) wanted |= interest_ & EPOLLIN;
        if (wanted == interest_) return;
        loop_->modify(poll_id_, fd_, wanted);
    }
    interest_ = wanted;
}

}  // namespace sio::runtime
