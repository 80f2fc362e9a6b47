#include "sio/cluster/adapter/emitter_ears.hpp"

namespace sio::cluster {

void EmitterEars::open(Receiver& receiver) {
    receiver_ = &receiver;
    valkey_.subscribe(Valkey::Subscription::Pattern, channels_.pattern, broadcasts_);
    valkey_.subscribe(Valkey::Subscription::Channel, channels_.request, requests_);
}

void EmitterEars::close() {
    valkey_.unsubscribe(Valkey::Subscription::Pattern, channels_.pattern, broadcasts_);
    valkey_.unsubscribe(Valkey::Subscription::Channel, channels_.request, requests_);
}

// The channels of the newer adapters match the same pattern; their messages start otherwise.
void EmitterEars::on_broadcast(std::string_view channel, std::string_view payload) {
    const auto room = channels_.room_of(channel);
    if (!room || !classic::is_broadcast_of(classic::kEmitter, payload)) return;
    if (!receiver_->may_have({.rooms = {&*room, room->empty() ? 0U : 1U}, .except = {}})) return;
    pass_on(*receiver_, classic::decode_broadcast(reader_, payload), reader_);
}

void EmitterEars::on_request(std::string_view payload) {
    if (!payload.starts_with('{')) return;
    const auto message = classic::decode_request(reader_, payload);
    const bool for_servers = message && !message->uid.empty() && message->uid != classic::kEmitter;
    if (for_servers || (message && !message->request_id.empty())) return;
    pass_on(*receiver_, message, reader_);
}

}  // namespace sio::cluster
