#pragma once

#include <cstdint>
#include <memory>

#include "sio/runtime/listener.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::cluster::testing {

/// Stands between a client and a server on 127.0.0.1, on a thread of its own, and is the link that breaks. With `tls` it is where TLS ends.
/// Thread: any.
class Relay {
public:
    explicit Relay(std::uint16_t target, std::shared_ptr<runtime::TlsContext> tls = nullptr);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    std::uint16_t port() const;
    /// Breaks what is connected; what connects after that breaks at once.
    void cut();
    /// Carries nothing any more and says nothing of it, as a cable that is pulled.
    void stall();
    /// Carries again what connects from now on.
    void mend();

private:
    struct Pair;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sio::cluster::testing
