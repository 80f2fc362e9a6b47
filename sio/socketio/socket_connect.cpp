// The way of a socket into its namespace and out of it.
#include <optional>
#include <ranges>
#include <utility>

#include "sio/base/ids.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/describe.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket_packets.hpp"
#include "sio/socketio/socket_rare.hpp"

namespace sio::detail {

void SocketPackets::connect(Socket& socket, std::string_view auth_text, json::Value auth) {
    if (!auth_text.empty()) socket.rare().auth = auth_text;
    if (socket.nsp().adapter().recovers() && socket.connection().protocol() != 3) {
        auto& rare = socket.rare();
        const auto offset = auth["offset"].string();
        rare.pid = auth["pid"].string().value_or("");
        if (rare.pid.empty() || !offset) {
            rare.pid.clear();
        } else {
            rare.offset = *offset;
            const auto& recovery = socket.server().options().connection_state_recovery;
            if (!recovery || recovery->skip_middlewares) return recover(socket);
        }
    }
    run_middlewares(socket);
}

// Missed events are collected up to the moment in which `admit` joins the session's rooms.
void SocketPackets::recover(Socket& socket) {
    const std::string pid = std::exchange(socket.rare().pid, {});
    const std::string offset = std::exchange(socket.rare().offset, {});
    socket.nsp().adapter().restore(pid, offset,
                                   [&server = socket.server(), handle = socket.handle()](
                                       std::optional<RestoredSession> restored) -> std::optional<RecoverableSession> {
                                       Socket* const waiting = server.find(handle);
                                       if (waiting == nullptr || waiting->state_ != Socket::State::Connecting) {
                                           if (restored) return std::move(restored->session);
                                       } else if (restored) {
                                           admit(*waiting, std::move(restored));
                                       } else {
                                           run_middlewares(*waiting);
                                       }
                                       return std::nullopt;
                                   });
}

// A middleware that answers before it returns is gone on from here, not from inside its call: it sees the socket as it left it, and any
// number of them takes one frame of stack.
void SocketPackets::run_middlewares(Socket& socket) {
    using Outcome = Socket::Rare::Outcome;
    const auto& middlewares = socket.nsp().handlers().middlewares;
    if (middlewares.empty() && !socket.rare_) return admit(socket, std::nullopt);
    while (socket.rare().step < middlewares.size()) {
        auto& rare = socket.rare();
        rare.outcome = Outcome::Open;
        rare.in_middleware = true;
        const auto& middleware = middlewares[rare.step];
        const bool ended = guarded(socket.server(), socket.nsp_name(), "middleware",
                                   [&] { middleware(socket, Next(socket.server(), socket.handle(), rare.step)); });
        if (!ended && socket.state_ == Socket::State::Connecting) {
            rare.outcome = Outcome::Refused;
            rare.error = {"Internal server error", {}};
        }
        if (socket.state_ != Socket::State::Connecting) return;  // and `rare` is gone
        rare.in_middleware = false;
        if (rare.outcome == Outcome::Open) return;
        if (rare.outcome == Outcome::Refused) return refuse(socket, ConnectError(std::move(rare.error)));
        ++rare.step;
    }
    if (!socket.rare().offset.empty()) return recover(socket);
    admit(socket, std::nullopt);
}

void SocketPackets::resolve(Socket& socket, std::uint32_t step, const ConnectError* error) {
    using Outcome = Socket::Rare::Outcome;
    if (socket.state_ != Socket::State::Connecting || !socket.rare_) return;
    auto& rare = *socket.rare_;
    if (rare.step != step || rare.outcome != Outcome::Open) return;
    rare.outcome = error ? Outcome::Refused : Outcome::Passed;
    if (error) rare.error = *error;
    if (rare.in_middleware) return;
    if (error) return refuse(socket, *error);
    ++rare.step;
    run_middlewares(socket);
}

std::string SocketPackets::connect_data(Socket& socket, std::string pid) {
    if (socket.connection().protocol() == 3) return {};
    auto& nsp = socket.nsp();
    std::string data;
    json::Writer writer(data);
    writer.begin_object().field("sid", socket.id());
    if (nsp.adapter().recovers()) {
        auto& kept = socket.rare().pid;
        kept = pid.empty() ? random_id() : std::move(pid);
        writer.field("pid", kept);
    }
    writer.end_object();
    return data;
}

void SocketPackets::give_described(Socket& socket, const std::string& described) {
    const auto& handler = socket.nsp().handlers().restored;
    if (described.empty() || !handler) return;
    Hub::ParserLease parser(socket.table_->hub());
    if (const auto value = parser->parse_copy(described)) {
        guarded(socket.server(), socket.nsp_name(), "restored", [&] { handler(socket, *value); });
    }
}

void SocketPackets::admit(Socket& socket, std::optional<RestoredSession> restored) {
    auto& nsp = socket.nsp();
    std::string pid;
    if (restored) {
        socket.recovered_ = true;
        socket.data_ = std::move(restored->session.data);
        pid = std::move(restored->session.pid);
        socket.table_->rename(socket, restored->session.sid);
        for (const auto& room : restored->session.rooms) socket.join(room);
        give_described(socket, restored->session.described);
    }
    socket.state_ = Socket::State::Connected;
    nsp.connected_.fetch_add(1, std::memory_order_relaxed);
    count_in(socket);
    socket.connection().send(PacketType::Connect, nsp.name(), connect_data(socket, std::move(pid)));
    socket.connection().joined();
    if (restored) {
        for (const auto& event : restored->missed) socket.write(event, false);
    }

    socket.busy_ = true;
    for (const auto& handler : nsp.handlers().connection) {
        if (socket.state_ != Socket::State::Connected) break;
        guarded(socket.server(), nsp.name(), "connection", [&] { handler(socket); });
    }
    socket.busy_ = false;
    if (socket.state_ != Socket::State::Connected || !socket.rare_) return;
    if (!socket.server().options().retain_auth) std::string().swap(socket.rare_->auth);
    drain(socket);
}

void SocketPackets::count_in(Socket& socket) {
    auto& counts = socket.table_->counts();
    ++counts.connected;
    if (socket.recovered_) ++counts.recovered;
    socket.counted_polling_ = socket.connection().transport() == engineio::TransportKind::Polling;
    ++(socket.counted_polling_ ? counts.polling : counts.websocket);
}

void SocketPackets::count_upgrade(Socket& socket) {
    if (!std::exchange(socket.counted_polling_, false)) return;
    --socket.table_->counts().polling;
    ++socket.table_->counts().websocket;
}

void SocketPackets::refuse(Socket& socket, const ConnectError& error) {
    auto& connection = socket.connection();
    ++socket.table_->counts().refused;
    if (connection.open()) connection.refuse(socket.nsp_name(), error);
    if (socket.state_ == Socket::State::Connecting) unlink(socket);
}

void SocketPackets::disconnect(Socket& socket, DisconnectReason reason) {
    if (socket.state_ == Socket::State::Connecting) return unlink(socket);
    if (socket.state_ != Socket::State::Connected) return;
    auto& nsp = socket.nsp();
    const auto run = [&](const auto& handlers, std::string_view name) {
        for (const auto& handler : handlers) {
            guarded(socket.server(), nsp.name(), name, [&] { handler(socket, reason); });
        }
    };
    socket.state_ = Socket::State::Leaving;
    nsp.connected_.fetch_sub(1, std::memory_order_relaxed);
    --(socket.counted_polling_ ? socket.table_->counts().polling : socket.table_->counts().websocket);
    run(nsp.handlers().disconnecting, "disconnecting");
    std::optional<RecoverableSession> session;
    if (socket.rare_ && !socket.rare_->pid.empty() && recoverable(reason)) session = recoverable_session(socket);
    socket.table_->erase(socket);
    socket.state_ = Socket::State::Gone;
    run(nsp.handlers().disconnect, "disconnect");
    if (session) {
        session->data = std::move(socket.data_);
        nsp.adapter().persist(std::move(*session));
    }
    unlink(socket);
}

RecoverableSession SocketPackets::recoverable_session(Socket& socket) {
    RecoverableSession session{
        .sid = std::string(socket.id()), .pid = std::move(socket.rare().pid), .rooms = {}, .data = {}, .described = described_data(socket)};
    for (const auto room : socket.rooms() | std::views::drop(1)) session.rooms.emplace_back(room);
    return session;
}

// The object stays until the turn's end, for someone up the stack may be in one of its handlers. A child namespace may go with it, so
// nothing of the namespace is touched after left().
void SocketPackets::unlink(Socket& socket) {
    auto& connection = socket.connection();
    auto& server = socket.server();
    if (socket.state_ != Socket::State::Gone) socket.table_->erase(socket);
    socket.state_ = Socket::State::Gone;
    const auto rare = std::move(socket.rare_);
    if (socket.has_long_id_) socket.set_long_id(std::move(rare->long_id));
    connection.remove(socket);
    socket.table_->hub().retire(socket, std::exchange(socket.slot_, Socket::kNoSlot));
    server.left(socket.nsp());
    if (!rare) return;

    for (const auto& [id, pending] : rare->acks) {
        guarded(server, {}, "acknowledgement", [&] { pending->callback(fail(ErrorCode::Closed, "socket is disconnected")); });
    }
    if (rare->paused) connection.resume();
    // What waited was for this socket, but a client may have left and come again before it got an answer.
    auto packet = rare->waiting.begin();
    while (packet != rare->waiting.end() && packet->type != PacketType::Connect) ++packet;
    for (; packet != rare->waiting.end() && connection.open(); ++packet) connection.on_packet(packet->view(), packet->attachments);
}

}  // namespace sio::detail
