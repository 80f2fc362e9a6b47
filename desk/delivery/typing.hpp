#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "desk/model/limits.hpp"
#include "desk/session/identity.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Something people type into.
struct TypingPlace {
    enum class Kind : std::uint8_t { Ticket, Conversation } kind;
    std::string org;
    std::string id;
    bool operator==(const TypingPlace&) const = default;
};

/// Who is typing where (domain.md 3.4): told once at the start and at most every `typing_repeat` while it lasts, and taken back on stop,
/// after `expiry` of silence, with the typist's message, and when the last socket that typed is gone. The typist's own sockets hear
/// nothing. Each org's typists live on the org's home loop.
/// Over servers: each tells the others who types on it, and shows its own sockets who types anywhere. A typist of other servers ends when
/// none of them has said so for `expiry`, and is over when no server has them any more.  Thread: any, unless said otherwise.
class Typing {
public:
    /// Before the server starts.
    Typing(sio::Server& io, const Limits& limits, std::chrono::milliseconds expiry, cluster::Bus& bus);
    ~Typing();

    /// `internal`: typed into the box for internal notes, shown to staff only.
    void started(TypingPlace place, IdentityRef who, const sio::SocketHandle& from, bool internal);
    void stopped(TypingPlace place, std::string user);
    /// The socket left `place`, or everywhere when it has no id.
    void gone(TypingPlace place, const sio::SocketHandle& from);
    /// Tells a socket who is typing in a place it entered in this turn, each once. Thread: the socket's loop.
    void tell(TypingPlace place, sio::Socket& to);

    /// The typist's message is about to be shown. Thread: the org's home loop.
    void ended_by_message(const TypingPlace& place, std::string_view user);
    /// The place is closed; nobody is told. Thread: the org's home loop.
    void forget(const TypingPlace& place);

private:
    struct Typist;
    struct PlaceHash {
        std::size_t operator()(const TypingPlace& place) const;
    };
    /// A socket that has entered a place and not heard yet who types there.
    struct Newcomer {
        sio::SocketHandle socket;
        TypingPlace place;
        bool operator==(const Newcomer&) const = default;
    };
    struct NewcomerHash {
        std::size_t operator()(const Newcomer& newcomer) const;
    };
    /// What a socket hears of one typist, unless it is theirs.
    struct Shown {
        std::string user;
        sio::EncodedEvent event;
    };
    using Typists = std::vector<std::unique_ptr<Typist>>;
    using Board = std::unordered_map<TypingPlace, Typists, PlaceHash>;

    Board& board(std::string_view org);
    Typist* find(Board& board, const TypingPlace& place, std::string_view user);
    Typist& add(const TypingPlace& place, UserRef who);
    void start(const TypingPlace& place, IdentityRef who, const sio::SocketHandle& from, bool internal);
    /// The user types on this server no more.
    void stop(const TypingPlace& place, std::string_view user);
    void drop_socket(const TypingPlace& place, const sio::SocketHandle& from);
    /// Shows the typist if they are new, have moved, or it is time to `repeat`; gives whether it did.
    bool appear(Typist& typist, bool fresh, bool internal, bool repeat);
    /// Ends what has been silent for too long.
    void look(Typist& typist);
    void arm(Typist& typist);
    /// The typist's end, on every server.
    void end(const TypingPlace& place, std::string_view user);

    void hear(std::string_view server, std::string_view payload);
    void remote_types(std::string_view server, const TypingPlace& place, const UserRef& who, bool internal, bool shown);
    void remote_stops(std::string_view server, const TypingPlace& place, std::string_view user);
    void tell_types(Typist& typist, bool shown);
    void tell_stops(const Typist& typist);

    std::vector<Shown> shown_in(const TypingPlace& place, bool staff);
    void show(const Typist& typist);
    void take_back(const Typist& typist);
    /// To the sockets of this server that see the typist; newcomers among them on wish.
    void emit(const Typist& typist, sio::EncodedEvent event, bool to_newcomers);
    sio::Namespace& nsp(const TypingPlace& place) const { return place.kind == TypingPlace::Kind::Ticket ? tickets_ : chat_; }

    sio::Server& io_;
    const Limits& limits_;
    std::chrono::milliseconds expiry_;
    cluster::Bus& bus_;
    sio::Namespace& tickets_;
    sio::Namespace& chat_;
    std::vector<Board> boards_;                                          // one a loop
    std::vector<std::unordered_set<Newcomer, NewcomerHash>> newcomers_;  // one a loop, of its sockets
};

}  // namespace desk
