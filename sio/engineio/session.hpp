#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/engineio/answers.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/engineio/revision.hpp"
#include "sio/engineio/sid.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/websocket/connection.hpp"

namespace sio::engineio {

class Hub;
class PollingTransport;
class Server;
class Upgrade;

enum class TransportKind : std::uint8_t { Polling, WebSocket };

/// Why a session ended; the texts are the reference server's.
enum class CloseReason : std::uint8_t {
    TransportClose,      ///< "transport close"
    TransportError,      ///< "transport error"
    PingTimeout,         ///< "ping timeout"
    ParseError,          ///< "parse error"
    ForcedClose,         ///< "forced close"
    ForcedServerClose,   ///< "forced server close"
    ServerShuttingDown,  ///< "server shutting down"
};
inline constexpr std::size_t kCloseReasons = 7;
std::string_view to_string(CloseReason reason);

/// Sessions of one loop so far.
struct SessionTotals {
    std::uint64_t opened = 0;
    std::uint64_t upgraded = 0;
    std::array<std::uint64_t, kCloseReasons> closed{};      ///< by CloseReason
    std::array<std::uint64_t, kHandshakeErrors> refused{};  ///< requests, by HandshakeError
    std::uint64_t refused_closing = 0;                      ///< new sessions, because the server shuts down
};

/// What is known of the request that opened a session.
struct Handshake {
    std::string address;
    std::string query;    ///< as sent
    std::string headers;  ///< `name: value` lines ended by CRLF; empty when Options::retain_headers is off
    std::int64_t issued_unix_ms = 0;
    bool secure = false;
    bool cross_domain = false;

    std::optional<std::string_view> header(std::string_view name) const;
    std::optional<std::string> parameter(std::string_view name) const;
};

/// The user of a session. Calls come on the session's loop.
class SessionHandler {
public:
    virtual ~SessionHandler() = default;
    /// The first call: the open packet is queued, and the session may be used.
    virtual void on_open() {}
    /// A message packet's data; text is valid UTF-8. The view lives during the call and has 64 readable bytes behind it.
    virtual void on_message(MessageType type, std::string_view data) = 0;
    /// The transport is a websocket from now on.
    virtual void on_upgrade() {}
    /// The last call. The session must not be used after it.
    virtual void on_close(CloseReason reason) = 0;
};

/// One Engine.IO session: an id, a transport that may be upgraded once, a heartbeat. Stays on one loop for life.
/// Thread: its loop.
class Session final : public websocket::ConnectionHandler {
public:
    ~Session() override;

    std::string_view id() const { return {id_.data(), id_.size()}; }
    runtime::Loop& loop();
    TransportKind transport() const { return polling_ ? TransportKind::Polling : TransportKind::WebSocket; }
    Revision revision() const { return revision_; }
    const Handshake& handshake() const { return *handshake_; }
    /// Gives the handshake's memory back; handshake() must not be called after it.
    void forget_handshake() { handshake_.reset(); }
    bool open() const { return state_ == State::Open; }
    /// Whether a packet sent now would go out at once: the rule for volatile events.
    bool writable() const;
    std::size_t queued_bytes() const;

    void send(const Packet& packet);
    /// Calls on_close(reason) at once, then ends the transport behind the scenes: what is queued is still delivered.
    void close(CloseReason reason = CloseReason::ForcedClose);
    /// Stops reading from the peer (websocket) or withholds POST answers (polling) until resumed.
    void pause_reading();
    void resume_reading();

private:
    friend class Hub;
    friend class Server;
    friend class PollingTransport;
    friend class Upgrade;
    /// Open: in use. Closing: on_close was called, a polling client still has to fetch the end. Gone: waits for deletion.
    enum class State : std::uint8_t { Open, Closing, Gone };

    Session(Hub& hub, const SessionId& id, std::unique_ptr<Handshake> handshake, Revision revision);

    void use_websocket(std::unique_ptr<websocket::Connection> connection);
    void use_polling();
    /// Pre: a websocket, and nothing sent yet.
    void open_soon();
    void start_heartbeat();
    void send_on_websocket(const Packet& packet);
    const Packet& ping() const;
    /// The time for the peer's pong, or in version 3 its ping, has passed, and the timer is about to tell.
    bool overdue() const;
    bool reachable() const { return state_ == State::Open || (state_ == State::Closing && polling_); }

    void on_message(websocket::MessageType type, std::string_view payload) override;
    void on_close(websocket::CloseCode code) override;
    void on_v3_message(websocket::MessageType type, std::string_view payload);

    bool may_upgrade() const { return state_ == State::Open && polling_ && !upgrade_; }
    void begin_upgrade(std::unique_ptr<websocket::Connection> connection, Revision revision);
    void finish_upgrade(std::unique_ptr<websocket::Connection> connection, Revision revision);
    void end_upgrade(std::unique_ptr<websocket::Connection> leftover);
    void nudge();

    void receive(PacketView packet, MessageType type);
    void on_timer();
    /// The peer said that it leaves.
    void peer_leaves();
    /// The peer broke the rules, left, or fell silent.
    void fail(CloseReason reason);
    /// Ends everything but a transport that still has something to deliver. False when it had ended before.
    bool leave(CloseReason reason, State state);
    void retire();

    Hub& hub_;
    SessionHandler* handler_ = nullptr;
    std::unique_ptr<Handshake> handshake_;
    std::unique_ptr<websocket::Connection> websocket_;
    std::unique_ptr<PollingTransport> polling_;
    std::unique_ptr<Upgrade> upgrade_;
    runtime::Timer timer_;  // heartbeat while open, patience while closing; before all that, open_soon()
    SessionId id_;
    State state_ = State::Open;
    Revision revision_;
    bool announced_ : 1 = false;
    bool peer_due_ : 1 = false;  // by the time of the timer
    bool extended_ : 1 = false;  // that time, for it said something else
    bool retired_ : 1 = false;
};

}  // namespace sio::engineio
