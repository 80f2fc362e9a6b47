#include "sio/engineio/hub.hpp"

#include <utility>
#include <vector>

#include "sio/base/json_writer.hpp"
#include "sio/engineio/server.hpp"

namespace sio::engineio {

/// A websocket on its way out.
class Hub::Grave final : public websocket::ConnectionHandler {
public:
    Grave(Hub& hub, std::unique_ptr<websocket::Connection> connection) : hub_(hub), connection_(std::move(connection)) {}
    void close() {
        connection_->set_handler(*this);
        connection_->close(websocket::CloseCode::NoStatus);
    }
    void start() { connection_->start(); }
    void on_message(websocket::MessageType, std::string_view) override {}
    void on_close(websocket::CloseCode) override {
        hub_.loop_.defer([this] { hub_.graves_.erase(this); });
    }

private:
    Hub& hub_;
    std::unique_ptr<websocket::Connection> connection_;
};

Hub::Hub(Server& server, runtime::Loop& loop)
    : server_(server), loop_(loop), ping_(text_packet("2")), pong_(text_packet("3")), v3_messages_(loop) {}

Hub::~Hub() = default;

const Options& Hub::options() const { return server_.options(); }

Session* Hub::find(std::string_view sid) {
    const auto found = sessions_.find(sid);
    return found == sessions_.end() || !found->second->reachable() ? nullptr : found->second.get();
}

Session& Hub::create(std::unique_ptr<Handshake> handshake, Revision revision) {
    const SessionId id = make_session_id(server_.server_tag(), loop_.index());
    std::unique_ptr<Session> session(new Session(*this, id, std::move(handshake), revision));
    const std::string_view key = session->id();
    return *sessions_.emplace(key, std::move(session)).first->second;
}

Packet Hub::open_packet(const Session& session, bool upgradable) const {
    std::string text = "0";
    json::Writer writer(text);
    writer.begin_object();
    writer.field("sid", session.id());
    writer.key("upgrades").begin_array();
    if (upgradable) writer.value("websocket");
    writer.end_array();
    writer.field("pingInterval", options().ping_interval.count());
    writer.field("pingTimeout", options().ping_timeout.count());
    writer.field("maxPayload", options().max_payload);
    writer.end_object();
    return text_packet(text);
}

void Hub::announce(Session& session) {
    ++totals.opened;
    server_.announce(session);
}

void Hub::open_websocket(Session& session) {
    session.websocket_->start();
    session.send(open_packet(session, false));
    announce(session);
}

void Hub::release(Session& session) {
    loop_.defer([this, id = session.id_] { sessions_.erase(std::string_view(id.data(), id.size())); });
}

Hub::Grave& Hub::dig(std::unique_ptr<websocket::Connection> connection) {
    auto grave = std::make_unique<Grave>(*this, std::move(connection));
    Grave& dug = *grave;
    graves_.emplace(&dug, std::move(grave));
    dug.close();
    return dug;
}

void Hub::bury(std::unique_ptr<websocket::Connection> connection) { dig(std::move(connection)); }

void Hub::bury_unstarted(std::unique_ptr<websocket::Connection> connection) { dig(std::move(connection)).start(); }

void Hub::close_all() {
    std::vector<Session*> open;
    for (const auto& [id, session] : sessions_) {
        if (session->open()) open.push_back(session.get());
    }
    for (Session* session : open) session->close(CloseReason::ServerShuttingDown);
}

}  // namespace sio::engineio
