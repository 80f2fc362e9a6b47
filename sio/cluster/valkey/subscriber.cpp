#include "sio/cluster/valkey/subscriber.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sio::cluster {

namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"", "p", "s"};  // of Channel, Pattern, Shard

std::string verb_of(Valkey::Subscription kind, std::string_view verb) {
    constexpr std::array<std::string_view, 3> kUpper{"", "P", "S"};
    return std::string(kUpper[static_cast<std::size_t>(kind)]).append(verb);
}

/// What a push is about: "pmessage" is a Pattern's "message".
std::optional<Valkey::Subscription> kind_of(std::string_view push, std::string_view verb) {
    for (std::size_t kind = 0; kind < kPrefixes.size(); ++kind) {
        if (push.starts_with(kPrefixes[kind]) && push.substr(kPrefixes[kind].size()) == verb)
            return static_cast<Valkey::Subscription>(kind);
    }
    return std::nullopt;
}

}  // namespace

Subscriber::Subscriber(ValkeyContext& context, Directory& directory, std::function<void(const std::string&)> misplaced)
    : context_(context),
      misplaced_(std::move(misplaced)),
      link_(context, directory, *this, "subscriptions"),
      tick_([](void* self) { static_cast<Subscriber*>(self)->on_tick(); }, this) {}

void Subscriber::stop() {
    link_.stop();
    tick_.cancel();
    token_.reset();
    for (Entries& kind : entries_) {
        for (auto& [name, entry] : kind) std::fill(entry.listeners.begin(), entry.listeners.end(), nullptr);
    }
}

void Subscriber::add(Kind kind, std::string name, Valkey::Listener& listener) {
    Entry& entry = entries(kind)[name];
    const bool first = std::all_of(entry.listeners.begin(), entry.listeners.end(), [](const auto* other) { return other == nullptr; });
    entry.listeners.push_back(&listener);
    link_.start();
    if (!link_.up()) return;
    if (first) {
        ++entry.asked;
        return ask(kind, true, name);
    }
    if (entry.in_force) tell_later(kind, std::move(name), listener);
}

void Subscriber::tell_later(Kind kind, std::string name, Valkey::Listener& listener) {
    context_.loop.defer([this, token = std::weak_ptr<char>(token_), kind, name = std::move(name), &listener] {
        if (token.expired()) return;
        const auto found = entries(kind).find(name);
        if (found == entries(kind).end() || !found->second.in_force) return;
        const auto& listeners = found->second.listeners;
        if (std::find(listeners.begin(), listeners.end(), &listener) != listeners.end()) listener.on_subscribed();
    });
}

void Subscriber::remove(Kind kind, const std::string& name, Valkey::Listener& listener) {
    const auto found = entries(kind).find(name);
    if (found == entries(kind).end()) return;
    Entry& entry = found->second;
    const auto place = std::find(entry.listeners.begin(), entry.listeners.end(), &listener);
    if (place == entry.listeners.end()) return;
    if (entry.calling > 0) {
        *place = nullptr;
    } else {
        entry.listeners.erase(place);
    }
    if (std::any_of(entry.listeners.begin(), entry.listeners.end(), [](const auto* other) { return other != nullptr; })) return;
    entry.in_force = false;
    if (link_.up()) {
        ask(kind, false, name);
    } else if (entry.calling == 0) {
        entries(kind).erase(found);
    }
}

void Subscriber::ask(Kind kind, bool subscribe, const std::string& name, std::string& bytes) {
    const std::string verb = verb_of(kind, subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE");
    append_command(bytes, std::array<std::string_view, 2>{verb, name});
    asked_.push_back({kind, subscribe, name});
}

void Subscriber::ask(Kind kind, bool subscribe, const std::string& name) {
    std::string bytes;
    ask(kind, subscribe, name, bytes);
    link_.send(bytes);
}

void Subscriber::ask_again(Kind kind, const std::string& name) {
    const auto found = entries(kind).find(name);
    if (found == entries(kind).end() || !link_.up()) return;
    Entry& entry = found->second;
    if (entry.in_force || entry.asked > 0 || entry.listeners.empty()) return;
    ++entry.asked;
    ask(kind, true, name);
}

void Subscriber::on_up() {
    std::string bytes;
    for (const Kind kind : {Kind::Channel, Kind::Pattern, Kind::Shard}) {
        for (auto& [name, entry] : entries(kind)) {
            if (entry.listeners.empty()) continue;
            entry.asked = 1;
            ask(kind, true, name, bytes);
        }
    }
    if (!bytes.empty()) link_.send(bytes);
    heard_ = true;
    on_tick();
}

void Subscriber::on_down(const Error&) {
    tick_.cancel();
    asked_.clear();
    for (Entries& kind : entries_) {
        for (auto& [name, entry] : kind) {
            entry.asked = 0;
            entry.in_force = false;
        }
        std::erase_if(kind, [](const auto& named) { return named.second.listeners.empty() && named.second.calling == 0; });
    }
}

void Subscriber::on_value(Value value) {
    heard_ = true;
    if (value.is_error()) return on_refused(value.text);
    const std::string& push = value[0].text;
    const std::string& name = value[1].text;
    if (push.empty() || push == "pong") return;
    if (push == "pmessage") return on_message(Kind::Pattern, name, value[2].text, value[3].text);
    if (const auto kind = kind_of(push, "message")) return on_message(*kind, name, name, value[2].text);
    if (const auto kind = kind_of(push, "subscribe")) return on_subscribed(*kind, name);
    if (const auto kind = kind_of(push, "unsubscribe")) on_unsubscribed(*kind, name);
}

// Listeners may come and go during the call: those who come are not called, those who go leave a gap that is closed after it.
template <class Call>
void Subscriber::tell(Entry& entry, Call call) {
    ++entry.calling;
    const std::size_t count = entry.listeners.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (entry.listeners[i] != nullptr) call(*entry.listeners[i]);
    }
    if (--entry.calling == 0) std::erase(entry.listeners, nullptr);
}

void Subscriber::on_message(Kind kind, const std::string& name, const std::string& channel, const std::string& payload) {
    const auto found = entries(kind).find(name);
    if (found == entries(kind).end()) return;
    context_.messages.fetch_add(1, std::memory_order_relaxed);
    tell(found->second, [&](Valkey::Listener& listener) { listener.on_message(channel, payload); });
}

/// Whether this answers what was asked longest ago; if so it counts as answered. A server tells of a slot that left it without being asked.
bool Subscriber::was_asked(Kind kind, bool subscribe, const std::string& name) {
    if (asked_.empty()) return false;
    const Asked& first = asked_.front();
    if (first.kind != kind || first.subscribe != subscribe || first.name != name) return false;
    asked_.pop_front();
    return true;
}

void Subscriber::on_subscribed(Kind kind, const std::string& name) {
    was_asked(kind, true, name);
    const auto found = entries(kind).find(name);
    if (found == entries(kind).end()) return;
    Entry& entry = found->second;
    if (entry.asked == 0) return;
    --entry.asked;
    if (entry.asked > 0 || entry.listeners.empty()) return;
    entry.in_force = true;
    tell(entry, [](Valkey::Listener& listener) { listener.on_subscribed(); });
}

void Subscriber::on_unsubscribed(Kind kind, const std::string& name) {
    const bool asked = was_asked(kind, false, name);
    const auto found = entries(kind).find(name);
    if (found == entries(kind).end()) return;
    Entry& entry = found->second;
    if (entry.listeners.empty() && entry.asked == 0) {
        entries(kind).erase(found);
    } else if (!asked) {
        entry.in_force = false;
        if (misplaced_) misplaced_({});
    }
}

void Subscriber::on_refused(const std::string& error) {
    if (asked_.empty()) return;
    const Asked refused = std::move(asked_.front());
    asked_.pop_front();
    const auto found = entries(refused.kind).find(refused.name);
    if (found != entries(refused.kind).end()) {
        Entry& entry = found->second;
        if (refused.subscribe && entry.asked > 0) --entry.asked;
        if (entry.listeners.empty() && entry.asked == 0) entries(refused.kind).erase(found);
    }
    if (misplaced_ && (error.starts_with("MOVED ") || error.starts_with("CLUSTERDOWN "))) return misplaced_(error);
    context_.log.warn("Valkey refuses a subscription", {{"channel", refused.name}, {"why", error}});
}

void Subscriber::on_tick() {
    if (!heard_) return link_.renew({ErrorCode::Timeout, "no answer in time"});
    heard_ = false;
    std::string bytes;
    append_command(bytes, std::array<std::string_view, 1>{"PING"});
    link_.send(bytes);
    context_.loop.arm_after(tick_, context_.options.answer_timeout);
}

}  // namespace sio::cluster
