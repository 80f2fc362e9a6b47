#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "desk/delivery/delivery.hpp"
#include "desk/delivery/missed.hpp"
#include "desk/model/error_counts.hpp"
#include "desk/model/limits.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// An event for one socket.
struct Answer {
    std::string event;
    std::string json;
};

/// What the store says of one thing that a socket may enter.
struct Entry {
    std::vector<Answer> answers;
    std::any facts;  ///< for `entered`
};

/// What is particular to a namespace whose sockets may ask at CONNECT for what they missed.
struct ArrivalRules {
    Namespace nsp = Namespace::Tickets;
    std::string_view list;     ///< the member of `auth` with ids to enter; empty: none
    std::string_view id_name;  ///< of the details of a refused one
    std::uint32_t Limits::* cap = nullptr;
    std::string_view cap_name;

    /// What entering writes, done before it is judged; empty: nothing. On the writer.
    std::function<void(store::Transaction&, const Actor&, const std::vector<std::string>& ids)> prepare;
    /// Whether the actor may enter, and what the socket is then told. On a reader.
    std::function<Result<Entry>(const store::Snapshot&, const Actor&, const std::string& id, const Cursor&)> check;
    /// What every socket is told after `sync:ready`, as JSON of `notification:count`; empty: nothing. On a reader.
    std::function<Result<std::string>(const store::Snapshot&, const Actor&)> count;

    // On the socket's loop: joins the subject's room; leaves it, access being lost; all has been told.
    std::function<void(sio::Socket&, const std::string& id)> enter;
    std::function<void(sio::Socket&, const std::string& id)> leave;
    std::function<void(sio::Socket&, const std::string& id, const std::any& facts)> entered;
};

/// What a CONNECT asks for besides the automatic rooms.
struct Wanted {
    std::string since;             ///< cursor or eventId; empty: none
    std::vector<std::string> ids;  ///< valid, each once, within the cap
};

/// Reads `auth`; what cannot be is told to the socket by the event `error`, counted, and left out. Thread: the socket's loop.
Wanted wanted_at_connect(sio::Socket& socket, std::string_view auth, const ArrivalRules& rules, const Limits& limits, ErrorCounts& refused);

/// Sockets that connect (domain.md 3.12 a): CONNECT is answered at once; then come the answers for `auth.tickets` or `auth.conversations`,
/// the replay of what was missed since `auth.since`, `sync:ready {cursor}` or `sync:required {reason, cursor}`, and live events. While the
/// store is read the socket's own events wait. A store that cannot answer now is asked again for some seconds.  Thread: loops.
class Arrivals {
public:
    /// `refused` counts the errors that clients are told, `recoveries` what became of each `since`.
    Arrivals(sio::Server& io, store::Store& store, Delivery& delivery, const Limits& limits, ErrorCounts& refused,
             RecoveryCounts& recoveries)
        : io_(io), store_(store), delivery_(delivery), limits_(limits), refused_(refused), recoveries_(recoveries) {}

    /// Before the server starts.
    void receive_at(sio::Namespace& nsp, ArrivalRules rules);

private:
    struct Visit;
    struct Again;
    struct Found;

    void receive(sio::Socket& socket, const std::shared_ptr<const ArrivalRules>& rules);
    void greet(sio::Socket& socket);
    void prepare(const std::shared_ptr<Visit>& visit);
    void read(const std::shared_ptr<Visit>& visit);
    bool read_again(sio::Socket& socket, const std::shared_ptr<Visit>& visit, const Error& error);
    void finish(sio::Socket& socket, const std::shared_ptr<Visit>& visit, Result<Found> found);
    void unavailable(sio::Socket& socket, const Visit& visit, const Pending& pending, const Error& error);

    sio::Server& io_;
    store::Store& store_;
    Delivery& delivery_;
    const Limits& limits_;
    ErrorCounts& refused_;
    RecoveryCounts& recoveries_;
};

}  // namespace desk
