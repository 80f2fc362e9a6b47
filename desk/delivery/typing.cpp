#include "desk/delivery/typing.hpp"

#include <algorithm>
#include <utility>

#include "desk/delivery/homes.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk {

namespace {

using Kind = TypingPlace::Kind;

std::string_view id_name(const TypingPlace& place) { return place.kind == Kind::Ticket ? "ticketId" : "conversationId"; }

std::string typing_json(const TypingPlace& place, const Actor& typist) {
    return sio::json::object({{id_name(place), place.id}, {"user", typist.ref()}}).str();
}

sio::Broadcast room_of(sio::Namespace& nsp, const TypingPlace& place, bool internal) {
    if (place.kind == Kind::Conversation) return nsp.to(rooms::conversation(place.org, place.id));
    sio::Broadcast staff = nsp.to(rooms::ticket_staff(place.org, place.id));
    if (!internal) staff.to(rooms::ticket_customers(place.org, place.id));
    return staff;
}

}  // namespace

struct Typing::Typist {
    Typist(Typing& typing, TypingPlace place, IdentityRef who)
        : owner(typing),
          where(std::move(place)),
          identity(std::move(who)),
          expiry([](void* self) { static_cast<Typist*>(self)->expire(); }, this) {}
    void expire() { owner.stop(where, std::string(identity->actor.user)); }

    Typing& owner;
    TypingPlace where;
    IdentityRef identity;
    std::vector<sio::SocketHandle> sockets;
    std::int64_t shown_ms = 0;
    bool internal = false;
    sio::runtime::Timer expiry;
};

std::size_t Typing::PlaceHash::operator()(const TypingPlace& place) const {
    const std::hash<std::string_view> hash;
    return hash(place.id) * 31 + hash(place.org) + static_cast<std::size_t>(place.kind);
}

Typing::Typing(sio::Server& io, const Limits& limits, std::chrono::milliseconds expiry)
    : io_(io), limits_(limits), expiry_(expiry), tickets_(io.of("/tickets")), chat_(io.of("/chat")), boards_(io.loops().size()) {}

Typing::~Typing() = default;

Typing::Board& Typing::board(std::string_view org) { return boards_[home_loop(io_, org).index()]; }

Typing::Typist* Typing::find(Board& board, const TypingPlace& place, std::string_view user) {
    const auto found = board.find(place);
    if (found == board.end()) return nullptr;
    const auto typist = std::ranges::find_if(found->second, [&](const auto& entry) { return entry->identity->actor.user == user; });
    return typist == found->second.end() ? nullptr : typist->get();
}

void Typing::started(TypingPlace place, IdentityRef who, const sio::SocketHandle& from, bool internal) {
    auto& home = home_loop(io_, place.org);
    if (home.in_loop_thread()) return start(place, std::move(who), from, internal);
    home.post(
        [this, place = std::move(place), who = std::move(who), from, internal]() mutable { start(place, std::move(who), from, internal); });
}

void Typing::stopped(TypingPlace place, std::string user) {
    auto& home = home_loop(io_, place.org);
    run_on(home, [this, place = std::move(place), user = std::move(user)] { stop(place, user); });
}

void Typing::gone(TypingPlace place, const sio::SocketHandle& from) {
    auto& home = home_loop(io_, place.org);
    run_on(home, [this, place = std::move(place), from] { drop_socket(place, from); });
}

void Typing::tell(TypingPlace place, sio::SocketHandle to, bool staff) {
    auto& home = home_loop(io_, place.org);
    run_on(home, [this, place = std::move(place), to, staff] {
        const auto found = board(place.org).find(place);
        if (found == board(place.org).end()) return;
        for (const auto& typist : found->second) {
            if (typist->internal && !staff) continue;
            io_.post(to, [event = place.kind == Kind::Ticket ? "ticket:typing" : "chat:typing", user = typist->identity->actor.user,
                          json = typing_json(place, typist->identity->actor)](sio::Socket& socket) {
                if (visitor_of(socket).actor().user != user) socket.emit(event, sio::json::Raw{json});
            });
        }
    });
}

void Typing::ended_by_message(const TypingPlace& place, std::string_view user) { stop(place, user); }

void Typing::forget(const TypingPlace& place) { board(place.org).erase(place); }

void Typing::start(const TypingPlace& place, IdentityRef who, const sio::SocketHandle& from, bool internal) {
    Board& here = board(place.org);
    auto& home = home_loop(io_, place.org);
    Typist* typist = find(here, place, who->actor.user);
    const bool fresh = typist == nullptr;
    if (fresh) typist = here[place].emplace_back(std::make_unique<Typist>(*this, place, std::move(who))).get();
    if (std::ranges::find(typist->sockets, from) == typist->sockets.end()) typist->sockets.push_back(from);
    home.arm_after(typist->expiry, expiry_);
    // From the notes' box to the public one or back: the audience changes, so it starts anew.
    const bool moved = !fresh && typist->internal != internal;
    if (moved) take_back(place, *typist);
    typist->internal = internal;
    if (!fresh && !moved && home.unix_ms() - typist->shown_ms < limits_.typing_repeat.count()) return;
    typist->shown_ms = home.unix_ms();
    show(place, *typist);
}

void Typing::stop(const TypingPlace& place, std::string_view user) {
    Board& here = board(place.org);
    const auto found = here.find(place);
    if (found == here.end()) return;
    const auto typist = std::ranges::find_if(found->second, [&](const auto& entry) { return entry->identity->actor.user == user; });
    if (typist == found->second.end()) return;
    take_back(place, **typist);
    const std::unique_ptr<Typist> ended = std::move(*typist);  // `place` and `user` may be its own
    found->second.erase(typist);
    if (found->second.empty()) here.erase(found);
}

void Typing::drop_socket(const TypingPlace& place, const sio::SocketHandle& from) {
    Board& here = board(place.org);
    std::vector<std::pair<TypingPlace, std::string>> silent;
    for (auto& [where, typists] : here) {
        if (where.org != place.org || where.kind != place.kind || (!place.id.empty() && where.id != place.id)) continue;
        for (const auto& typist : typists) {
            if (std::erase(typist->sockets, from) > 0 && typist->sockets.empty()) silent.emplace_back(where, typist->identity->actor.user);
        }
    }
    for (const auto& [where, user] : silent) stop(where, user);
}

void Typing::show(const TypingPlace& place, const Typist& typist) {
    const std::string json = typing_json(place, typist.identity->actor);
    room_of(nsp(place), place, typist.internal)
        .except(rooms::user(place.org, typist.identity->actor.user))
        .emit(place.kind == Kind::Ticket ? "ticket:typing" : "chat:typing", sio::json::Raw{json});
}

void Typing::take_back(const TypingPlace& place, const Typist& typist) {
    const std::string& user = typist.identity->actor.user;
    room_of(nsp(place), place, typist.internal)
        .except(rooms::user(place.org, user))
        .emit(place.kind == Kind::Ticket ? "ticket:stopTyping" : "chat:stopTyping",
              sio::json::object({{id_name(place), place.id}, {"userId", user}}));
}

}  // namespace desk
