#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
    /// Pre: open(), and not forgotten.
    const engineio::Handshake& handshake() const { return session_->handshake(); }
    void forget_handshake() { session_->forget_handshake(); }
    engineio::Session& session() { return *session_; }
    Server& server() const;
    runtime::Loop& loop() const;

    /// Ends the session: every socket is disconnected with `forced server close` before this returns.
    void close();

    void for_each_socket(FunctionRef<void(Socket&)> visit);
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
    friend class detail::Hub;
    friend class detail::SocketPackets;
    struct Rare;

    void on_message(engineio::MessageType type, std::string_view data) override;
    void on_close(engineio::CloseReason reason) override;

    void on_packet(const detail::PacketView& packet, std::string_view text, std::span<const std::string> attachments);
    void on_connect(const detail::PacketView& packet);
    void refuse(std::string_view nsp, const ConnectError& error);
    void fail();
    Socket* find(std::string_view nsp);
    void remove(Socket& socket);
    void joined();

    detail::Hub& hub_;
    engineio::Session* session_;
    Socket* sockets_ = nullptr;  // the first of a chain
    UserData data_;
    std::unique_ptr<Rare> rare_;
    Connection* previous_ = nullptr;  // in the hub
    Connection* following_ = nullptr;
};

}  // namespace sio
