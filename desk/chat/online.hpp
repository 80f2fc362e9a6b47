#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "desk/cluster/roll.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/identity.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::chat {

/// A socket that has entered a conversation.
struct Arrival {
    std::string conversation;
    IdentityRef who;
    sio::SocketHandle socket;
    bool observing = false;  ///< sees the list and is not in it
    bool customer = false;   ///< the conversation is theirs
    bool ended = false;      ///< the conversation is over already
};

/// The effective presence that stands in the list: `online`, `away`, `busy`, `offline` (domain.md 3.3). Customers have none: `online`.
/// Thread: any loop.
using StatusOf = std::function<std::string_view(const Actor& actor)>;

/// Tells whoever keeps the time-outs that a conversation's customer is here, or gone. `done(false)`, from any thread: it could not be
/// written, and will be told again.  Thread: the org's home loop.
using CustomerPresence =
    std::function<void(const std::string& org, const std::string& conversation, bool here, std::move_only_function<void(bool)> done)>;

struct OnlineOptions {
    std::chrono::milliseconds grace{5000};    ///< how long somebody stays listed after their last socket
    std::chrono::milliseconds coalesce{250};  ///< changes within it are told at once
    std::size_t listed = 100;                 ///< of more people the first are named, and all counted
};

/// Who is in which conversation (domain.md 3.6): people, not sockets. Each change is told to the conversation's room by `chat:online`, and
/// so is who enters. A conversation's list lives on its org's home loop and knows the sockets of this server. Servers that share a roll
/// have their people in it, and each tells its own sockets the union of all; that a customer is gone is said by the last server they were
/// with, or by who claimed what that one left.  Thread: any, unless said otherwise.
class OnlineLists final : private cluster::RollListener {
public:
    /// Before the server and the roll start. Without a roll the people of this server are all there are.
    OnlineLists(sio::Server& io, OnlineOptions options, StatusOf status_of, CustomerPresence customers, cluster::Roll* roll = nullptr);
    ~OnlineLists() override;

    /// Whether a conversation's customer is there, as the roll knows; `done` runs on its loop. Pre: there is one.
    void look_for_customer(std::string_view org, std::string_view conversation, std::move_only_function<void(bool here)> done);

    /// Once the socket is in the conversation's room; again when it enters again.
    void joined(Arrival arrival);
    /// The socket has left the room, or is gone.
    void left(const std::string& org, std::string conversation, const sio::SocketHandle& socket);

    /// The conversation is over: what is said of its customer from now on concerns nobody. Thread: the org's home loop.
    void ended(const std::string& org, const std::string& conversation);
    /// Runs `task` on the org's home loop unless the conversation is over, or nobody here is in it.
    template <class F>
    void while_open(const std::string& org, const std::string& conversation, F task) {
        auto& home = home_loop(io_, org);
        run_on(home, [this, key = key_of(org, conversation), loop = home.index(), task = std::move(task)]() mutable {
            if (is_open(loop, key)) task();
        });
    }

private:
    struct Member;
    struct List;
    struct Customers;
    using Board = std::unordered_map<std::string, std::unique_ptr<List>>;  // by the name of the conversation's room

    static std::string key_of(std::string_view org, std::string_view conversation);
    bool is_open(unsigned loop, const std::string& key) const;
    List* find(const std::string& org, const std::string& conversation);
    List& open(const std::string& org, const std::string& conversation);
    void changed(std::string_view key, const cluster::Shares& shares, cluster::Why why, bool ours) override;
    /// The people of a conversation on other servers are these.
    void hear(const std::string& key, const std::vector<std::string>& shares);
    void customer_changed(const std::string& key, bool here, bool ours);
    void report(const List& list);
    void enter(const Arrival& arrival);
    void leave(List& list, const sio::SocketHandle& socket);
    void drop(List& list, const Member& member);
    void told_later(List& list);
    void tell(List& list);
    std::string describe(const List& list) const;
    void note(List& list);
    void noted(const std::string& org, const std::string& conversation, bool here, bool written);
    static bool is_idle(const List& list);
    /// Forgets a list in which nobody is, and of which nothing is to be told or written.
    void tidy(List& list);

    sio::Server& io_;
    const OnlineOptions options_;
    const StatusOf status_of_;
    const CustomerPresence customers_;
    sio::Namespace& chat_;
    cluster::Roll* const roll_;
    const std::unique_ptr<Customers> customers_elsewhere_;
    std::vector<Board> boards_;  // one a loop
};

}  // namespace desk::chat
