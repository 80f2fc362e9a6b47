#pragma once

#include <cstdint>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "desk/presence/registry.hpp"
#include "sio/base/string_map.hpp"

namespace desk::presence {

/// One connection of this server, as its loop names it.
using ConnectionId = std::uintptr_t;

/// What a keeper of the roster hangs on somebody: their timer.
struct Attachment {
    virtual ~Attachment() = default;
};

struct Somebody {
    Person person;
    Tally mine;                            ///< connections of this server
    std::forward_list<ConnectionId> idle;  ///< of them: those that are auto-away
    bool ours = false;                     ///< this server writes them down
    bool unsaved = false;                  ///< the keeper's: what is kept of them is not in the store yet
    bool forget_manual = false;            ///< the keeper's: what they set has lapsed, and the store does not know it yet
    std::unique_ptr<Attachment> hung;      ///< the keeper's
};

/// Everybody of some orgs, by `org:user`: what comes from this server's connections goes to the registry, and what the registry says of all
/// servers becomes effective statuses. Keeps no time: it is passed in, milliseconds since 1970.  Thread: one; no call from within a hook.
class Roster final : public Registry::Listener {
public:
    using Entry = std::pair<const std::string, Somebody>;

    class Keeper {
    public:
        virtual ~Keeper() = default;
        /// The effective status has changed.
        virtual void changed(Entry& who) = 0;
        /// `person.waiting()` has changed.
        virtual void waits(Entry& who) = 0;
        /// They came, or they are gone, grace over: what is to outlive the process has changed.
        virtual void moved(Entry& who) = 0;
    };
    Roster(Keeper& keeper, std::int64_t lapse_ms) : keeper_(keeper), lapse_ms_(lapse_ms) {}
    /// Before anything else.
    void join(Registry& registry) { registry_ = &registry; }

    void came(std::string_view name, std::int64_t now_ms);
    void went(std::string_view name, ConnectionId connection, Cause cause, std::int64_t now_ms);
    void idle(std::string_view name, ConnectionId connection, bool idle, std::int64_t now_ms);
    /// On one of this server's connections, which has had some input then, or (0) on none.
    Somebody& choose(std::string_view name, const Chosen& chosen, ConnectionId connection, std::int64_t now_ms);
    void grace_over(const std::string& name, std::int64_t now_ms);
    void tick(std::int64_t now_ms, std::int64_t lease_now_ms);

    /// From the store, at the start.
    void load(const std::string& name, const Kept& kept);
    Somebody* find(std::string_view name);
    Entry* entry(std::string_view name);
    /// Who is not there and has set nothing is worth no memory.
    void forget(const std::string& name);
    std::size_t size() const { return people_.size(); }
    template <class Visit>
    void for_each(Visit visit) {
        for (Entry& each : people_) visit(each);
    }

    /// What the registry says, later.
    void hear(std::string_view name, Tally all, Cause cause, bool ours, std::int64_t now_ms);
    void total(std::string_view name, Tally total, Cause cause, bool ours) override;

private:
    using People = sio::StringMap<Somebody>;
    Entry& at(std::string_view name);
    /// Does `change` to somebody and tells the keeper what came of it.
    template <class Change>
    void follow(Entry& entry, Change change);

    Keeper& keeper_;
    const std::int64_t lapse_ms_;
    Registry* registry_ = nullptr;
    People people_;
    std::int64_t now_ms_ = 0;
};

}  // namespace desk::presence
