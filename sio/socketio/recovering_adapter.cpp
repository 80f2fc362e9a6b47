#include "sio/socketio/recovering_adapter.hpp"

#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/ids.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/socket.hpp"

namespace sio {

using detail::MissableEvent;
using detail::MissableEventRef;
using detail::RecoveryLog;
using detail::RoomTable;

namespace {

constexpr std::size_t kPrefixSize = 8;

std::vector<std::string> rooms_of(const RecoverableSession& session) {
    std::vector<std::string> rooms = session.rooms;
    rooms.push_back(session.sid);
    return rooms;
}

}  // namespace

/// On the loop the client came back to, with what the other loop's log had.
struct RecoveringAdapter::Restoring {
    unsigned loop;         ///< the new one
    std::uint64_t last;    ///< what was dispatched later than this is not in `missed`, when the loop is another
    std::uint64_t mark;    ///< but in the new loop's log behind this
    std::uint64_t offset;  ///< what the client had last
    RecoverableSession session;
    std::optional<std::vector<MissableEventRef>> missed;
    RestoreCallback callback;
};

RecoveringAdapter::RecoveringAdapter(Namespace& nsp, const RecoveryOptions& options)
    : nsp_(nsp), local_(nsp), state_(std::make_shared<State>()) {
    state_->prefix = random_id().substr(0, kPrefixSize);
    state_->keep_ms = options.max_disconnection_duration.count();
    state_->max_sessions = options.max_sessions;
    for (std::size_t i = 0; i < nsp.tables_.size(); ++i) state_->logs.emplace_back(options.max_bytes, state_->keep_ms);
}

void RecoveringAdapter::deliver(RoomTable& table, const MissableEvent& entry) {
    const auto target = entry.target.view();
    table.for_each(*target, [&](Socket& socket) { socket.write(entry.event, false); });
}

// Under `dispatch` every loop's mailbox, and this loop's log, get the events in one order, which is that of their ids; a request to another
// loop sent under it too has all that came before on its way already. What one socket alone gets concerns its loop only.
void RecoveringAdapter::broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) {
    if (flags.volatile_) return local_.broadcast(event, target, flags);
    RoomTable* const here = nsp_.here();
    const bool for_one = here != nullptr && target.rooms.size() == 1 && here->find(target.rooms.front()) != nullptr;
    MissableEventRef entry;
    {
        const std::scoped_lock lock(state_->dispatch);
        const std::uint64_t id = ++state_->last;
        const EncodedEvent dated = event.with_text(state_->prefix + std::to_string(id));
        entry = std::make_shared<const MissableEvent>(
            MissableEvent{id, unix_ms(), StoredTarget(target), event.msgpack().frame ? dated.with_msgpack() : dated, false});
        for (const auto& table : nsp_.tables_) {
            if (table.get() == here || for_one) continue;
            table->hub().loop().post([state = state_, &table = *table, entry] {
                state->logs[table.hub().index()].append(entry);
                deliver(table, *entry);
            });
        }
        if (here != nullptr) state_->logs[here->hub().index()].append(entry);
    }
    if (here != nullptr) deliver(*here, *entry);
}

void RecoveringAdapter::persist(RecoverableSession session) {
    std::string().swap(session.described);  // the data itself stays here
    if (const auto* const here = nsp_.here()) state_->keep(std::move(session), here->hub().index());
}

void RecoveringAdapter::State::keep(RecoverableSession session, unsigned loop) {
    const std::int64_t now = unix_ms();
    const std::scoped_lock lock(sessions_mutex);
    while (!by_end.empty() && (by_end.front().first < now || by_end.size() >= max_sessions)) {
        const auto found = sessions.find(by_end.front().second);
        if (found != sessions.end() && found->second.until_ms == by_end.front().first) sessions.erase(found);
        by_end.pop_front();
    }
    by_end.emplace_back(now + keep_ms, session.pid);
    std::string pid = session.pid;
    sessions.insert_or_assign(std::move(pid), Kept{std::move(session), loop, now + keep_ms});
}

std::optional<RecoveringAdapter::Kept> RecoveringAdapter::State::take(std::string_view pid) {
    const std::scoped_lock lock(sessions_mutex);
    const auto found = sessions.find(pid);
    if (found == sessions.end()) return std::nullopt;
    std::optional<Kept> kept(std::move(found->second));
    sessions.erase(found);
    if (kept->until_ms < unix_ms()) kept.reset();
    return kept;
}

std::optional<std::uint64_t> RecoveringAdapter::id_of(std::string_view offset) const {
    if (!offset.starts_with(state_->prefix)) return std::nullopt;
    return parse_decimal(offset.substr(kPrefixSize));
}

void RecoveringAdapter::restore(std::string_view pid, std::string_view offset, RestoreCallback callback) {
    RoomTable* const here = nsp_.here();
    const auto id = id_of(offset);
    auto kept = here != nullptr && id ? state_->take(pid) : std::nullopt;
    if (!kept) {
        callback(std::nullopt);
        return;
    }
    const unsigned index = here->hub().index();
    Restoring restoring{index, 0, 0, *id, std::move(kept->session), std::nullopt, std::move(callback)};
    const auto collect = [](const RecoveryLog& log, Restoring& wanted) {
        const auto position = log.position_after(wanted.offset, wanted.session.sid);
        if (!position) return;
        wanted.missed = log.since(*position, rooms_of(wanted.session));
        // What the old loop sent itself meanwhile stands there without having passed its mailbox.
        std::erase_if(*wanted.missed, [&](const MissableEventRef& entry) { return entry->id > wanted.last; });
    };
    if (kept->loop == index) {
        restoring.last = UINT64_MAX;
        collect(state_->logs[index], restoring);
        return finish(*state_, std::move(restoring));
    }
    const std::scoped_lock lock(state_->dispatch);
    restoring.last = state_->last;
    restoring.mark = state_->logs[index].end();
    nsp_.table(kept->loop)
        .hub()
        .loop()
        .post([state = state_, loop = kept->loop, &back = here->hub().loop(), collect, restoring = std::move(restoring)]() mutable {
            collect(state->logs[loop], restoring);
            back.post([state, restoring = std::move(restoring)]() mutable { finish(*state, std::move(restoring)); });
        });
}

void RecoveringAdapter::finish(State& state, Restoring restoring) {
    if (!restoring.missed) {
        restoring.callback(std::nullopt);
        return;
    }
    RecoveryLog& log = state.logs[restoring.loop];
    const bool moved = restoring.last != UINT64_MAX;
    if (moved) {
        for (auto& entry : log.since(restoring.mark, rooms_of(restoring.session))) {
            if (entry->id > restoring.last) restoring.missed->push_back(std::move(entry));
        }
        // From here on this loop's log is the one that is asked, also for what the client has from the other.
        StoredTarget own_room;
        own_room.add_room(restoring.session.sid);
        const auto adopt = [&](std::uint64_t id, const EncodedEvent& event) {
            log.append(std::make_shared<const MissableEvent>(MissableEvent{id, unix_ms(), own_room, event, true}));
        };
        adopt(restoring.offset, {});
        for (const auto& entry : *restoring.missed) adopt(entry->id, entry->event);
    }
    std::vector<EncodedEvent> missed;
    missed.reserve(restoring.missed->size());
    for (const auto& entry : *restoring.missed) missed.push_back(entry->event);
    auto unclaimed = restoring.callback(RestoredSession{std::move(restoring.session), std::move(missed)});
    if (unclaimed) state.keep(std::move(*unclaimed), restoring.loop);
}

}  // namespace sio
