#include "sio/cluster/valkey/sentinels.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sio::cluster {

namespace {

// What is asked of a Sentinel is asked of a server like any other.
ValkeyOptions plain(ValkeyOptions options) {
    options.topology = ValkeyOptions::Topology::Single;
    return options;
}

}  // namespace

Sentinels::Sentinels(ValkeyContext& data, std::function<void(const Error&)> moved)
    : data_(data),
      context_{data.loop, plain(data.options), data.log, true},
      moved_(std::move(moved)),
      directory_(context_),
      inquiry_(context_),
      news_(context_, directory_) {}

void Sentinels::start() {
    context_.trust = data_.trust;
    context_.trust_error = data_.trust_error;
    news_.add(Valkey::Subscription::Channel, "+switch-master", *this);
}

void Sentinels::stop() {
    news_.stop();
    inquiry_.stop();
    waiting_.clear();
}

void Sentinels::find(std::size_t, Found found) {
    waiting_.push_back(std::move(found));
    if (inquiry_.running()) return;
    std::vector<ValkeyAddress> servers = context_.options.addresses;
    std::rotate(servers.begin(), servers.begin() + static_cast<std::ptrdiff_t>(std::min(first_, servers.size())), servers.end());
    inquiry_.start(
        std::move(servers), {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", context_.options.sentinel_name},
        [this](const Value& value, const ValkeyAddress& asked) { return take(value, asked); },
        [this](const Result<void>& outcome) { answer(outcome); });
}

Result<void> Sentinels::take(const Value& answer, const ValkeyAddress& asked) {
    const std::string& port = answer[1].text;
    ValkeyAddress primary{answer[0].text, 0};
    std::from_chars(port.data(), port.data() + port.size(), primary.port);
    if (primary.host.empty() || primary.port == 0)
        return fail(ErrorCode::BadRequest, "a Sentinel does not know " + context_.options.sentinel_name);
    primary_ = std::move(primary);
    const auto& addresses = context_.options.addresses;
    first_ = static_cast<std::size_t>(std::find(addresses.begin(), addresses.end(), asked) - addresses.begin());
    return {};
}

void Sentinels::answer(const Result<void>& outcome) {
    for (Found& found : std::exchange(waiting_, {})) {
        if (outcome) {
            found(primary_);
        } else {
            found(std::unexpected(outcome.error()));
        }
    }
}

// The message: name, old address, old port, new address, new port.
void Sentinels::on_message(std::string_view, std::string_view payload) {
    const std::string_view name = context_.options.sentinel_name;
    if (!payload.starts_with(name) || payload.substr(name.size()).substr(0, 1) != " ") return;
    moved_({ErrorCode::InvalidState, "Sentinel says that the primary is another one now"});
}

}  // namespace sio::cluster
