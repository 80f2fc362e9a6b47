#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/string_map.hpp"
#include "sio/cluster/valkey/kept_link.hpp"
#include "sio/cluster/valkey/valkey.hpp"

namespace sio::cluster {

/// Subscriptions over a connection of their own, made anew with it (RESP 2: nothing else may be asked there). Thread: the loop.
class Subscriber final : KeptLink::User {
public:
    using Kind = Valkey::Subscription;
    /// `misplaced` is told when a server of a cluster says that a shard channel is another one's.
    Subscriber(ValkeyContext& context, Directory& directory, std::function<void(const std::string& error)> misplaced = {});
    ~Subscriber() = default;

    void add(Kind kind, std::string name, Valkey::Listener& listener);
    void remove(Kind kind, const std::string& name, Valkey::Listener& listener);
    void stop();
    void renew(const Error& error) { link_.renew(error); }
    /// Asks again for what the server refused or took away.
    void ask_again(Kind kind, const std::string& name);

private:
    struct Entry {
        std::vector<Valkey::Listener*> listeners;  // null: left during a call
        int asked = 0;                             // SUBSCRIBEs of this connection that are not answered
        bool in_force = false;
        int calling = 0;
    };
    struct Asked {
        Kind kind;
        bool subscribe;
        std::string name;
    };
    using Entries = StringMap<Entry>;

    void on_up() override;
    void on_value(Value value) override;
    void on_down(const Error& error) override;
    void on_message(Kind kind, const std::string& name, const std::string& channel, const std::string& payload);
    void on_subscribed(Kind kind, const std::string& name);
    void on_unsubscribed(Kind kind, const std::string& name);
    void on_tick();
    void tell_later(Kind kind, std::string name, Valkey::Listener& listener);
    void ask(Kind kind, bool subscribe, const std::string& name, std::string& bytes);
    void ask(Kind kind, bool subscribe, const std::string& name);
    bool was_asked(Kind kind, bool subscribe, const std::string& name);
    void on_refused(const std::string& error);
    template <class Call>
    void tell(Entry& entry, Call call);
    Entries& entries(Kind kind) { return entries_[static_cast<std::size_t>(kind)]; }

    ValkeyContext& context_;
    std::function<void(const std::string&)> misplaced_;
    KeptLink link_;
    std::deque<Asked> asked_;  // not answered
    std::array<Entries, 3> entries_;
    runtime::Timer tick_;
    std::shared_ptr<char> token_ = std::make_shared<char>();  // of the time until stop()
    bool heard_ = true;                                       // anything since the last PING
};

}  // namespace sio::cluster
