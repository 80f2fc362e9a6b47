#include "sio/engineio/session.hpp"

#include <algorithm>
#include <utility>

#include "sio/engineio/hub.hpp"
#include "sio/engineio/options.hpp"
#include "sio/engineio/polling.hpp"
#include "sio/engineio/upgrade.hpp"
#include "sio/engineio/v3_payload.hpp"

namespace sio::engineio {

namespace {
constexpr std::chrono::milliseconds kTimerGrain{1};
// A GET sent before the close may come after it, by way of another connection and loop.
constexpr std::chrono::seconds kLastPoll{2};
// Programs of version 3's time may listen for the open packet no sooner than they know of the websocket, and miss what one read brings with
// it: the official suite of that version is one.
constexpr std::chrono::milliseconds kOpenDelay{5};
}  // namespace

std::string_view to_string(CloseReason reason) {
    switch (reason) {
        case CloseReason::TransportClose: return "transport close";
        case CloseReason::TransportError: return "transport error";
        case CloseReason::PingTimeout: return "ping timeout";
        case CloseReason::ParseError: return "parse error";
        case CloseReason::ForcedClose: return "forced close";
        case CloseReason::ForcedServerClose: return "forced server close";
        case CloseReason::ServerShuttingDown: return "server shutting down";
    }
    std::unreachable();
}

Session::Session(Hub& hub, const SessionId& id, std::unique_ptr<Handshake> handshake, Revision revision)
    : hub_(hub),
      handshake_(std::move(handshake)),
      timer_([](void* self) { static_cast<Session*>(self)->on_timer(); }, this),
      id_(id),
      revision_(revision) {}

Session::~Session() = default;

runtime::Loop& Session::loop() { return hub_.loop(); }

bool Session::writable() const { return polling_ ? polling_->writable() : websocket_ && websocket_->writable(); }

std::size_t Session::queued_bytes() const {
    if (polling_) return polling_->queued_bytes();
    return websocket_ ? websocket_->queued_bytes() : 0;
}

void Session::send(const Packet& packet) {
    if (state_ != State::Open) return;
    if (polling_) {
        polling_->send(packet);
        if (polling_->queued_bytes() > hub_.options().max_queue_bytes) {
            // Not from inside the caller's send: it may be walking a room.
            loop().defer([&hub = hub_, id = id_] {
                Session* const session = hub.find({id.data(), id.size()});
                if (session == nullptr || !session->open()) return;
                ++hub.loop().traffic().overflows;
                session->fail(CloseReason::TransportError);
            });
        }
    } else if (packet.type == MessageType::Binary && is_v3(revision_)) {
        send_on_websocket(hub_.v3_messages().of(packet, revision_));
    } else {
        send_on_websocket(packet);
    }
}

void Session::send_on_websocket(const Packet& packet) {
    if (packet.compress && websocket_->deflates()) {
        const bool text = packet.type == MessageType::Text;
        websocket_->send(text ? websocket::MessageType::Text : websocket::MessageType::Binary, packet.frame->payload(), true);
    } else {
        websocket_->send(packet.frame);
    }
}

void Session::close(CloseReason reason) {
    if (!leave(reason, State::Closing)) return;
    if (!polling_) return retire();
    loop().arm_after(timer_, hub_.options().close_timeout);
    polling_->close();
}

void Session::fail(CloseReason reason) {
    if (!leave(reason, State::Gone)) return;
    if (polling_) polling_->end(PacketType::Close);
    retire();
}

void Session::peer_leaves() {
    if (!leave(CloseReason::TransportClose, State::Closing)) return;
    if (!polling_ || polling_->end(PacketType::Noop)) return retire();
    loop().arm_after(timer_, kLastPoll);
}

bool Session::leave(CloseReason reason, State state) {
    if (state_ != State::Open) return false;
    state_ = state;
    timer_.cancel();
    if (upgrade_) upgrade_->abandon();
    ++hub_.totals.closed[static_cast<std::size_t>(reason)];
    if (SessionHandler* handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
    return true;
}

void Session::retire() {
    if (retired_) return;
    retired_ = true;
    state_ = State::Gone;
    timer_.cancel();
    (polling_ ? hub_.polling_count : hub_.websocket_count).fetch_sub(1, std::memory_order_relaxed);
    if (websocket_) hub_.bury(std::move(websocket_));
    hub_.release(*this);
}

void Session::pause_reading() {
    if (polling_)
        polling_->pause();
    else if (websocket_)
        websocket_->pause_reading();
}

void Session::resume_reading() {
    if (polling_)
        polling_->resume();
    else if (websocket_)
        websocket_->resume_reading();
}

void Session::use_websocket(std::unique_ptr<websocket::Connection> connection) {
    websocket_ = std::move(connection);
    websocket_->set_handler(*this);
    hub_.websocket_count.fetch_add(1, std::memory_order_relaxed);
}

void Session::use_polling() {
    polling_ = std::make_unique<PollingTransport>(*this, hub_.options());
    hub_.polling_count.fetch_add(1, std::memory_order_relaxed);
}

void Session::open_soon() { loop().arm_after(timer_, kOpenDelay); }

// In version 3 the client pings: what is due from the start is its first.
void Session::start_heartbeat() {
    const Options& options = hub_.options();
    peer_due_ = extended_ = is_v3(revision_);
    loop().arm_after(timer_, peer_due_ ? options.ping_interval + options.ping_timeout : options.ping_interval);
}

void Session::on_timer() {
    if (state_ == State::Closing) return retire();
    if (!announced_) return hub_.open_websocket(*this);
    if (peer_due_) return fail(CloseReason::PingTimeout);
    peer_due_ = true;
    extended_ = false;
    send(hub_.ping());
    // From the moment the ping was due, or lateness would add up; but a stalled loop leaves its peers half of the time at least.
    const auto patience = hub_.options().ping_timeout;
    loop().arm(timer_, std::max(loop().due(timer_) + patience, loop().now() + patience / 2));
}

const Packet& Session::ping() const { return hub_.ping(); }

bool Session::overdue() const {
    const runtime::Loop& loop = hub_.loop();
    return state_ == State::Open && peer_due_ && timer_.armed() && loop.now() + kTimerGrain >= loop.due(timer_);
}

void Session::on_message(websocket::MessageType type, std::string_view payload) {
    if (is_v3(revision_)) return on_v3_message(type, payload);
    if (type == websocket::MessageType::Binary) return receive({PacketType::Message, payload}, MessageType::Binary);
    const auto packet = decode(payload);
    if (!packet) return fail(CloseReason::ParseError);
    receive(*packet, MessageType::Text);
}

void Session::on_v3_message(websocket::MessageType type, std::string_view payload) {
    std::string scratch;
    const auto item = v3::decode_message(type == websocket::MessageType::Text ? MessageType::Text : MessageType::Binary, payload, scratch);
    if (!item) return fail(CloseReason::ParseError);
    receive(item->packet, item->binary ? MessageType::Binary : MessageType::Text);
}

void Session::on_close(websocket::CloseCode code) {
    using enum websocket::CloseCode;
    const bool broken = code == ProtocolError || code == InvalidPayload || code == TooBig || code == PolicyViolation;
    websocket_.reset();
    fail(broken ? CloseReason::TransportError : CloseReason::TransportClose);
}

void Session::receive(PacketView packet, MessageType type) {
    if (state_ != State::Open) return;
    if (peer_due_ && packet.type != PacketType::Pong && !extended_) {
        extended_ = true;
        loop().arm_after(timer_, hub_.options().ping_timeout);
    }
    switch (packet.type) {
        case PacketType::Message:
            if (handler_) handler_->on_message(type, packet.data);
            return;
        case PacketType::Pong: return is_v3(revision_) ? fail(CloseReason::TransportError) : start_heartbeat();
        case PacketType::Ping:
            if (!is_v3(revision_)) return fail(CloseReason::TransportError);
            start_heartbeat();
            return send(hub_.pong());
        case PacketType::Close: return peer_leaves();
        case PacketType::Open:
        case PacketType::Upgrade:
        case PacketType::Noop: return;
    }
}

void Session::begin_upgrade(std::unique_ptr<websocket::Connection> connection, Revision revision) {
    upgrade_ = std::make_unique<Upgrade>(*this, std::move(connection), revision, hub_.options());
    upgrade_->start();
}

void Session::finish_upgrade(std::unique_ptr<websocket::Connection> connection, Revision revision) {
    const auto waiting = polling_->take_queue();
    polling_->discard();
    hub_.polling_count.fetch_sub(1, std::memory_order_relaxed);
    use_websocket(std::move(connection));
    revision_ = revision;
    loop().defer([polling = std::move(polling_), upgrade = std::move(upgrade_)] {});
    ++hub_.totals.upgraded;
    for (const Packet& packet : waiting) send(packet);
    if (handler_) handler_->on_upgrade();
}

void Session::end_upgrade(std::unique_ptr<websocket::Connection> leftover) {
    if (leftover) hub_.bury(std::move(leftover));
    loop().defer([upgrade = std::move(upgrade_)] {});
}

void Session::nudge() {
    if (polling_) polling_->nudge();
}

}  // namespace sio::engineio
