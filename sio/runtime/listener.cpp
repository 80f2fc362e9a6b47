#include "sio/runtime/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "sio/runtime/acceptor.hpp"

namespace sio::runtime {

namespace {

/// A descriptor that is closed unless released.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const Address& address) {
    SocketAddress result;
    if (address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::memcpy(&v4.sin_addr, address.ip.data() + 12, sizeof v4.sin_addr);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&v6.sin6_addr, address.ip.data(), sizeof v6.sin6_addr);
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
    }
    return result;
}

std::unexpected<Error> system_failure(const char* call) {
    return fail(ErrorCode::System, std::string(call) + ": " + std::generic_category().message(errno));
}

Result<Descriptor> bind_socket(const Address& address, bool shared_port) {
    const int on = 1;
    Descriptor fd(socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd.get() < 0) return system_failure("socket");
    if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return system_failure("SO_REUSEADDR");
    if (shared_port && setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) return system_failure("SO_REUSEPORT");
    // Accepted sockets inherit it.
    if (setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) return system_failure("TCP_NODELAY");
    const SocketAddress where = socket_address(address);
    if (bind(fd.get(), where.get(), where.size) != 0) return system_failure("bind");
    return fd;
}

Result<std::uint16_t> port_of(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* const generic = reinterpret_cast<sockaddr*>(&storage);
    if (getsockname(fd, generic, &size) != 0) return system_failure("getsockname");
    return Address::from(*generic).port;
}

class GroupListener final : public Listener {
public:
    GroupListener(LoopGroup& loops, std::uint16_t port, std::shared_ptr<AcceptorShared> shared)
        : loops_(loops), port_(port), shared_(std::move(shared)) {}
    ~GroupListener() override { close_acceptors(); }

    std::uint16_t port() const override { return port_; }
    std::size_t connections() const override { return shared_->counts->total(); }
    void close() override { close_acceptors(); }

    void add(unsigned index, int fd) {
        auto acceptor = std::make_shared<Acceptor>(loops_.at(index), fd, shared_);
        loops_.at(index).post([acceptor] { acceptor->open(); });
        acceptors_.push_back(std::move(acceptor));
    }

private:
    void close_acceptors() {
        if (shared_->closed.exchange(true, std::memory_order_acq_rel)) return;
        // Each loop closes its own socket, and lets go of its acceptor there.
        for (unsigned index = 0; index < acceptors_.size(); ++index) {
            loops_.at(index).post([acceptor = std::move(acceptors_[index])] { acceptor->close(); });
        }
    }

    LoopGroup& loops_;
    std::uint16_t port_;
    std::shared_ptr<AcceptorShared> shared_;
    std::vector<std::shared_ptr<Acceptor>> acceptors_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(LoopGroup& loops, ListenOptions options, Accept accept) {
    auto address = Address::parse(options.host, options.port);
    if (!address) return std::unexpected(std::move(address.error()));
    const bool shared_port = loops.size() > 1;
    if (shared_port && address->port != 0) {
        // SO_REUSEPORT would let a second server of the same user join in silence: a socket without it finds the port in use.
        auto probe = bind_socket(*address, false);
        if (!probe) return std::unexpected(std::move(probe.error()));
    }

    std::vector<Descriptor> sockets;
    for (unsigned index = 0; index < loops.size(); ++index) {
        auto fd = bind_socket(*address, shared_port);
        if (!fd) return std::unexpected(std::move(fd.error()));
        if (listen(fd->get(), options.backlog) != 0) return system_failure("listen");
        auto port = port_of(fd->get());
        if (!port) return std::unexpected(std::move(port.error()));
        address->port = *port;
        sockets.push_back(std::move(*fd));
    }
    auto shared = std::make_shared<AcceptorShared>(std::move(options), std::move(accept));
    auto listener = std::make_unique<GroupListener>(loops, address->port, std::move(shared));
    for (unsigned index = 0; index < loops.size(); ++index) listener->add(index, sockets[index].release());
    return listener;
}

}  // namespace sio::runtime
