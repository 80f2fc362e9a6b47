#include "desk/presence/roster.hpp"

#include <algorithm>
#include <utility>

namespace desk::presence {

template <class Change>
void Roster::follow(Entry& entry, Change change) {
    Somebody& who = entry.second;
    const auto status = who.person.status();
    const auto waiting = who.person.waiting();
    const bool present = who.person.present();
    const bool manual = who.person.manual().has_value();
    change(who.person);
    if (manual && !who.person.manual()) who.forget_manual = true;
    if (who.person.waiting() != waiting) keeper_.waits(entry);
    if (who.person.status() != status) keeper_.changed(entry);
    if (who.person.present() != present) keeper_.moved(entry);
}

Roster::Entry& Roster::at(std::string_view name) {
    if (const auto found = people_.find(name); found != people_.end()) return *found;
    return *people_.try_emplace(std::string(name)).first;
}

void Roster::came(std::string_view name, std::int64_t now_ms) {
    now_ms_ = now_ms;
    Somebody& who = at(name).second;
    ++who.mine.connections;
    registry_->report(name, who.mine, Cause::Reported);
}

void Roster::went(std::string_view name, ConnectionId connection, Cause cause, std::int64_t now_ms) {
    now_ms_ = now_ms;
    Somebody* const who = find(name);
    if (who == nullptr || who->mine.connections == 0) return;
    --who->mine.connections;
    who->mine.away -= static_cast<std::uint32_t>(who->idle.remove(connection));
    registry_->report(name, who->mine, cause);
}

void Roster::idle(std::string_view name, ConnectionId connection, bool idle, std::int64_t now_ms) {
    now_ms_ = now_ms;
    Somebody* const who = find(name);
    if (who == nullptr || who->mine.connections == 0) return;
    const bool was = std::ranges::find(who->idle, connection) != who->idle.end();
    if (was == idle) return;
    if (idle) {
        who->idle.push_front(connection);
        ++who->mine.away;
    } else {
        who->mine.away -= static_cast<std::uint32_t>(who->idle.remove(connection));
    }
    registry_->report(name, who->mine, Cause::Reported);
}

Somebody& Roster::choose(std::string_view name, const Chosen& chosen, ConnectionId connection, std::int64_t now_ms) {
    // What was set hides whether they are idle: in this order nobody sees a status in between.
    const bool hidden = at(name).second.person.manual().has_value();
    if (hidden) idle(name, connection, false, now_ms);
    now_ms_ = now_ms;
    Entry& entry = at(name);
    follow(entry, [&](Person& person) { person.choose(chosen, now_ms); });
    entry.second.forget_manual = false;
    if (!hidden) idle(name, connection, false, now_ms);
    return entry.second;
}

void Roster::grace_over(const std::string& name, std::int64_t now_ms) {
    now_ms_ = now_ms;
    if (const auto found = people_.find(name); found != people_.end()) follow(*found, [](Person& person) { person.grace_over(); });
}

void Roster::tick(std::int64_t now_ms, std::int64_t lease_now_ms) {
    now_ms_ = now_ms;
    registry_->tick(lease_now_ms);
}

void Roster::load(const std::string& name, const Kept& kept) { people_[name].person = Person(kept); }

Roster::Entry* Roster::entry(std::string_view name) {
    const auto found = people_.find(name);
    return found == people_.end() ? nullptr : &*found;
}

Somebody* Roster::find(std::string_view name) {
    Entry* const found = entry(name);
    return found == nullptr ? nullptr : &found->second;
}

void Roster::forget(const std::string& name) {
    const auto found = people_.find(name);
    if (found == people_.end()) return;
    const Somebody& who = found->second;
    if (!who.person.present() && !who.person.manual() && !who.unsaved && who.mine.connections == 0) people_.erase(found);
}

void Roster::hear(std::string_view name, Tally all, Cause cause, bool ours, std::int64_t now_ms) {
    now_ms_ = now_ms;
    total(name, all, cause, ours);
}

void Roster::total(std::string_view name, Tally total, Cause cause, bool ours) {
    Entry& entry = at(name);
    entry.second.ours = ours;
    follow(entry, [&](Person& person) { person.connections(total, cause, now_ms_, lapse_ms_); });
}

}  // namespace desk::presence
