#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/cluster/bus.hpp"

namespace desk::cluster::testing {

/// The bus of one server, with the test in place of the others: what is told is kept until the test takes it, what the test says is heard
/// at once.
class TestBus final : public Bus {
public:
    explicit TestBus(std::string server = "here") : server_(std::move(server)) {}

    std::string_view server() const override { return server_; }
    void hear(std::string channel, Hearer hearer) override { hearers_.emplace_back(std::move(channel), std::move(hearer)); }
    void tell(std::string_view channel, std::string payload) override {
        const std::scoped_lock lock(mutex_);
        told_.emplace_back(channel, std::move(payload));
    }

    using Told = std::pair<std::string, std::string>;  ///< channel, payload
    std::vector<Told> take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(told_, {});
    }
    void say(std::string_view server, const Told& told) const {
        for (const auto& [channel, hearer] : hearers_) {
            if (channel == told.first && hearer.message) hearer.message(server, told.second);
        }
    }
    /// All that `other` has told since it was last taken.
    void hear_all_of(TestBus& other) const {
        for (const Told& told : other.take()) say(other.server(), told);
    }
    void gap() const {
        for (const auto& [channel, hearer] : hearers_) {
            if (hearer.gap) hearer.gap();
        }
    }

private:
    const std::string server_;
    std::vector<std::pair<std::string, Hearer>> hearers_;
    std::mutex mutex_;
    std::vector<Told> told_;
};

}  // namespace desk::cluster::testing
