#include "desk/people/live.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "desk/cluster/message.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/model/ids.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/token_life.hpp"
#include "sio/base/json.hpp"

namespace desk::people {

namespace {

constexpr std::string_view kChannel = "insightdesk:control";
// A message is version, what, org, user; and the room to be left.
constexpr std::int64_t kVersion = 1;
constexpr std::string_view kDisconnect = "disconnect";
constexpr std::string_view kLeave = "leave";

std::string refusal(std::string_view reason) { return to_socket_error(Error{ErrorCode::AuthTokenInvalid}.because(reason)); }

/// `{kind, subject, userId, issuedBefore}` of a session:revoked row.
struct Revoked {
    std::string user;
    std::int64_t issued_before = 0;
    std::uint32_t tag = 0;  ///< of one token; 0: all that were issued before

    bool hits(const Actor& actor) const { return tag != 0 ? actor.token_tag == tag : actor.iat < issued_before; }
};

Revoked read_revoked(const std::string& payload) {
    thread_local sio::json::Parser parser;
    const auto row = parser.parse_copy(payload);
    if (!row) return {};
    Revoked revoked{std::string((*row)["userId"].string().value_or("")), (*row)["issuedBefore"].integer().value_or(0), 0};
    if ((*row)["kind"].string() == "token") revoked.tag = token_tag((*row)["subject"].string().value_or(""));
    return revoked;
}

sio::StoredTarget target_of(const std::string& room) {
    sio::StoredTarget target;
    target.add_room(room);
    return target;
}

}  // namespace

LivePeople::LivePeople(sio::Server& io, Directory& directory, const Identities& identities, Rechecks& rechecks, cluster::Bus& bus)
    : io_(io), directory_(directory), identities_(identities), rechecks_(rechecks), bus_(bus) {
    bus_.hear(std::string(kChannel), {.message = [this](auto, auto payload) { heard(payload); }, .gap = {}});
}

void LivePeople::follow(const EventRow& row) {
    if (row.name == "user:updated") {
        directory_.follow(row);
        on_every_loop([this, org = row.org, user = row.subject] { record_changed(org, user); });
    } else if (row.name == "session:revoked") {
        directory_.follow(row);
        on_every_loop([this, org = row.org, payload = row.payload] { revoked(org, payload); });
    } else if (row.name == "org:updated") {
        on_every_loop([this, org = row.org] { rules_changed(org); });
    }
}

void LivePeople::on_every_loop(const std::function<void()>& task) {
    // Behind the row itself, which went the same way.
    for (unsigned i = 0; i < io_.loops().size(); ++i) run_on(io_.loops().at(i), std::function<void()>(task));
}

void LivePeople::for_each_connection(const std::string& org, const std::string& user, sio::FunctionRef<void(sio::Connection&)> visit) {
    const auto target = target_of(rooms::user(org, user));
    std::vector<std::pair<sio::Connection*, sio::SocketHandle>> found;
    for (const auto name : kNamespaces) {
        sio::Namespace* const nsp = io_.find(name);
        if (nsp == nullptr) continue;
        nsp->for_each_local(
            *target.view(),
            [&](sio::Socket& socket) {
                sio::Connection* const connection = &socket.connection();
                const bool known = std::ranges::any_of(found, [&](const auto& each) { return each.first == connection; });
                if (!known) found.emplace_back(connection, socket.handle());
            },
            sio::Namespace::Visit::ConnectingToo);
    }
    for (const auto& [connection, socket] : found) {
        if (io_.find(socket) != nullptr) visit(*connection);
    }
}

void LivePeople::record_changed(const std::string& org, const std::string& user) {
    const auto record = directory_.find(org, user);
    if (!record) return;
    for_each_connection(org, user, [&](sio::Connection& connection) {
        if (!record->active) return expel(connection, refusal("INACTIVE"));
        identities_.change(connection, laid_over(connection.data<Visitor>()->actor(), *record));
    });
}

void LivePeople::revoked(const std::string& org, const std::string& payload) {
    const Revoked what = read_revoked(payload);
    for_each_connection(org, what.user, [&](sio::Connection& connection) {
        if (what.hits(connection.data<Visitor>()->actor())) expel(connection, refusal("REVOKED"));
    });
}

void LivePeople::rules_changed(const std::string& org) {
    const auto everybody = target_of(rooms::everybody(org));
    for (const std::string_view name : {"/tickets", "/chat"}) {
        sio::Namespace* const nsp = io_.find(name);
        if (nsp == nullptr) continue;
        std::vector<sio::Socket*> entered;
        nsp->for_each_local(
            *everybody.view(),
            [&](sio::Socket& socket) {
                Seat& seat = seat_of(socket);
                if (seat.pending) seat.pending->rights_changed = true;
                if (seat.subscribed > 0) entered.push_back(&socket);
            },
            sio::Namespace::Visit::ConnectingToo);
        rechecks_.begin(entered);
    }
}

void LivePeople::disconnect(const std::string& org, const std::string& user) {
    bus_.tell(kChannel, cluster::Message(kVersion).text(kDisconnect).text(org).text(user).bytes());
    disconnect_here(org, user);
}

Result<void> LivePeople::leave(const std::string& org, const std::string& user, const std::string& room) {
    auto left = leave_here(org, user, room);
    if (left) bus_.tell(kChannel, cluster::Message(kVersion).text(kLeave).text(org).text(user).text(room).bytes());
    return left;
}

void LivePeople::heard(std::string_view payload) {
    auto message = cluster::ReceivedMessage::read(payload, kVersion);
    if (!message) return;
    const std::string_view what = message->text();
    const std::string org(message->text());
    const std::string user(message->text());
    if (!message->good() || !is_valid_id(org) || !is_valid_id(user)) return;
    if (what == kDisconnect) return disconnect_here(org, user);
    if (what != kLeave) return;
    const std::string room(message->text());
    // One that this server does not know is nobody's here.
    if (message->good()) static_cast<void>(leave_here(org, user, room));
}

void LivePeople::disconnect_here(const std::string& org, const std::string& user) {
    const std::string room = rooms::user(org, user);
    for (const auto name : kNamespaces) {
        if (sio::Namespace* const nsp = io_.find(name)) nsp->local().in(room).disconnect_sockets(true);
    }
}

Result<void> LivePeople::leave_here(const std::string& org, const std::string& user, const std::string& room) {
    const auto colon = room.find(':');
    const std::string kind = room.substr(0, colon);
    const std::string id = colon == std::string::npos ? std::string() : room.substr(colon + 1);
    if (!is_valid_id(id) || (kind != "ticket" && kind != "conv" && kind != "team")) return invalid("room", "UNKNOWN_ROOM");
    if (kind == "team") {
        for (const auto name : kNamespaces) {
            sio::Namespace* const nsp = io_.find(name);
            if (nsp == nullptr) continue;
            nsp->local().in(rooms::user(org, user)).sockets_leave(rooms::team(org, id));
            nsp->local().in(rooms::user(org, user)).sockets_leave(rooms::team_staff(org, id));
        }
        return {};
    }
    on_every_loop([this, org, user, id, ticket = kind == "ticket"] {
        sio::Namespace* const nsp = io_.find(ticket ? "/tickets" : "/chat");
        const auto target = target_of(rooms::user(org, user));
        nsp->for_each_local(*target.view(), [&](sio::Socket& socket) { rechecks_.remove(socket, id); });
    });
    return {};
}

}  // namespace desk::people
