#pragma once

#include <functional>
#include <vector>

#include "desk/session/directory.hpp"
#include "desk/session/visitor.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Who a connection belongs to, and how that changes while it is there: by a newer token or by the user's record (domain.md 3.8).
/// Thread: the connection's loop, unless said otherwise.
class Identities {
public:
    explicit Identities(const Directory& directory) : directory_(directory) {}

    /// Gets the sockets of a connection that are in tickets or conversations and whose rights have changed (delivery/recheck.hpp).
    using Recheck = std::function<void(const std::vector<sio::Socket*>&)>;
    /// Before the server starts.
    void on_change(Recheck recheck) { recheck_ = std::move(recheck); }

    /// Told of every connection whose user has got another role. Before the server starts.
    void on_role(std::function<void(sio::Connection&)> told) { role_told_.push_back(std::move(told)); }

    const Directory& directory() const { return directory_; }

    /// Puts every socket of the connection into the rooms of its new role and teams; what it has entered is checked again. Who is no
    /// admin any more leaves /dashboard: `error FORBIDDEN {reason: ROLE_CHANGED}`, then disconnected there only.
    void change(sio::Connection& connection, IdentityRef identity) const;

private:
    const Directory& directory_;
    Recheck recheck_;
    std::vector<std::function<void(sio::Connection&)>> role_told_;
};

}  // namespace desk
