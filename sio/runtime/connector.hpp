#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/runtime/address.hpp"
#include "sio/runtime/lookup.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::runtime {

/// An outgoing TCP connection in the making. A name's addresses are tried in the system's order with the families alternating, the next
/// one when the last has failed or has not answered for 250 ms (RFC 8305); the first that answers wins. Destroyed, it is off.
/// Thread: the loop.
class Connector {
public:
    /// Errors: System (resolver or kernel), Timeout; the detail names host and port.
    using Done = std::move_only_function<void(Result<std::unique_ptr<Stream>>)>;
    /// `host` is a name or an address literal. `tls`, for the client's side, is spoken over the connection; its hand-shake comes with the
    /// stream's first bytes, after `done`. `done` is called once, in a later turn, and may destroy the connector.
    Connector(Loop& loop, std::string host, std::uint16_t port, std::unique_ptr<TlsSession> tls, Clock::duration timeout, Done done);
    ~Connector();
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

private:
    struct Attempt;
    void found(Result<std::vector<Address>> addresses);
    void try_next();
    void connected(Attempt& attempt);
    void failed(Attempt& attempt, int error);
    void end(Result<std::unique_ptr<Stream>> result);
    std::string where() const;

    Loop& loop_;
    std::string host_;
    std::uint16_t port_;
    std::unique_ptr<TlsSession> tls_;
    Done done_;
    std::unique_ptr<Lookup> lookup_;
    std::vector<Address> addresses_;  // in the order to be tried
    std::size_t next_ = 0;
    std::vector<std::unique_ptr<Attempt>> attempts_;
    std::string last_error_ = "no address";
    Timer pace_;
    Timer deadline_;
};

}  // namespace sio::runtime
