#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/cluster/valkey/context.hpp"

namespace sio::cluster {

/// Says which server to connect to. Thread: the loop.
class Directory {
public:
    virtual ~Directory() = default;
    /// `failures`: how many addresses in a row did not serve the one who asks. `found` is called once, at once or later, or not at all
    /// when the directory goes.
    using Found = std::move_only_function<void(Result<ValkeyAddress>)>;
    virtual void find(std::size_t failures, Found found) = 0;
    /// A server that was found says that it is the wrong one.
    virtual void wrong(std::string_view error) { static_cast<void>(error); }
};

/// The addresses of the options, in turn.
class FixedDirectory final : public Directory {
public:
    explicit FixedDirectory(const ValkeyContext& context) : context_(context) {}
    void find(std::size_t failures, Found found) override {
        const auto& addresses = context_.options.addresses;
        if (addresses.empty()) return found(fail(ErrorCode::BadRequest, "no address of Valkey"));
        found(addresses[failures % addresses.size()]);
    }

private:
    const ValkeyContext& context_;
};

}  // namespace sio::cluster
