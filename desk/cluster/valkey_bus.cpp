#include "desk/cluster/valkey_bus.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>

#include "sio/base/ids.hpp"

namespace desk::cluster {

namespace {

using Kind = sio::cluster::Valkey::Subscription;

constexpr std::size_t kNameDigits = 12;
constexpr std::size_t kMaxName = 32;
// A message of Valkey's takes no more once it has that.
constexpr std::size_t kFull = 256 * 1024;
// Servers that were started once; more than ever run at a time.
constexpr std::size_t kMaxServers = 1024;

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// Takes the part before the next `end` off `text`; nullopt when there is none.
std::optional<std::string_view> cut(std::string_view& text, char end) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const auto part = text.substr(0, at);
    text.remove_prefix(at + 1);
    return part;
}

std::optional<std::uint64_t> cut_number(std::string_view& text, char end) {
    const auto part = cut(text, end);
    std::uint64_t number = 0;
    if (!part || part->empty()) return std::nullopt;
    const auto [last, error] = std::from_chars(part->data(), part->data() + part->size(), number);
    return error == std::errc{} && last == part->data() + part->size() ? std::optional(number) : std::nullopt;
}

struct Heading {
    std::string_view server;
    std::uint64_t number = 0;
};

std::optional<Heading> cut_heading(std::string_view& text) {
    const auto server = cut(text, ' ');
    if (!server || !is_name(*server)) return std::nullopt;
    const auto number = cut_number(text, ' ');
    return number ? std::optional(Heading{*server, *number}) : std::nullopt;
}

/// The payloads in order; nullopt when the text is not made of them.
std::optional<std::vector<std::string_view>> cut_payloads(std::string_view text) {
    std::vector<std::string_view> payloads;
    while (!text.empty()) {
        const auto size = cut_number(text, ':');
        if (!size || *size > text.size()) return std::nullopt;
        payloads.push_back(text.substr(0, *size));
        text.remove_prefix(*size);
    }
    return payloads;
}

}  // namespace

/// One who hears.  Thread: the client's loop.
class ValkeyBus::Subscription final : public sio::cluster::Valkey::Listener {
public:
    Subscription(ValkeyBus& bus, Hearer hearer) : bus_(bus), hearer_(std::move(hearer)) {}
    virtual ~Subscription() = default;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    void on_message(std::string_view, std::string_view text) override {
        const auto heading = cut_heading(text);
        const auto payloads = heading ? cut_payloads(text) : std::nullopt;
        if (!payloads) return count(bus_.stats_->malformed);
        if (heading->server == bus_.server_) return;
        if (misses_one(*heading)) gap();
        for (const auto payload : *payloads) {
            count(bus_.stats_->heard);
            if (hearer_.message) hearer_.message(heading->server, payload);
        }
    }
    void on_subscribed() override {
        // What is in force for the first time has missed as much, but nothing that anybody counts on.
        if (std::exchange(subscribed_, true)) count(bus_.stats_->gaps);
        last_.clear();
        if (hearer_.gap) hearer_.gap();
    }

private:
    static void count(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

    bool misses_one(const Heading& heading) {
        if (last_.size() >= kMaxServers) last_.clear();
        const auto [known, fresh] = last_.try_emplace(std::string(heading.server), heading.number);
        return heading.number != std::exchange(known->second, heading.number) + 1 && !fresh;
    }
    void gap() {
        count(bus_.stats_->gaps);
        if (hearer_.gap) hearer_.gap();
    }

    ValkeyBus& bus_;
    const Hearer hearer_;
    std::unordered_map<std::string, std::uint64_t> last_;  // by server
    bool subscribed_ = false;
};

ValkeyBus::ValkeyBus(sio::cluster::Valkey& valkey) : valkey_(valkey), server_(sio::random_hex(kNameDigits)) {}

ValkeyBus::~ValkeyBus() {
    for (const auto& [channel, subscription] : subscriptions_) valkey_.unsubscribe(Kind::Channel, channel, *subscription);
}

void ValkeyBus::hear(std::string channel, Hearer hearer) {
    auto& [name, subscription] = subscriptions_.emplace_back(channel, std::make_unique<Subscription>(*this, std::move(hearer)));
    valkey_.subscribe(Kind::Channel, std::move(channel), *subscription);
}

void ValkeyBus::tell(std::string_view channel, std::string payload) {
    {
        const std::scoped_lock lock(mutex_);
        const bool first = waiting_.empty();
        if (first || waiting_.back().channel != channel || waiting_.back().frames.size() >= kFull)
            waiting_.push_back({std::string(channel), {}, 0});
        Outgoing& out = waiting_.back();
        out.frames.append(std::to_string(payload.size())).append(":").append(payload);
        ++out.count;
        if (!first) return;
    }
    valkey_.loop().post([this] { flush(); });
}

void ValkeyBus::flush() {
    std::vector<Outgoing> waiting;
    {
        const std::scoped_lock lock(mutex_);
        waiting.swap(waiting_);
    }
    for (Outgoing& out : waiting) {
        std::uint64_t& number = numbers_[out.channel];
        std::string text = server_ + ' ' + std::to_string(++number) + ' ' + std::move(out.frames);
        valkey_.command({"PUBLISH", std::move(out.channel), std::move(text)},
                        [stats = stats_, count = out.count](const sio::Result<sio::cluster::Value>& answer) {
                            (answer ? stats->told : stats->untold).fetch_add(count, std::memory_order_relaxed);
                        });
    }
}

}  // namespace desk::cluster
