#include "sio/runtime/connector.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace sio::runtime {

namespace {

constexpr std::chrono::milliseconds kPace{250};

// One socket family for both kinds of address would need dual-stack IPv6, which hosts may have switched off.
int connect_to(const Address& address) {
    const int fd = ::socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    int status;
    if (address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::memcpy(&v4.sin_addr, address.ip.data() + 12, sizeof v4.sin_addr);
        status = ::connect(fd, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&v6.sin6_addr, address.ip.data(), sizeof v6.sin6_addr);
        status = ::connect(fd, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
    }
    if (status == 0 || errno == EINPROGRESS || errno == EINTR) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

// RFC 8305, section 4: the families take turns, the first one's address first.
std::vector<Address> alternate(const std::vector<Address>& addresses) {
    std::vector<Address> result;
    std::vector<Address> others;
    for (const Address& address : addresses) (address.is_v4() == addresses.front().is_v4() ? result : others).push_back(address);
    for (std::size_t i = 0; i < others.size(); ++i) {
        result.insert(result.begin() + static_cast<std::ptrdiff_t>(std::min(2 * i + 1, result.size())), others[i]);
    }
    return result;
}

}  // namespace

struct Connector::Attempt final : Pollable {
    Attempt(Connector& connector, int socket, const Address& to) : owner(connector), fd(socket), address(to) {
        id = owner.loop_.add(fd, EPOLLOUT, *this);
    }
    ~Attempt() override {
        leave_loop();
        if (fd >= 0) ::close(fd);
    }
    void leave_loop() {
        if (id != 0) owner.loop_.remove(std::exchange(id, 0), fd);
    }
    void on_ready(std::uint32_t) override {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error == 0) {
            owner.connected(*this);
        } else {
            owner.failed(*this, error);
        }
    }

    Connector& owner;
    int fd;
    Address address;
    Loop::PollId id = 0;
};

Connector::Connector(Loop& loop, std::string host, std::uint16_t port, std::unique_ptr<TlsSession> tls, Clock::duration timeout, Done done)
    : loop_(loop),
      host_(std::move(host)),
      port_(port),
      tls_(std::move(tls)),
      done_(std::move(done)),
      pace_([](void* self) { static_cast<Connector*>(self)->try_next(); }, this),
      deadline_(
          [](void* self) {
              auto* const connector = static_cast<Connector*>(self);
              connector->end(fail(ErrorCode::Timeout, connector->where() + ": no connection in time"));
          },
          this) {
    loop_.arm_after(deadline_, timeout);
    if (const auto literal = Address::parse(host_, port_)) {
        addresses_.push_back(*literal);
        loop_.arm_after(pace_, {});
    } else {
        lookup_ = std::make_unique<Lookup>(loop_, host_, port_,
                                           [this](Result<std::vector<Address>> addresses) { found(std::move(addresses)); });
    }
}

Connector::~Connector() = default;

void Connector::found(Result<std::vector<Address>> addresses) {
    if (!addresses) return end(std::unexpected(std::move(addresses.error())));
    addresses_ = alternate(*addresses);
    try_next();
}

void Connector::try_next() {
    while (next_ < addresses_.size()) {
        const Address& address = addresses_[next_++];
        const int fd = connect_to(address);
        if (fd < 0) {
            last_error_ = std::generic_category().message(errno);
            continue;
        }
        attempts_.push_back(std::make_unique<Attempt>(*this, fd, address));
        if (attempts_.back()->id == 0) {
            attempts_.pop_back();
            last_error_ = "no room in the event loop";
            continue;
        }
        if (next_ < addresses_.size()) loop_.arm_after(pace_, kPace);
        return;
    }
    if (attempts_.empty()) end(fail(ErrorCode::System, where() + ": " + last_error_));
}

void Connector::connected(Attempt& attempt) {
    attempt.leave_loop();
    end(std::make_unique<Stream>(loop_, std::exchange(attempt.fd, -1), std::move(tls_), attempt.address));
}

void Connector::failed(Attempt& attempt, int error) {
    last_error_ = std::generic_category().message(error);
    std::erase_if(attempts_, [&](const auto& other) { return other.get() == &attempt; });
    pace_.cancel();
    try_next();
}

void Connector::end(Result<std::unique_ptr<Stream>> result) {
    attempts_.clear();
    pace_.cancel();
    deadline_.cancel();
    // The callback may destroy this.
    Done done = std::move(done_);
    done(std::move(result));
}

std::string Connector::where() const {
    return (host_.find(':') == std::string::npos ? host_ : '[' + host_ + ']') + ':' + std::to_string(port_);
}

}  // namespace sio::runtime
