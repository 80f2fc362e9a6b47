#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "desk/delivery/typing.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Checks anew what sockets have entered, after their user's role or teams or the org's rules changed (domain.md 3.2).
///
/// Nothing may leak between the change and the store's answer, so a socket is put out at once: it leaves the rooms of its tickets or
/// conversations and sits in their pending rooms, where its events wait in order (hold()); so do those of its lists meanwhile. Its own
/// packets wait too. Then it goes back to what it may keep and gets what waited; of the rest it is told `ticket:unsubscribed {reason:
/// ACCESS_LOST}` and `ticket:updated {accessLost: true}` (in /chat: `error FORBIDDEN {conversationId, reason: ACCESS_LOST}`) and gets
/// nothing of what waited. Without an answer of the store the connection ends: the client comes back and asks anew.
/// Thread: the sockets' loop.
class Rechecks {
public:
    /// Before the server starts.
    Rechecks(sio::Server& io, store::Store& store, Typing& typing);

    /// A socket has lost this conversation and left its room, or went while it was being checked. Before the server starts.
    void on_conversation_lost(std::function<void(sio::Socket&, const std::string& conversation)> told) { lost_ = std::move(told); }

    /// Sockets of one org and of the calling loop, which may be in one of their handlers.
    void begin(std::span<sio::Socket* const> sockets);

    /// Takes a ticket or conversation from a socket, with `ticket:unsubscribed {reason: REMOVED}` (in /chat the error above, REMOVED). The
    /// user may enter it again. One that is being checked keeps nothing of it.
    void remove(sio::Socket& socket, const std::string& subject);

    /// For Emission: keeps an event of a socket that is being checked, of the subject whose pending room is named (empty: of its lists).
    /// `lost`: the event takes the subject away from it.
    static void hold(Recheck& recheck, std::string_view pending_room, const sio::EncodedEvent& event, bool lost);

private:
    struct Item {
        sio::SocketHandle socket;
        IdentityRef identity;
        bool tickets = false;
        std::vector<std::string> subjects;
        std::vector<bool> allowed;  ///< the answer
    };
    using Items = std::vector<Item>;

    void put_out(sio::Socket& socket);
    static Item item_of(sio::Socket& socket);
    void ask(const std::shared_ptr<Items>& items, std::size_t first);
    void answered(const std::shared_ptr<Items>& items, std::size_t first, bool known);
    void finish(sio::Socket& socket, const Item& item);
    void keep(sio::Socket& socket, const std::string& id, bool ticket);
    void lose(sio::Socket& socket, const std::string& id, bool ticket);
    void lose_conversation(sio::Socket& socket, const std::string& id, std::string_view reason);

    sio::Server& io_;
    store::Store& store_;
    Typing& typing_;
    std::function<void(sio::Socket&, const std::string&)> lost_;
};

}  // namespace desk
