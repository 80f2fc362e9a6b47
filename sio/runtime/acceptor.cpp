#include "sio/runtime/acceptor.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "sio/runtime/tls.hpp"

namespace sio::runtime {

namespace {

// A storm of connections must not starve those that are open: the rest of the backlog waits for the next turn.
constexpr int kBatch = 64;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Acceptor::Acceptor(Loop& loop, int fd, std::shared_ptr<AcceptorShared> shared)
    : loop_(loop), fd_(fd), shared_(std::move(shared)), resume_([](void* self) { static_cast<Acceptor*>(self)->open(); }, this) {}

Acceptor::~Acceptor() { close(); }

void Acceptor::open() {
    if (shared_->closed.load(std::memory_order_acquire)) return close();
    if (fd_ < 0 || poll_id_ != 0) return;
    poll_id_ = loop_.add(fd_, EPOLLIN, *this);
    if (poll_id_ == 0) loop_.arm_after(resume_, kPause);
}

void Acceptor::close() {
    if (fd_ < 0) return;
    resume_.cancel();
    if (poll_id_ != 0) loop_.remove(std::exchange(poll_id_, 0), fd_);
    ::close(std::exchange(fd_, -1));
}

void Acceptor::pause() {
    loop_.remove(std::exchange(poll_id_, 0), fd_);
    loop_.arm_after(resume_, kPause);
}

void Acceptor::on_ready(std::uint32_t) {
    for (int i = 0; i < kBatch && fd_ >= 0; ++i) {
        if (shared_->closed.load(std::memory_order_acquire)) return close();
        sockaddr_storage address;
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        const int fd = accept4(fd_, generic, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(fd, Address::from(*generic));
            continue;
        }
        switch (errno) {
            case EAGAIN: return;
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                // The socket stays readable, and asking again at once would only spin.
                return pause();
            default:
                // A connection that died in the queue; accept(2) hands its error to us.
                continue;
        }
    }
}

void Acceptor::admit(int fd, const Address& peer) {
    if (!shared_->counts->try_add(peer)) {
        ::close(fd);
        return;
    }
    std::unique_ptr<TlsSession> tls;
    if (shared_->options.tls) {
        tls = shared_->options.tls->accept();
        if (!tls) {
            shared_->counts->remove(peer);
            ::close(fd);
            return;
        }
    }
    auto stream = std::make_unique<Stream>(loop_, fd, std::move(tls), peer);
    stream->count_in(shared_->counts);
    shared_->accept(std::move(stream));
}

}  // namespace sio::runtime
