#include "sio/socketio/broadcast.hpp"

#include <memory>

#include "sio/socketio/ack_collector.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/server.hpp"

namespace sio {

std::string_view Broadcast::nsp_name() const { return nsp_->name(); }
std::uint64_t Broadcast::next_ack_id() const { return nsp_->next_ack_id(); }

detail::Hub& Broadcast::home() const { return nsp_->server().home(); }

void Broadcast::send(const EncodedEvent& event) const {
    const auto target = target_.view();
    const bool as_it_is = event.packet().compress == flags_.compress;
    const bool lacks_msgpack = nsp_->server().options().parser == Parser::Msgpack && !event.msgpack().frame;
    if (as_it_is && !lacks_msgpack) return nsp_->adapter().broadcast(event, *target, flags_);
    const EncodedEvent changed = event.with_compress(flags_.compress);
    nsp_->adapter().broadcast(lacks_msgpack ? changed.with_msgpack() : changed, *target, flags_);
}

void Broadcast::send_with_ack(EncodedEvent event, std::uint64_t ack_id, BroadcastAckCallback callback) const {
    auto collector = std::make_shared<detail::AckCollector>(home(), std::move(callback));
    auto start = [collector, event = std::move(event), ack_id, nsp = nsp_, stored = target_, flags = flags_] {
        collector->start(nsp->adapter(), event, ack_id, *stored.view(), flags);
    };
    if (home().loop().in_loop_thread()) {
        start();
    } else {
        home().loop().post(std::move(start));
    }
}

void Broadcast::sockets_join(std::string_view room) const { nsp_->adapter().sockets_join(*target_.view(), flags_, {&room, 1}); }

void Broadcast::sockets_leave(std::string_view room) const { nsp_->adapter().sockets_leave(*target_.view(), flags_, {&room, 1}); }

void Broadcast::disconnect_sockets(bool close) const { nsp_->adapter().disconnect_sockets(*target_.view(), flags_, close); }

void Broadcast::fetch_sockets(FetchCallback callback) const {
    auto& loop = home().loop();
    nsp_->adapter().fetch_sockets(*target_.view(), flags_, [&loop, callback = std::move(callback)](Result<RemoteSockets> sockets) mutable {
        if (loop.in_loop_thread()) {
            callback(std::move(sockets));
        } else {
            loop.post([callback = std::move(callback), sockets = std::move(sockets)]() mutable { callback(std::move(sockets)); });
        }
    });
}

}  // namespace sio
