#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::runtime {

class TlsContext;

/// N loops, each on its own thread.
class LoopGroup {
public:
    /// 0: one a core.
    explicit LoopGroup(unsigned count);
    ~LoopGroup();
    LoopGroup(const LoopGroup&) = delete;
    LoopGroup& operator=(const LoopGroup&) = delete;

    void start();
    /// Stops every loop and joins its thread. What was posted later is destroyed with the group. Not from one of its loops.
    void stop();
    unsigned size() const { return static_cast<unsigned>(loops_.size()); }
    Loop& at(unsigned index) { return *loops_[index]; }

private:
    struct Thread;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::vector<std::unique_ptr<Thread>> threads_;
};

struct ListenOptions {
    std::string host = "127.0.0.1";  ///< an address literal, IPv4 or IPv6
    std::uint16_t port = 0;          ///< 0: the kernel chooses
    int backlog = 4096;
    std::size_t max_connections = 100'000;             ///< over all loops; more are closed at once
    std::size_t max_connections_per_address = 20'000;  ///< one office, one balancer: one address (of IPv6: one /64)
    std::function<bool(const Address&)> unbounded;     ///< peers with as many as they like: proxies of one's own. Thread: any
    std::shared_ptr<TlsContext> tls;                   ///< null: plain TCP
};

/// Listens on one address and spreads accepted connections over the loops (one listening socket a loop with SO_REUSEPORT; an accepted
/// connection is given to `accept` on the loop that owns it). TCP_NODELAY on. When descriptors run out accepting pauses and logs nothing in
/// a hot loop. Must be destroyed before the loops.
class Listener {
public:
    using Accept = std::function<void(std::unique_ptr<Stream>)>;
    /// Listens when it returns, before or after the loops start. Errors: BadRequest (host), System (an address in use, by another
    /// server of the same user too).
    static Result<std::unique_ptr<Listener>> open(LoopGroup& loops, ListenOptions options, Accept accept);
    /// Closes.
    virtual ~Listener() = default;
    virtual std::uint16_t port() const = 0;
    /// Open connections over all loops. Thread: any.
    virtual std::size_t connections() const = 0;
    /// Stops accepting; connections live on. A call of `accept` that has begun on a loop may still be running. Thread: any.
    virtual void close() = 0;
};

}  // namespace sio::runtime
