#include "sio/engineio/upgrade.hpp"

#include "sio/engineio/packet.hpp"
#include "sio/engineio/session.hpp"

namespace sio::engineio {

namespace {
constexpr std::chrono::milliseconds kNudgeInterval{100};
}

Upgrade::Upgrade(Session& session, std::unique_ptr<websocket::Connection> connection, Revision revision, const Options& options)
    : session_(session),
      connection_(std::move(connection)),
      timeout_([](void* self) { static_cast<Upgrade*>(self)->abandon(); }, this),
      nudge_([](void* self) { static_cast<Upgrade*>(self)->nudge(); }, this),
      time_limit_(options.upgrade_timeout),
      revision_(revision) {}

void Upgrade::start() {
    session_.loop().arm_after(timeout_, time_limit_);
    connection_->set_handler(*this);
    connection_->start();
}

void Upgrade::on_message(websocket::MessageType type, std::string_view payload) {
    const bool text = type == websocket::MessageType::Text;
    if (text && !probed_ && payload == "2probe") {
        probed_ = true;
        connection_->send(text_packet("3probe").frame);
        return nudge();
    }
    if (text && probed_ && payload == "5") return session_.finish_upgrade(std::move(connection_), revision_);
    abandon();
}

void Upgrade::on_close(websocket::CloseCode) { session_.end_upgrade(nullptr); }

void Upgrade::abandon() { session_.end_upgrade(std::move(connection_)); }

void Upgrade::nudge() {
    session_.nudge();
    session_.loop().arm_after(nudge_, kNudgeInterval);
}

}  // namespace sio::engineio
