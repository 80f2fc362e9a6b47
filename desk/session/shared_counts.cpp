#include "desk/session/shared_counts.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <memory>

#include "sio/runtime/loop.hpp"

namespace desk {

namespace {

constexpr std::uint32_t kUntoldPart = 8;
constexpr std::chrono::seconds kStopWait{1};

std::uint32_t connections_of(const std::string& payload) {
    std::uint32_t count = 0;
    std::from_chars(payload.data(), payload.data() + payload.size(), count);
    return count;
}

}  // namespace

SharedUserCounts::SharedUserCounts(UserCounts& counts, cluster::Roll& roll, std::uint32_t limit) : counts_(counts), roll_(roll) {
    roll.hear(std::string(kTopic), *this);
    counts.share(*this, std::max(1U, limit / kUntoldPart));
}

void SharedUserCounts::stop() {
    counts_.stop_sharing();
    auto done = std::make_shared<std::promise<void>>();
    auto told = done->get_future();
    roll_.loop().post([done = std::move(done)] { done->set_value(); });
    told.wait_for(kStopWait);
}

// By the mailbox also from the roll's own loop, where it would overtake what other loops have told before.
void SharedUserCounts::tell(const std::string& user, std::uint32_t here) {
    roll_.loop().post([&roll = roll_, user, share = here > 0 ? std::to_string(here) : std::string()]() mutable {
        roll.put(kTopic, user, std::move(share), cluster::Why::Told);
    });
}

void SharedUserCounts::changed(std::string_view key, const cluster::Shares& shares, cluster::Why, bool) {
    std::uint32_t others = 0;
    for (const auto& [lease, payload] : shares) {
        if (lease != cluster::kOwnLease) others += connections_of(payload);
    }
    counts_.elsewhere(key, others);
}

}  // namespace desk
