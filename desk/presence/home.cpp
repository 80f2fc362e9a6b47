#include "desk/presence/home.hpp"

#include <algorithm>
#include <utility>

#include "desk/session/rooms.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::presence {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestRenewal{1000};
// Many come and go at once: one commit for all of them.
constexpr milliseconds kSaveAfter{100};
constexpr milliseconds kSaveAgain{1000};
// Of people: when everybody comes at once, the other writes need not wait for all of them, nor the memory hold all.
constexpr std::size_t kBatch = 512;
// A reader that asked the store before they were written down asks here next, and finds them still.
constexpr milliseconds kLinger{10'000};

}  // namespace

std::string name_of(std::string_view org, std::string_view user) {
    std::string name;
    name.reserve(org.size() + 1 + user.size());
    return name.append(org).append(":").append(user);
}
// No id holds a colon.
std::string_view org_of(std::string_view name) { return name.substr(0, name.find(':')); }
std::string_view user_of(std::string_view name) { return name.substr(name.find(':') + 1); }

Presence::Home::Home(Presence& presence, sio::runtime::Loop& own_loop)
    : owner(presence),
      loop(own_loop),
      roster(*this, presence.options_.manual_lapse.count()),
      alone(presence.cluster_.roll == nullptr ? std::make_unique<LocalRegistry>(roster) : nullptr),
      among(alone ? nullptr : std::make_unique<RollRegistry>(*presence.cluster_.roll)),
      renewal([](void* self) { static_cast<Home*>(self)->renew(); }, this),
      saving([](void* self) { static_cast<Home*>(self)->save_in_a_lull(); }, this) {
    if (alone)
        roster.join(*alone);
    else
        roster.join(*among);
}

std::int64_t Presence::Home::lease_now_ms() const {
    return std::chrono::duration_cast<milliseconds>(loop.now().time_since_epoch()).count();
}

void Presence::Home::load(const Record& record) {
    const std::string name = name_of(record.org, record.user);
    Kept kept = record.kept;
    // Written when they came; nothing they set lapses as long as they are with another server.
    if (among && record.here != Here::No) kept.alive_ms = std::max(kept.alive_ms, now_ms());
    roster.load(name, kept);
    if (record.here == Here::No) return;
    if (among) return arm(*roster.entry(name), owner.options_.handover);
    const auto patience = record.here == Here::Yes ? owner.options_.lease : owner.options_.handover;
    alone->expect(name, lease_now_ms() + patience.count());
}

void Presence::Home::keep_alive() {
    if (among || renewal.armed() || roster.size() == 0) return;
    loop.arm_after(renewal, std::min(owner.options_.lease / 3, kLongestRenewal));
}

void Presence::Home::hear(const std::string& name, Tally total, Cause cause, bool ours) {
    if (total.connections == 0 && roster.find(name) == nullptr) return;
    roster.hear(name, total, cause, ours, now_ms());
}

void Presence::Home::choose_elsewhere(const std::string& name, const Chosen& chosen) {
    const Somebody* const who = roster.find(name);
    if (who == nullptr ? chosen.status == PresenceStatus::Online : chosen.at_ms <= who->person.chosen_ms()) return;
    told = false;
    roster.choose(name, chosen, 0, now_ms());
    if (!told) tell(name, false);
    tidy(name);
}

void Presence::Home::renew() {
    roster.tick(now_ms(), lease_now_ms());
    keep_alive();
}

void Presence::Home::tidy(const std::string& name) {
    loop.defer([this, name] { roster.forget(name); });
}

std::string Presence::Home::describe(const std::string& name) const {
    const Somebody* const who = const_cast<Roster&>(roster).find(name);
    const auto status = who != nullptr ? who->person.status() : PresenceStatus::Offline;
    return presence_json(user_of(name), status, who != nullptr ? who->person.last_seen(now_ms()) : 0);
}

void Presence::Home::tell(const std::string& name, bool watchers) {
    const auto org = org_of(name);
    const auto user = user_of(name);
    auto audience = owner.nsp_.to(rooms::user(org, user));
    if (watchers) audience.to(rooms::presence(org, user));
    audience.local().emit("presence:update", sio::json::Raw{describe(name)});
}

void Presence::Home::changed(Roster::Entry& entry) {
    const auto& [name, who] = entry;
    told = true;
    tell(name, true);
    for (const auto& told_of_it : owner.told_) told_of_it(org_of(name), user_of(name), who.person.status());
}

void Presence::Home::arm(Roster::Entry& entry, milliseconds time) {
    auto& [name, who] = entry;
    if (!who.hung) who.hung = std::make_unique<Alarm>(*this, name);
    loop.arm_after(static_cast<Alarm&>(*who.hung).timer, time);
}

void Presence::Home::waits(Roster::Entry& entry) {
    const auto& options = owner.options_;
    Somebody& who = entry.second;
    switch (who.person.waiting()) {
        case Waiting::Grace: return arm(entry, options.grace);
        case Waiting::ShortGrace: return arm(entry, std::min(options.grace, options.short_grace));
        case Waiting::No: break;
    }
    // Whoever reloads often has no timer between.
    if (who.hung && !static_cast<Alarm&>(*who.hung).firing) who.hung.reset();
}

void Presence::Home::moved(Roster::Entry& entry) {
    Somebody& who = entry.second;
    if (who.person.present() && who.hung && !static_cast<Alarm&>(*who.hung).firing) who.hung.reset();
    if (handed_over) return;
    if (!who.ours) {
        if (!who.person.present()) arm(entry, kLinger);
        return;
    }
    leave_unsaved(entry);
    if (!saving.armed() && writes == 0) save_after(kSaveAfter);
    keep_alive();
}

void Presence::Home::leave_unsaved(Roster::Entry& entry) {
    if (!std::exchange(entry.second.unsaved, true)) unsaved.push_back(&entry);
}

void Presence::Home::hand_over() {
    saving.cancel();
    handed_over = true;
    roster.for_each([&](Roster::Entry& entry) {
        // The others see to theirs, and to ours when they are not back in time.
        if (entry.second.person.present() && (alone || entry.second.mine.connections > 0)) leave_unsaved(entry);
    });
    // The store is about to close: it gets all, and what is on its way to it goes before.
    while (!unsaved.empty()) save();
}

std::unordered_map<std::string, std::vector<Record>> Presence::Home::next_records() {
    std::unordered_map<std::string, std::vector<Record>> orgs;
    for (std::size_t taken = 0; taken < kBatch && !unsaved.empty(); ++taken) {
        auto& [name, who] = *unsaved.front();
        unsaved.pop_front();
        who.unsaved = false;
        const std::string org(org_of(name));
        orgs[org].push_back({.org = org,
                             .user = std::string(user_of(name)),
                             .kept = who.person.kept(now_ms()),
                             .here = !who.person.present() ? Here::No
                                     : handed_over         ? Here::HandedOver
                                                           : Here::Yes,
                             .forget_manual = std::exchange(who.forget_manual, false)});
    }
    return orgs;
}

void Presence::Home::save_after(milliseconds time) {
    lull.begin(unsaved.size());
    loop.arm_after(saving, time);
}

void Presence::Home::save_in_a_lull() {
    if (!lull.has_come(unsaved.size())) return loop.arm_after(saving, kSaveAfter);
    save();
}

void Presence::Home::save() {
    for (auto& [org, records] : next_records()) {
        ++writes;
        const auto shared = std::make_shared<const std::vector<Record>>(std::move(records));
        owner.store_.write(
            org,
            [shared](store::Transaction& tx) -> Result<bool> {
                save_all(tx, *shared);
                return true;
            },
            [this, shared](const Result<bool>& written) { loop.post([this, shared, ok = written.has_value()] { saved(*shared, ok); }); });
    }
}

void Presence::Home::saved(const std::vector<Record>& records, bool written) {
    --writes;
    if (!written && !std::exchange(batch_failed, true) && !saving_failed)
        owner.log_.warn("presence is not written down, trying again", {{"org", records.front().org}});
    for (const Record& record : records) {
        Roster::Entry* const entry = roster.entry(name_of(record.org, record.user));
        if (entry == nullptr) continue;
        Somebody& who = entry->second;
        if (!written) {
            who.forget_manual |= record.forget_manual && !who.person.manual();
            leave_unsaved(*entry);
        } else if (!who.person.present() && !who.unsaved && !who.person.manual()) {
            arm(*entry, kLinger);
        }
    }
    if (writes > 0) return;
    saving_failed = std::exchange(batch_failed, false);
    if (unsaved.empty()) return;
    if (saving_failed)
        save_after(kSaveAgain);
    else
        save();
}

void Presence::Alarm::fire() {
    firing = true;
    Somebody* const who = home.roster.find(name);
    if (who->person.waiting() != Waiting::No)
        home.roster.grace_over(name, home.now_ms());
    else
        home.tidy(name);
    firing = false;
}

}  // namespace desk::presence
