#include "sio/runtime/testing/peer.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sio::runtime::testing {

namespace {

constexpr int kPatienceMs = 5000;

bool wait_for(int fd, short events) {
    pollfd entry{fd, events, 0};
    return poll(&entry, 1, kPatienceMs) == 1;
}

[[noreturn]] void give_up(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

}  // namespace

Peer::Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)), ended_(other.ended_) {}

Peer& Peer::operator=(Peer&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    ended_ = other.ended_;
    return *this;
}

Peer Peer::connect(std::uint16_t port) {
    Peer peer(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(peer.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("connect");
    return peer;
}

bool Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN || !wait_for(fd_, POLLOUT)) {
            return false;
        }
    }
    return true;
}

std::string Peer::receive() {
    std::string result;
    char buffer[16 * 1024];
    while (!ended_) {
        const ssize_t got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (got > 0) {
            result.append(buffer, static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EAGAIN) {
            ended_ = true;
        } else {
            break;
        }
    }
    return result;
}

std::string Peer::receive(std::size_t size) {
    std::string result = receive();
    while (result.size() < size && !ended_ && wait_for(fd_, POLLIN)) result += receive();
    return result;
}

bool Peer::wait_for_end() {
    do {
        receive();
    } while (!ended_ && wait_for(fd_, POLLIN));
    return ended_;
}

void Peer::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void Peer::reset() {
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
}

void Peer::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool turn_until(Loop& loop, const std::function<bool()>& done) {
    Loop* const only = &loop;
    return turn_until({&only, 1}, done, std::chrono::milliseconds(kPatienceMs));
}

bool turn_until(std::span<Loop* const> loops, const std::function<bool()>& done, std::chrono::milliseconds patience) {
    const TimePoint deadline = Clock::now() + patience;
    while (!done()) {
        if (Clock::now() > deadline) return false;
        for (Loop* const loop : loops) loop->turn(std::chrono::milliseconds(1));
    }
    return true;
}

Connection connect_pair(Loop& loop, std::unique_ptr<TlsSession> tls) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) give_up("socketpair");
    return {Peer(ends[1]), std::make_unique<Stream>(loop, ends[0], std::move(tls), *Address::parse("192.0.2.7", 4711))};
}

void set_send_buffer(int fd, int bytes) { setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); }

}  // namespace sio::runtime::testing
