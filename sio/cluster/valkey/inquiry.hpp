#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sio/cluster/valkey/link.hpp"

namespace sio::cluster {

/// Puts one question to servers, one after the other, until one gives an answer that counts. Thread: the loop.
class Inquiry final : Link::User {
public:
    /// Whether the answer of `asked` counts.
    using Judge = std::move_only_function<Result<void>(const Value& answer, const ValkeyAddress& asked)>;
    /// The last server's error when none counted.
    using Done = std::move_only_function<void(Result<void>)>;
    explicit Inquiry(ValkeyContext& context);
    ~Inquiry() = default;

    /// Pre: not running. `done` is called once, in a later turn, and may start another.
    void start(std::vector<ValkeyAddress> servers, const std::vector<std::string>& words, Judge judge, Done done);
    void stop();
    bool running() const { return running_; }

private:
    void on_link_up() override;
    void on_link_value(Value value) override;
    void on_link_down(const Error& error) override;
    void next();

    ValkeyContext& context_;
    Link link_;
    runtime::Timer deadline_;  // of an answer, and of nothing at all to ask
    std::vector<ValkeyAddress> servers_;
    std::size_t place_ = 0;  // of the one asked next
    std::string question_;
    Judge judge_;
    Done done_;
    Error last_{ErrorCode::System, "no server to ask"};
    bool running_ = false;
};

}  // namespace sio::cluster
