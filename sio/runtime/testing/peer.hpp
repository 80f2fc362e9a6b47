#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"

/// Fake clients for the tests of this layer and those above it.
namespace sio::runtime::testing {

/// The far end of a connection: a non-blocking socket that tests talk through by hand. Closes it when destroyed.
class Peer {
public:
    Peer() = default;
    explicit Peer(int fd) : fd_(fd) {}
    Peer(Peer&& other) noexcept;
    Peer& operator=(Peer&& other) noexcept;
    ~Peer() { close(); }

    /// Connects over loopback, IPv4.
    static Peer connect(std::uint16_t port);

    int fd() const { return fd_; }
    /// Sends all, waiting for room; false when the other end is gone.
    bool send(std::string_view bytes);
    /// What has arrived and was not received before.
    std::string receive();
    /// Waits up to five seconds until `size` bytes in all, or the end, have come.
    std::string receive(std::size_t size);
    /// The other end has closed or reset; found by receive().
    bool ended() const { return ended_; }
    /// Waits up to five seconds for the end.
    bool wait_for_end();
    void shutdown_write();
    /// Closes with a reset.
    void reset();
    void close();

private:
    int fd_ = -1;
    bool ended_ = false;
};

/// Runs turns until `done` or for five seconds; gives whether it was done.
bool turn_until(Loop& loop, const std::function<bool()>& done);
/// The same of several loops of this thread, by turns and with other patience.
bool turn_until(std::span<Loop* const> loops, const std::function<bool()>& done, std::chrono::milliseconds patience);

/// A stream over a socket pair, whose other end is `peer`.
struct Connection {
    Peer peer;
    std::unique_ptr<Stream> stream;
};
/// With `tls` the stream speaks TLS.
Connection connect_pair(Loop& loop, std::unique_ptr<TlsSession> tls = nullptr);

/// Bounds how much the kernel takes before the other end reads.
void set_send_buffer(int fd, int bytes);

}  // namespace sio::runtime::testing
