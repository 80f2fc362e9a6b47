#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "desk/presence/local_registry.hpp"
#include "desk/presence/presence.hpp"
#include "desk/presence/records.hpp"
#include "desk/presence/roll_registry.hpp"
#include "desk/presence/roster.hpp"
#include "desk/session/lull.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::presence {

/// Of a roster's name.
std::string name_of(std::string_view org, std::string_view user);
std::string_view org_of(std::string_view name);
std::string_view user_of(std::string_view name);

/// The people whose home one loop is: their roster with its timers, and what of them is on its way to the store.
/// Thread: that loop, or the one that makes it before the loop runs.
struct Presence::Home final : Roster::Keeper {
    Home(Presence& presence, sio::runtime::Loop& own_loop);

    /// What is remembered of somebody, at the start. Who was there is awaited for the time that their server's end gives them.
    void load(const Record& record);
    /// What the roll says.
    void hear(const std::string& name, Tally total, Cause cause, bool ours);
    /// Somebody has set something on another server.
    void choose_elsewhere(const std::string& name, const Chosen& chosen);
    /// Lets the registry know that the server lives, as long as there is anybody.
    void keep_alive();
    /// Hands what is to be known of everybody who is there to the store, for the process after this one.
    void hand_over();
    /// Forgets, in a later turn, somebody of whom nothing is to be known.
    void tidy(const std::string& name);
    std::string describe(const std::string& name) const;
    void tell(const std::string& name, bool watchers);

    void changed(Roster::Entry& entry) override;
    void waits(Roster::Entry& entry) override;
    void moved(Roster::Entry& entry) override;

    std::int64_t now_ms() const { return loop.unix_ms(); }
    std::int64_t lease_now_ms() const;

    Presence& owner;
    sio::runtime::Loop& loop;
    Roster roster;
    std::unique_ptr<LocalRegistry> alone;  ///< or: is one of several
    std::unique_ptr<RollRegistry> among;
    std::deque<Roster::Entry*> unsaved;  ///< the roster forgets none of them
    bool told = false;                   ///< since somebody last looked
    std::size_t writes = 0;              ///< on their way to the store and back
    bool batch_failed = false;           ///< some of those writes did
    bool saving_failed = false;          ///< the batch before did
    bool handed_over = false;            ///< what is written down now is for the process after this one
    sio::runtime::Timer renewal;
    sio::runtime::Timer saving;
    Lull lull{10};

private:
    void renew();
    /// Saves, unless more people are coming.
    void save_in_a_lull();
    void save();
    void save_after(std::chrono::milliseconds time);
    /// The next that are to be written down, of each org, a batch at most.
    std::unordered_map<std::string, std::vector<Record>> next_records();
    void saved(const std::vector<Record>& records, bool written);
    void arm(Roster::Entry& entry, std::chrono::milliseconds time);
    void leave_unsaved(Roster::Entry& entry);
};

/// Ends somebody's grace, or forgets them a while after.
struct Presence::Alarm final : Attachment {
    Alarm(Home& keeper, const std::string& whose)
        : home(keeper), name(whose), timer([](void* self) { static_cast<Alarm*>(self)->fire(); }, this) {}
    void fire();

    Home& home;
    const std::string& name;  // the roster's
    bool firing = false;
    sio::runtime::Timer timer;
};

}  // namespace desk::presence
