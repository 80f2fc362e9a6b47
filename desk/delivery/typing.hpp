#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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
/// nothing. Each org's typists live on the org's home loop.  Thread: any, unless said otherwise.
class Typing {
public:
    Typing(sio::Server& io, const Limits& limits, std::chrono::milliseconds expiry);
    ~Typing();

    /// `internal`: typed into the box for internal notes, shown to staff only.
    void started(TypingPlace place, IdentityRef who, const sio::SocketHandle& from, bool internal);
    void stopped(TypingPlace place, std::string user);
    /// The socket left `place`, or everywhere when it has no id.
    void gone(TypingPlace place, const sio::SocketHandle& from);
    /// Tells one socket who is typing in a place it just entered.
    void tell(TypingPlace place, sio::SocketHandle to, bool staff);

    /// The typist's message is about to be shown. Thread: the org's home loop.
    void ended_by_message(const TypingPlace& place, std::string_view user);
    /// The place is closed; nobody is told. Thread: the org's home loop.
    void forget(const TypingPlace& place);

private:
    struct Typist;
    struct PlaceHash {
        std::size_t operator()(const TypingPlace& place) const;
    };
    using Typists = std::vector<std::unique_ptr<Typist>>;
    using Board = std::unordered_map<TypingPlace, Typists, PlaceHash>;

    Board& board(std::string_view org);
    Typist* find(Board& board, const TypingPlace& place, std::string_view user);
    void start(const TypingPlace& place, IdentityRef who, const sio::SocketHandle& from, bool internal);
    void stop(const TypingPlace& place, std::string_view user);
    void drop_socket(const TypingPlace& place, const sio::SocketHandle& from);
    void show(const TypingPlace& place, const Typist& typist);
    void take_back(const TypingPlace& place, const Typist& typist);
    sio::Namespace& nsp(const TypingPlace& place) const { return place.kind == TypingPlace::Kind::Ticket ? tickets_ : chat_; }

    sio::Server& io_;
    const Limits& limits_;
    std::chrono::milliseconds expiry_;
    sio::Namespace& tickets_;
    sio::Namespace& chat_;
    std::vector<Board> boards_;  // one a loop
};

}  // namespace desk
