#pragma once

#include <functional>
#include <vector>

#include "sio/cluster/valkey/directory.hpp"
#include "sio/cluster/valkey/inquiry.hpp"
#include "sio/cluster/valkey/subscriber.hpp"

namespace sio::cluster {

/// Where the primary is, from Sentinels: asked one after the other, and listened to for news of a fail-over. Thread: the loop.
class Sentinels final : public Directory, Valkey::Listener {
public:
    /// `moved` is told when a Sentinel says that the primary is another one now.
    Sentinels(ValkeyContext& data, std::function<void(const Error&)> moved);
    ~Sentinels() override = default;

    void find(std::size_t failures, Found found) override;
    void start();
    void stop();

private:
    void on_message(std::string_view channel, std::string_view payload) override;
    Result<void> take(const Value& answer, const ValkeyAddress& asked);
    void answer(const Result<void>& outcome);

    ValkeyContext& data_;
    ValkeyContext context_;  // of the Sentinels themselves
    std::function<void(const Error&)> moved_;
    FixedDirectory directory_;
    Inquiry inquiry_;
    Subscriber news_;
    std::vector<Found> waiting_;
    ValkeyAddress primary_;
    std::size_t first_ = 0;  // the Sentinel that answered last is asked first
};

}  // namespace sio::cluster
