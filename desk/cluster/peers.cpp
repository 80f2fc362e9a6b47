#include "desk/cluster/peers.hpp"

#include <utility>

#include "desk/cluster/message.hpp"

namespace desk::cluster {
namespace {

constexpr std::string_view kChannel = "insightdesk:servers";
constexpr std::int64_t kVersion = 1;
/// Servers whose tags are drawn at random have another in each life.
constexpr std::size_t kMostNames = 1000;

}  // namespace

Peers::Peers(Bus& bus, std::string tag, std::string name) : bus_(bus), tag_(std::move(tag)), name_(std::move(name)) {
    bus_.hear(std::string(kChannel),
              {.message = [this](std::string_view, std::string_view payload) { hear(payload); }, .gap = [this] { tell(true); }});
}

std::optional<std::string> Peers::name_of(std::string_view tag) const {
    const std::scoped_lock lock(mutex_);
    const auto found = names_.find(tag);
    if (found == names_.end()) return std::nullopt;
    return found->second;
}

void Peers::hear(std::string_view payload) {
    auto message = ReceivedMessage::read(payload, kVersion);
    if (!message) return;
    const std::string_view tag = message->text();
    const std::string_view name = message->text();
    const bool asking = message->flag();
    if (!message->good()) return;
    {
        const std::scoped_lock lock(mutex_);
        if (names_.size() >= kMostNames) names_.clear();
        names_.insert_or_assign(std::string(tag), std::string(name));
    }
    if (asking) tell(false);
}

void Peers::tell(bool asking) { bus_.tell(kChannel, Message(kVersion).text(tag_).text(name_).flag(asking).bytes()); }

}  // namespace desk::cluster
