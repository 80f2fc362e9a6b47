#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sio/cluster/valkey/kept_link.hpp"
#include "sio/cluster/valkey/valkey.hpp"

namespace sio::cluster {

/// Subscriptions over a connection of their own, made anew with it (RESP 2: nothing else may be asked there). Thread: the loop.
class Subscriber final : KeptLink::User {
public:
    using Kind = Valkey::Subscription;
    Subscriber(ValkeyContext& context, Directory& directory);
    ~Subscriber() = default;

    void add(Kind kind, std::string name, Valkey::Listener& listener);
    void remove(Kind kind, const std::string& name, Valkey::Listener& listener);
    void stop();

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct Entry {
        std::vector<Valkey::Listener*> listeners;  // null: left during a call
        int asked = 0;                             // SUBSCRIBEs of this connection that are not answered
        bool in_force = false;
        int calling = 0;
    };
    using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

    void on_up() override;
    void on_value(Value value) override;
    void on_down(const Error& error) override;
    void on_message(Kind kind, const std::string& name, const std::string& channel, const std::string& payload);
    void on_subscribed(Kind kind, const std::string& name);
    void on_unsubscribed(Kind kind, const std::string& name);
    void on_tick();
    void tell_later(Kind kind, std::string name, Valkey::Listener& listener);
    void ask(Kind kind, std::string_view verb, std::string_view name);
    template <class Call>
    void tell(Entry& entry, Call call);
    Entries& entries(Kind kind) { return entries_[static_cast<std::size_t>(kind)]; }

    ValkeyContext& context_;
    KeptLink link_;
    std::array<Entries, 3> entries_;
    runtime::Timer tick_;
    std::shared_ptr<char> token_ = std::make_shared<char>();  // of the time until stop()
    bool heard_ = true;                                       // anything since the last PING
};

}  // namespace sio::cluster
