#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sio/engineio/session.hpp"
#include "sio/socketio/disconnect_reason.hpp"
#include "sio/socketio/function_ref.hpp"
#include "sio/socketio/socket.hpp"
#include "sio/socketio/user_data.hpp"

namespace sio {

class Server;

namespace detail {
class Hub;
enum class PacketType : std::uint8_t;
struct PacketView;
}  // namespace detail

/// One client's Engine.IO session and its sockets, one in each namespace it joined. Valid as long as any of them.
/// Thread: its loop.
class Connection final : public engineio::SessionHandler {
public:
    Connection(detail::Hub& hub, engineio::Session& session);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Secret: whoever knows it owns the session. Pre: open().
    std::string_view id() const { return session_->id(); }
    bool open() const { return session_ != nullptr; }
    /// Pre: open().
    engineio::TransportKind transport() const { return session_->transport(); }
    /// Of Engine.IO: 4, or with allow_eio3 3, which clients of Socket.IO 2 speak. Pre: open().
    int protocol() const { return is_v3(session_->revision()) ? 3 : 4; }
    /// The request that opened it, or nullptr when it was forgotten. Pre: open().
    const engineio::Handshake* handshake() const { return handshake_forgotten_ ? nullptr : &session_->handshake(); }
    /// Gives its memory back. Pre: open().
    void forget_handshake() {
        handshake_forgotten_ = true;
        session_->forget_handshake();
    }
    engineio::Session& session() { return *session_; }
    Server& server() const;
    runtime::Loop& loop() const;

    /// Ends the session: every socket is disconnected with `forced server close` before this returns. Stock clients hear
    /// `transport close` and connect again by themselves.
    void close();
    /// Sends every namespace `41` and ends the session behind it: every connected socket is disconnected with
    /// `server namespace disconnect` before this returns. Stock clients hear `io server disconnect` and stay away.
    void disconnect();

    enum class Visit : std::uint8_t { Connected, ConnectingToo };
    void for_each_socket(FunctionRef<void(Socket&)> visit, Visit which = Visit::Connected);
    /// The connected socket of that namespace, or nullptr.
    Socket* socket(std::string_view nsp);

    template <class T>
    T* data() const {
        return data_.get<T>();
    }
    template <class T, class... Args>
    T& set_data(Args&&... args) {
        return data_.emplace<T>(std::forward<Args>(args)...);
    }

private:
    friend class Socket;
    friend class Server;
    friend class detail::Hub;
    friend class detail::SocketPackets;
    struct Rare;

    void on_open() override;
    void on_message(engineio::MessageType type, std::string_view data) override;
    void on_upgrade() override;
    void on_close(engineio::CloseReason reason) override;

    void on_text(std::string_view text);
    void on_binary(std::string_view bytes);
    void on_msgpack(std::string_view bytes);
    /// A packet that is no event. Pre: open().
    void send(detail::PacketType type, std::string_view nsp, std::string_view json);
    /// `packet` is whole: its attachments are there.
    void on_packet(const detail::PacketView& packet, std::span<const std::string> attachments);
    void on_packet_with_query(detail::PacketView packet, std::span<const std::string> attachments);
    void on_connect(const detail::PacketView& packet);
    void refuse(std::string_view nsp, const ConnectError& error);
    /// A packet was malformed or out of place: ends the session (protocol 1.5, `forced close`).
    void fail();
    Socket* find(std::string_view nsp) const;
    void add(Socket& socket);
    void remove(Socket& socket);
    /// A namespace was joined: the connect time-out is over.
    void joined();
    void pause();
    void resume();
    void trim();
    Rare& rare();

    detail::Hub& hub_;
    engineio::Session* session_;
    Socket* sockets_ = nullptr;  // the first of a chain
    UserData data_;
    std::unique_ptr<Rare> rare_;
    Connection* previous_ = nullptr;  // in the hub
    Connection* following_ = nullptr;
    bool handshake_forgotten_ = false;
    bool leaving_ = false;  // disconnect() is under way: nothing is read any more
};

}  // namespace sio
