#include "desk/delivery/arrival.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "desk/model/ids.hpp"
#include "desk/session/door.hpp"
#include "desk/session/rooms.hpp"
#include "desk/store/log.hpp"
#include "sio/base/json.hpp"
#include "sio/runtime/timer.hpp"

namespace desk {

namespace {

// What a `since` becomes that is not even text: no cursor reads like this.
constexpr std::string_view kUnreadable = "?";

// Everybody comes back at once when a server has died or the store has been away. Whoever was told so would have to read all anew, when the
// store can bear it least.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kReadAgain{250};

void tell_error(sio::Socket& socket, Error error, ErrorCounts& refused) {
    refused.add(error.code);
    sio::Ack none;
    refuse(socket, none, "connect", std::move(error));
}

std::string since_of(sio::json::Value auth) {
    const auto since = auth["since"];
    if (!since || since.is_null()) return {};
    const auto text = since.string();
    return text ? given_since(*text) : std::string(kUnreadable);
}

/// What the replay brings in its place is not told before it as well.
void leave_to_replay(std::vector<Answer>& answers, std::string_view subject, const Missed& missed) {
    std::erase_if(answers, [&](const Answer& answer) {
        return std::ranges::any_of(missed.events,
                                   [&](const auto& event) { return event.subject == subject && event.name == answer.event; });
    });
}

}  // namespace

/// A connect under way between the loop and the store.
struct Arrivals::Visit {
    std::shared_ptr<const ArrivalRules> rules;
    sio::SocketHandle socket;
    sio::Hold hold;
    IdentityRef identity;
    Wanted wanted;
    sio::runtime::TimePoint until{};  ///< when to tell that the store cannot say
};

/// Owned by what is pending, so that it ends with the socket.
struct Arrivals::Again {
    Again(Arrivals& arrivals, std::shared_ptr<Visit> its_visit)
        : owner(arrivals), visit(std::move(its_visit)), timer([](void* self) { static_cast<Again*>(self)->fire(); }, this) {}
    void fire() { owner.read(visit); }

    Arrivals& owner;
    std::shared_ptr<Visit> visit;
    sio::runtime::Timer timer;
};

/// What the store says at one position.
struct Arrivals::Found {
    Cursor cursor;
    std::vector<Result<Entry>> entries;  // beside Wanted::ids
    Missed missed;
    std::string count;
};

Wanted wanted_at_connect(sio::Socket& socket, std::string_view auth, const ArrivalRules& rules, const Limits& limits,
                         ErrorCounts& refused) {
    thread_local sio::json::Parser parser;
    const auto payload = parser.parse_copy(auth);
    if (!payload) return {};
    Wanted wanted{since_of(*payload), {}};
    const auto list = rules.list.empty() ? sio::json::Value() : (*payload)[rules.list];
    if (!list || list.is_null()) return wanted;
    const auto wrong = [&](std::string_view reason) { return invalid(std::string("auth.").append(rules.list), reason).error(); };
    if (!list.is_array()) {
        tell_error(socket, wrong("NOT_A_LIST"), refused);
        return wanted;
    }
    std::unordered_set<std::string_view> seen;
    bool bad = false;
    for (const auto each : list.elements()) {
        const auto id = each.string();
        if (!id || !is_valid_id(*id)) {
            bad = true;
        } else if (seen.size() >= limits.*rules.cap) {
            if (seen.contains(*id)) continue;
            tell_error(socket, Error{ErrorCode::RateLimited}.with("limit", rules.cap_name), refused);
            break;
        } else if (seen.insert(*id).second) {
            wanted.ids.emplace_back(*id);
        }
    }
    if (bad) tell_error(socket, wrong("BAD_ID"), refused);
    return wanted;
}

void Arrivals::receive_at(sio::Namespace& nsp, ArrivalRules rules) {
    nsp.on_connection(
        [this, shared = std::make_shared<const ArrivalRules>(std::move(rules))](sio::Socket& socket) { receive(socket, shared); });
}

void Arrivals::receive(sio::Socket& socket, const std::shared_ptr<const ArrivalRules>& rules) {
    Wanted wanted = wanted_at_connect(socket, socket.auth(), *rules, limits_, refused_);
    if (wanted.since.empty() && wanted.ids.empty() && !rules->count) return greet(socket);
    const IdentityRef& identity = visitor_of(socket).identity;
    entry::begin_arrival(socket, identity->actor.org, wanted.ids);
    const auto visit = std::make_shared<Visit>(rules, socket.handle(), socket.hold(), identity, std::move(wanted),
                                               socket.connection().loop().now() + kPatience);
    // A row between what is read and where the sequencer starts would be nobody's: it starts first.
    delivery_.follow(identity->actor.org, [this, visit](std::int64_t) {
        if (visit->rules->prepare && !visit->wanted.ids.empty())
            prepare(visit);
        else
            read(visit);
    });
}

void Arrivals::greet(sio::Socket& socket) {
    delivery_.position(socket, [hold = socket.hold()](sio::Socket& there, const Cursor& cursor) {
        there.emit("sync:ready", sio::json::object({{"cursor", to_string(cursor)}}));
    });
}

void Arrivals::prepare(const std::shared_ptr<Visit>& visit) {
    store_.write(
        visit->identity->actor.org,
        [visit, identity = visit->identity](store::Transaction& tx) -> Result<bool> {
            visit->rules->prepare(tx, identity->actor, visit->wanted.ids);
            return true;
        },
        // Whatever became of it: the reader says who may enter.
        [this, visit](const Result<bool>&) { read(visit); });
}

void Arrivals::read(const std::shared_ptr<Visit>& visit) {
    store_.read(
        visit->identity->actor.org,
        [visit, identity = visit->identity, limit = limits_.replay_events](const store::Snapshot& snapshot) -> Result<Found> {
            const Actor& actor = identity->actor;
            const ArrivalRules& rules = *visit->rules;
            Found found{snapshot.log().position(), {}, {}, {}};
            std::unordered_set<std::string> joined;
            for (const std::string& id : visit->wanted.ids) {
                found.entries.push_back(rules.check(snapshot, actor, id, found.cursor));
                if (found.entries.back()) joined.insert(id);
            }
            found.missed = missed_of_all(snapshot, actor, visit->wanted.since, found.cursor, rules.nsp, std::move(joined), limit);
            for (std::size_t i = 0; i < found.entries.size(); ++i) {
                if (found.entries[i]) leave_to_replay(found.entries[i]->answers, visit->wanted.ids[i], found.missed);
            }
            if (rules.count) {
                auto count = rules.count(snapshot, actor);
                if (!count) return std::unexpected(std::move(count.error()));
                found.count = std::move(*count);
            }
            return found;
        },
        [this, visit](Result<Found> found) {
            io_.post(visit->socket,
                     [this, visit, found = std::move(found)](sio::Socket& socket) mutable { finish(socket, visit, std::move(found)); });
        });
}

void Arrivals::finish(sio::Socket& socket, const std::shared_ptr<Visit>& visit, Result<Found> found) {
    // Another role, other teams or other rules of the org since: what was found is not theirs.
    if (std::exchange(seat_of(socket).pending->rights_changed, false)) {
        visit->identity = visitor_of(socket).identity;
        return read(visit);
    }
    if (!found && read_again(socket, visit, found.error())) return;
    const sio::Hold hold = std::move(visit->hold);  // released when all is said
    const auto pending = entry::finish(socket);
    if (!found) return unavailable(socket, *visit, *pending, found.error());

    const ArrivalRules& rules = *visit->rules;
    const std::string& org = visit->identity->actor.org;
    const auto& ids = visit->wanted.ids;
    const std::int64_t read_to = found->cursor.seq;
    std::unordered_map<std::string, std::size_t> entered;  // pending room -> place in ids
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (auto& entry = found->entries[i]) {
            rules.enter(socket, ids[i]);
            for (const Answer& answer : entry->answers) socket.emit(answer.event, sio::json::Raw{answer.json});
            entered.emplace(rooms::pending(org, ids[i]), i);
        } else {
            tell_error(socket, std::move(entry.error()).with(rules.id_name, ids[i]), refused_);
        }
    }
    const bool asked = !visit->wanted.since.empty();
    entry::set_floor(socket, {}, read_to, asked);
    const bool ready = send_missed(socket, found->missed, pending->overflow, found->cursor, asked, recoveries_);
    Cursor reached = found->cursor;
    for (const Pending::Held& held : pending->held) {
        const bool above = held.seq > read_to;
        if (!above && (asked || !held.automatic)) continue;
        if (above && reached.epoch != store::kNoEpoch) reached.seq = held.seq;
        if (held.unsubscribed) {
            const auto lost = above ? entered.extract(held.room) : decltype(entered)::node_type();
            if (lost) {
                rules.leave(socket, ids[lost.mapped()]);
                socket.send(held.unsubscribed);
            }
            if (lost || held.automatic) socket.send(held.event);
        } else if (!pending->overflow && (held.automatic || entered.contains(held.room))) {
            socket.send(held.event);
        }
    }
    if (ready) socket.emit("sync:ready", sio::json::object({{"cursor", to_string(reached)}}));
    if (pending->count && pending->count_seq > read_to)
        socket.send(pending->count);
    else if (!found->count.empty())
        socket.emit("notification:count", sio::json::Raw{found->count});
    for (const auto& [room, at] : entered) rules.entered(socket, ids[at], found->entries[at]->facts);
}

bool Arrivals::read_again(sio::Socket& socket, const std::shared_ptr<Visit>& visit, const Error& error) {
    auto& loop = socket.connection().loop();
    if (error.code != ErrorCode::Unavailable || loop.now() >= visit->until) return false;
    const auto again = std::make_shared<Again>(*this, visit);
    loop.arm_after(again->timer, kReadAgain);
    seat_of(socket).pending->again = again;
    return true;
}

void Arrivals::unavailable(sio::Socket& socket, const Visit& visit, const Pending& pending, const Error& error) {
    for (const std::string& id : visit.wanted.ids) tell_error(socket, Error(error).with(visit.rules->id_name, id), refused_);
    for (const Pending::Held& held : pending.held) {
        if (held.automatic) socket.send(held.event);
    }
    if (visit.wanted.since.empty()) return greet(socket);
    recoveries_.add(Recovery::Unavailable, 0);
    // The position they came with is the one they still have.
    socket.emit("sync:required", sio::json::object({{"reason", "UNAVAILABLE"}, {"cursor", visit.wanted.since}}));
}

}  // namespace desk
