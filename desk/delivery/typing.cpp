#include "desk/delivery/typing.hpp"

#include <algorithm>
#include <utility>

#include "desk/cluster/message.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/model/ids.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk {

namespace {

using Kind = TypingPlace::Kind;

constexpr std::string_view kChannel = "insightdesk:typing";
// A message is version, what, kind, org, id, user; and of who types: internal, name, avatar ("" for none), role.
constexpr std::int64_t kVersion = 1;
enum class What : std::uint8_t { Stops, Types, TypesShown };
// Others hear of a typist at least this often while keys are pressed, so that they do not expire earlier there than here.
constexpr std::chrono::milliseconds kTellAgain{1000};
// A repeat may come that much earlier than the other server sent it.
constexpr std::chrono::milliseconds kJitter{500};

std::string_view id_name(const TypingPlace& place) { return place.kind == Kind::Ticket ? "ticketId" : "conversationId"; }

sio::EncodedEvent typing_event(const sio::Namespace& nsp, const TypingPlace& place, const UserRef& typist) {
    return nsp.encode(place.kind == Kind::Ticket ? "ticket:typing" : "chat:typing",
                      sio::json::object({{id_name(place), place.id}, {"user", typist}}));
}

/// Who sees that somebody types, or does no more: not the sockets of the typist.
sio::StoredTarget audience_of(const TypingPlace& place, std::string_view typist, bool internal) {
    sio::StoredTarget audience;
    if (place.kind == Kind::Conversation) {
        audience.add_room(rooms::conversation(place.org, place.id));
    } else {
        audience.add_room(rooms::ticket_staff(place.org, place.id));
        if (!internal) audience.add_room(rooms::ticket_customers(place.org, place.id));
    }
    audience.add_except(rooms::user(place.org, typist));
    return audience;
}

void greet(sio::Socket& socket, const auto& typists) {
    const std::string& user = visitor_of(socket).actor().user;
    for (const auto& typist : typists) {
        if (typist.user != user) socket.send(typist.event);
    }
}

cluster::Message message_of(What what, const TypingPlace& place, std::string_view user) {
    cluster::Message out(kVersion);
    out.integer(static_cast<int>(what)).integer(static_cast<int>(place.kind)).text(place.org).text(place.id).text(user);
    return out;
}

}  // namespace

struct Typing::Typist {
    Typist(Typing& typing, TypingPlace place, UserRef user)
        : owner(typing),
          where(std::move(place)),
          who(std::move(user)),
          timer([](void* self) { static_cast<Typist*>(self)->look(); }, this) {}
    void look() { owner.look(*this); }
    bool types_here() const { return !sockets.empty(); }

    struct Remote {
        std::string server;
        sio::runtime::TimePoint until;
    };
    Typing& owner;
    TypingPlace where;
    UserRef who;
    std::vector<sio::SocketHandle> sockets;  ///< of this server
    sio::runtime::TimePoint until;           ///< of those sockets
    std::vector<Remote> remotes;             ///< other servers that have them
    sio::runtime::TimePoint shown_at;
    sio::runtime::TimePoint told_at;
    bool internal = false;
    sio::runtime::Timer timer;
};

std::size_t Typing::PlaceHash::operator()(const TypingPlace& place) const {
    const std::hash<std::string_view> hash;
    return hash(place.id) * 31 + hash(place.org) + static_cast<std::size_t>(place.kind);
}

std::size_t Typing::NewcomerHash::operator()(const Newcomer& newcomer) const {
    return PlaceHash()(newcomer.place) * 31 + newcomer.socket.slot;
}

Typing::Typing(sio::Server& io, const Limits& limits, std::chrono::milliseconds expiry, cluster::Bus& bus)
    : io_(io),
      limits_(limits),
      expiry_(expiry),
      bus_(bus),
      tickets_(io.of("/tickets")),
      chat_(io.of("/chat")),
      boards_(io.loops().size()),
      newcomers_(io.loops().size()) {
    bus_.hear(std::string(kChannel), {.message = [this](auto server, auto payload) { hear(server, payload); }, .gap = {}});
}

Typing::~Typing() = default;

Typing::Board& Typing::board(std::string_view org) { return boards_[home_loop(io_, org).index()]; }

Typing::Typist* Typing::find(Board& board, const TypingPlace& place, std::string_view user) {
    const auto found = board.find(place);
    if (found == board.end()) return nullptr;
    const auto typist = std::ranges::find_if(found->second, [&](const auto& entry) { return entry->who.id == user; });
    return typist == found->second.end() ? nullptr : typist->get();
}

Typing::Typist& Typing::add(const TypingPlace& place, UserRef who) {
    return *board(place.org)[place].emplace_back(std::make_unique<Typist>(*this, place, std::move(who)));
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

void Typing::tell(TypingPlace place, sio::Socket& to) {
    auto& home = home_loop(io_, place.org);
    const bool staff = is_staff(visitor_of(to).actor().role);
    if (home.in_loop_thread()) return greet(to, shown_in(place, staff));
    // Who begins before the home loop has read this is shown to the room, where the socket is by now, and is in the answer, too.
    Newcomer newcomer{to.handle(), std::move(place)};
    newcomers_[newcomer.socket.loop].insert(newcomer);
    home.post([this, staff, newcomer = std::move(newcomer)]() mutable {
        auto& loop = io_.loops().at(newcomer.socket.loop);
        auto typists = shown_in(newcomer.place, staff);
        loop.post([this, typists = std::move(typists), newcomer = std::move(newcomer)] {
            newcomers_[newcomer.socket.loop].erase(newcomer);
            if (sio::Socket* const socket = io_.find(newcomer.socket)) greet(*socket, typists);
        });
    });
}

void Typing::ended_by_message(const TypingPlace& place, std::string_view user) {
    const Typist* const typist = find(board(place.org), place, user);
    if (typist == nullptr) return;
    // The other servers see the message too, but perhaps before the last they were told of this typist.
    if (typist->types_here()) tell_stops(*typist);
    end(place, user);
}

void Typing::forget(const TypingPlace& place) { board(place.org).erase(place); }

void Typing::start(const TypingPlace& place, IdentityRef who, const sio::SocketHandle& from, bool internal) {
    auto& home = home_loop(io_, place.org);
    const IdentityRef identity = std::move(who);
    Typist* typist = find(board(place.org), place, identity->actor.user);
    const bool fresh = typist == nullptr;
    if (fresh) typist = &add(place, identity->actor.ref());
    if (std::ranges::find(typist->sockets, from) == typist->sockets.end()) typist->sockets.push_back(from);
    typist->until = home.now() + expiry_;
    arm(*typist);
    const bool shown = appear(*typist, fresh, internal, home.now() - typist->shown_at >= limits_.typing_repeat);
    if (shown || home.now() - typist->told_at >= kTellAgain) tell_types(*typist, shown);
}

bool Typing::appear(Typist& typist, bool fresh, bool internal, bool repeat) {
    // From the notes' box to the public one or back: the audience changes, so it starts anew.
    const bool moved = !fresh && typist.internal != internal;
    if (moved) take_back(typist);
    typist.internal = internal;
    if (!fresh && !moved && !repeat) return false;
    typist.shown_at = home_loop(io_, typist.where.org).now();
    show(typist);
    return true;
}

void Typing::arm(Typist& typist) {
    auto& home = home_loop(io_, typist.where.org);
    auto next = typist.types_here() ? typist.until : sio::runtime::TimePoint::max();
    for (const auto& remote : typist.remotes) next = std::min(next, remote.until);
    home.arm_after(typist.timer, std::chrono::ceil<std::chrono::milliseconds>(next - home.now()));
}

void Typing::look(Typist& typist) {
    const auto now = home_loop(io_, typist.where.org).now();
    std::erase_if(typist.remotes, [now](const auto& remote) { return remote.until <= now; });
    if (typist.types_here() && typist.until <= now) {
        typist.sockets.clear();
        tell_stops(typist);
    }
    if (!typist.types_here() && typist.remotes.empty())
        end(typist.where, typist.who.id);
    else
        arm(typist);
}

void Typing::stop(const TypingPlace& place, std::string_view user) {
    Typist* const typist = find(board(place.org), place, user);
    if (typist == nullptr || !typist->types_here()) return;
    typist->sockets.clear();
    tell_stops(*typist);
    if (typist->remotes.empty()) end(place, user);
}

void Typing::end(const TypingPlace& place, std::string_view user) {
    Board& here = board(place.org);
    const auto found = here.find(place);
    if (found == here.end()) return;
    const auto typist = std::ranges::find_if(found->second, [&](const auto& entry) { return entry->who.id == user; });
    if (typist == found->second.end()) return;
    take_back(**typist);
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
            if (std::ranges::find(typist->sockets, from) == typist->sockets.end()) continue;
            if (typist->sockets.size() > 1)
                std::erase(typist->sockets, from);
            else
                silent.emplace_back(where, typist->who.id);
        }
    }
    for (const auto& [where, user] : silent) stop(where, user);
}

void Typing::tell_types(Typist& typist, bool shown) {
    typist.told_at = home_loop(io_, typist.where.org).now();
    auto out = message_of(shown ? What::TypesShown : What::Types, typist.where, typist.who.id);
    out.flag(typist.internal).text(typist.who.name).text(typist.who.avatar_url.value_or("")).text(to_string(typist.who.role));
    bus_.tell(kChannel, out.bytes());
}

void Typing::tell_stops(const Typist& typist) { bus_.tell(kChannel, message_of(What::Stops, typist.where, typist.who.id).bytes()); }

void Typing::hear(std::string_view server, std::string_view payload) {
    auto message = cluster::ReceivedMessage::read(payload, kVersion);
    if (!message) return;
    const std::int64_t said = message->integer();
    const std::int64_t kind = message->integer();
    TypingPlace place{kind == static_cast<int>(Kind::Ticket) ? Kind::Ticket : Kind::Conversation, std::string(message->text()),
                      std::string(message->text())};
    UserRef who;
    who.id = message->text();
    if (said < 0 || said > static_cast<int>(What::TypesShown)) return;
    const auto what = static_cast<What>(said);
    if (!message->good() || !is_valid_id(place.org) || !is_valid_id(place.id) || !is_valid_id(who.id)) return;
    // Whoever comes here first is told when keys are pressed again.
    if (!may_have_sockets(io_, place.org)) return;
    auto& home = home_loop(io_, place.org);
    if (what == What::Stops) {
        return run_on(home, [this, server = std::string(server), place = std::move(place), user = std::move(who.id)] {
            remote_stops(server, place, user);
        });
    }
    const bool internal = message->flag();
    who.name = message->text();
    if (const auto avatar = message->text(); !avatar.empty()) who.avatar_url = std::string(avatar);
    const auto role = from_string<Role>(message->text());
    if (!message->good() || !role) return;
    who.role = *role;
    run_on(home, [this, server = std::string(server), place = std::move(place), who = std::move(who), internal,
                  shown = what == What::TypesShown] { remote_types(server, place, who, internal, shown); });
}

void Typing::remote_types(std::string_view server, const TypingPlace& place, const UserRef& who, bool internal, bool shown) {
    auto& home = home_loop(io_, place.org);
    Typist* typist = find(board(place.org), place, who.id);
    const bool fresh = typist == nullptr;
    if (fresh) typist = &add(place, who);
    auto remote = std::ranges::find(typist->remotes, server, &Typist::Remote::server);
    if (remote == typist->remotes.end()) remote = typist->remotes.insert(remote, {std::string(server), {}});
    remote->until = home.now() + expiry_;
    arm(*typist);
    appear(*typist, fresh, internal, shown && home.now() - typist->shown_at + kJitter >= limits_.typing_repeat);
}

void Typing::remote_stops(std::string_view server, const TypingPlace& place, std::string_view user) {
    Typist* const typist = find(board(place.org), place, user);
    if (typist == nullptr) return;
    std::erase_if(typist->remotes, [&](const auto& remote) { return remote.server == server; });
    if (!typist->types_here() && typist->remotes.empty()) end(place, user);
}

std::vector<Typing::Shown> Typing::shown_in(const TypingPlace& place, bool staff) {
    std::vector<Shown> out;
    const auto found = board(place.org).find(place);
    if (found == board(place.org).end()) return out;
    for (const auto& typist : found->second) {
        if (!typist->internal || staff) out.emplace_back(typist->who.id, typing_event(nsp(place), place, typist->who));
    }
    return out;
}

void Typing::emit(const Typist& typist, sio::EncodedEvent event, bool to_newcomers) {
    struct Emission {
        sio::Namespace& nsp;
        TypingPlace place;
        sio::StoredTarget audience;
        sio::EncodedEvent event;
    };
    const TypingPlace& place = typist.where;
    const auto emission =
        std::make_shared<const Emission>(Emission{nsp(place), place, audience_of(place, typist.who.id, typist.internal), std::move(event)});
    auto& loops = io_.loops();
    for (unsigned i = 0; i < loops.size(); ++i) {
        if (!emission->nsp.may_have(i, *emission->audience.view())) continue;
        run_on(loops.at(i), [&newcomers = newcomers_[i], emission, to_newcomers] {
            emission->nsp.for_each_local(*emission->audience.view(), [&](sio::Socket& socket) {
                if (to_newcomers || newcomers.empty() || !newcomers.contains({socket.handle(), emission->place}))
                    socket.send(emission->event);
            });
        });
    }
}

void Typing::show(const Typist& typist) { emit(typist, typing_event(nsp(typist.where), typist.where, typist.who), false); }

void Typing::take_back(const Typist& typist) {
    const TypingPlace& place = typist.where;
    // Newcomers, too: some have entered twice and know of this typist from the first time.
    emit(typist,
         nsp(place).encode(place.kind == Kind::Ticket ? "ticket:stopTyping" : "chat:stopTyping",
                           sio::json::object({{id_name(place), place.id}, {"userId", typist.who.id}})),
         true);
}

}  // namespace desk
