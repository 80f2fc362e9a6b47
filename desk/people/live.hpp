#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "desk/delivery/recheck.hpp"
#include "desk/model/event.hpp"
#include "desk/session/identities.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::people {

/// Makes what is written about people true for those who are connected, within the second (domain.md 3.8). What is written comes by rows of
/// the log, in their order, so that every server does the same; what an admin does to connections is told to the other servers, of which
/// one that cannot be reached does nothing.
class LivePeople {
public:
    /// Before the server starts.
    LivePeople(sio::Server& io, Directory& directory, const Identities& identities, Rechecks& rechecks, cluster::Bus& bus);

    /// The row was emitted: its consequences come right behind it on every loop, before any later row. Thread: the org's home loop.
    void follow(const EventRow& row);

    /// Ends the connections of a user on every server, who may come back at once. Thread: any.
    void disconnect(const std::string& org, const std::string& user);
    /// Puts the sockets of a user, on every server, out of `ticket:{t}`, `conv:{c}` or `team:{t}`. Errors: InvalidPayload. Thread: any.
    Result<void> leave(const std::string& org, const std::string& user, const std::string& room);

private:
    /// Each connection of the user on the calling loop; it may be ended.
    void for_each_connection(const std::string& org, const std::string& user, sio::FunctionRef<void(sio::Connection&)> visit);
    void on_every_loop(const std::function<void()>& task);
    void record_changed(const std::string& org, const std::string& user);
    void revoked(const std::string& org, const std::string& payload);
    void rules_changed(const std::string& org);
    void disconnect_here(const std::string& org, const std::string& user);
    Result<void> leave_here(const std::string& org, const std::string& user, const std::string& room);
    void heard(std::string_view payload);

    sio::Server& io_;
    Directory& directory_;
    const Identities& identities_;
    Rechecks& rechecks_;
    cluster::Bus& bus_;
};

}  // namespace desk::people
