#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "sio/runtime/connection_counts.hpp"
#include "sio/runtime/listener.hpp"

namespace sio::runtime {

/// What the acceptors of one listener share.
struct AcceptorShared {
    AcceptorShared(ListenOptions listen_options, Listener::Accept accept_callback)
        : options(std::move(listen_options)),
          accept(std::move(accept_callback)),
          counts(std::make_shared<ConnectionCounts>(options.max_connections, options.max_connections_per_address, options.unbounded)) {}

    const ListenOptions options;
    const Listener::Accept accept;
    const std::shared_ptr<ConnectionCounts> counts;
    std::atomic<bool> closed{false};
};

/// One listening socket on one loop.
/// Thread: its loop, but for construction and destruction, which may be anywhere when it is not open.
class Acceptor final : public Pollable {
public:
    /// Takes over the listening, non-blocking `fd`.
    Acceptor(Loop& loop, int fd, std::shared_ptr<AcceptorShared> shared);
    ~Acceptor() override;

    void open();
    void close();
    void on_ready(std::uint32_t events) override;

private:
    void admit(int fd, const Address& peer);
    void pause();

    Loop& loop_;
    int fd_;
    Loop::PollId poll_id_ = 0;
    std::shared_ptr<AcceptorShared> shared_;
    Timer resume_;
};

}  // namespace sio::runtime
