#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "sio/cluster/valkey/valkey.hpp"

namespace desk::cluster {

/// The bus over Valkey's pub/sub. What is told within one turn of the client's loop on one channel goes as one message of Valkey's; each
/// carries a number, so that whoever hears knows of lost ones, and then takes it for a gap.
///     <server> SP <number> SP { <length> ':' <payload> }
class ValkeyBus final : public Bus {
public:
    /// `valkey` outlives it, and its loop runs no more when this ends.
    explicit ValkeyBus(sio::cluster::Valkey& valkey);
    ~ValkeyBus() override;
    ValkeyBus(const ValkeyBus&) = delete;
    ValkeyBus& operator=(const ValkeyBus&) = delete;

    std::string_view server() const override { return server_; }
    void hear(std::string channel, Hearer hearer) override;
    void tell(std::string_view channel, std::string payload) override;

    struct Stats {
        std::atomic<std::uint64_t> told{0};
        std::atomic<std::uint64_t> untold{0};     ///< lost on their way to Valkey
        std::atomic<std::uint64_t> heard{0};      ///< of other servers
        std::atomic<std::uint64_t> malformed{0};  ///< messages of Valkey's that no server of ours wrote
        std::atomic<std::uint64_t> gaps{0};       ///< times that something was lost, or may have been; the first connection is none
    };
    const Stats& stats() const { return *stats_; }

private:
    class Subscription;
    struct Outgoing {
        std::string channel;
        std::string frames;
        std::uint64_t count = 0;
    };
    void flush();

    sio::cluster::Valkey& valkey_;
    const std::string server_;
    std::vector<std::pair<std::string, std::unique_ptr<Subscription>>> subscriptions_;
    const std::shared_ptr<Stats> stats_ = std::make_shared<Stats>();  // the client's answers may outlive this
    std::unordered_map<std::string, std::uint64_t> numbers_;          // of the last message of each channel; of the loop's thread
    std::mutex mutex_;
    std::vector<Outgoing> waiting_;  // guarded by mutex_
};

}  // namespace desk::cluster
