#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/runtime/address.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::runtime {

/// The addresses of a host name, asked of the system on a thread of its own, which the loop never waits for. Destroyed, it is off.
/// Thread: the loop.
class Lookup {
public:
    /// In the order to be tried (RFC 6724), without doubles, never empty. Errors: System, with what the resolver says.
    using Done = std::move_only_function<void(Result<std::vector<Address>>)>;
    /// `done` is called once, in a later turn.
    Lookup(Loop& loop, std::string host, std::uint16_t port, Done done);
    ~Lookup();
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace sio::runtime
