#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "desk/auth/token_verifier.hpp"
#include "desk/model/error_counts.hpp"
#include "desk/model/limits.hpp"
#include "desk/session/identities.hpp"
#include "desk/session/shared_counts.hpp"
#include "desk/session/visitor.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Lets sockets into namespaces: checks `auth.token` (domain.md 3.8), the limits of address and user, and puts them into the rooms of
/// their user, org, teams and role. Of the tokens that the namespaces of one connection bring, the one issued last says who it is: an
/// older one opens its namespace with the rights of the newer. Refusals are a connect_error whose message is the bare code and whose data
/// is the SocketError. Thread: any loop; immutable but for its locked counters.
class Admission {
public:
    Admission(const auth::TokenVerifier& verifier, const Limits& limits, AddressGuard& addresses, const Identities& identities,
              std::chrono::milliseconds token_grace = std::chrono::seconds(30))
        : verifier_(verifier), limits_(limits), guard_(addresses), identities_(identities), token_grace_(token_grace) {}

    /// Counts the connections of an address here, where it is known for whom a proxy forwards; else the listener does. Before the server
    /// starts.
    void count_addresses() { counts_addresses_ = true; }

    /// Counts the connections of a user over the servers of the roll. Before the roll begins and the server starts.
    void count_users_over(cluster::Roll& roll) { shared_users_.emplace(users_, roll, limits_.connections_per_user); }
    /// The server's people are about to come back on another. Thread: none of a loop.
    void hand_over() {
        if (shared_users_) shared_users_->stop();
    }

    /// Told of every token that opens a connection, on its loop. Before the server starts.
    void on_first_seen(std::function<void(const IdentityRef&)> told) { first_seen_ = std::move(told); }

    /// Refusals are told: bad tokens as warnings, which the limit of an address bounds, others for those who look closely. Before the
    /// server starts.
    void log_to(sio::Log& log) { log_ = &log; }

    /// CONNECTs refused so far.
    const ErrorCounts& refused() const { return refused_; }

    enum class Who : std::uint8_t { Everybody, Admins };
    /// Registers the middleware. After the verifier has its source, before the server starts.
    void guard(sio::Namespace& nsp, Who who = Who::Everybody);

private:
    void note_refusal(sio::Socket& socket, const Error& error);
    Result<void> admit(sio::Socket& socket, Who who);
    Result<auth::Claims> check_token(sio::Socket& socket, std::string_view address);
    Result<void> seat(sio::Socket& socket, const auth::Claims& claims, Who who, std::string_view address);
    Result<void> follow(sio::Connection& connection, const auth::Claims& claims, IdentityRef identity);

    const auth::TokenVerifier& verifier_;
    const Limits& limits_;
    AddressGuard& guard_;
    const Identities& identities_;
    std::function<void(const IdentityRef&)> first_seen_;
    std::chrono::milliseconds token_grace_;
    bool counts_addresses_ = false;
    ErrorCounts refused_;
    sio::Log* log_ = nullptr;
    UserCounts users_;
    UserCounts by_address_;
    std::optional<SharedUserCounts> shared_users_;
};

}  // namespace desk
