#include "sio/cluster/adapter/adapter.hpp"

#include "sio/socketio/namespace.hpp"

namespace sio::cluster {

ClusterAdapter* ClusterAdapter::of(Namespace& nsp) { return dynamic_cast<ClusterAdapter*>(&nsp.adapter()); }

void MemberAdapter::broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) {
    if (!flags.local) member_->publish({.kind = Kind::Broadcast, .target = target, .flags = flags, .event = &event});
    member_->local().broadcast(event, target, flags);
}

void MemberAdapter::broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                                       AckSink sink) {
    if (!flags.local) member_->ask_clients(event, target, flags, sink);
    member_->local().broadcast_with_ack(event, ack_id, target, flags, std::move(sink));
}

void MemberAdapter::sockets_join(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) {
    member_->local().sockets_join(target, flags, rooms);
    if (!flags.local) member_->publish({.kind = Kind::Join, .target = target, .flags = flags, .names = rooms});
}

void MemberAdapter::sockets_leave(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) {
    member_->local().sockets_leave(target, flags, rooms);
    if (!flags.local) member_->publish({.kind = Kind::Leave, .target = target, .flags = flags, .names = rooms});
}

void MemberAdapter::disconnect_sockets(const Target& target, const BroadcastFlags& flags, bool close) {
    if (!flags.local) member_->publish({.kind = Kind::Disconnect, .target = target, .flags = flags, .close = close});
    member_->local().disconnect_sockets(target, flags, close);
}

void MemberAdapter::fetch_sockets(const Target& target, const BroadcastFlags& flags, FetchCallback callback) {
    if (flags.local) return member_->local().fetch_sockets(target, flags, std::move(callback));
    member_->fetch(target, flags, std::move(callback));
}

void MemberAdapter::server_side_emit(const EncodedEvent& event, ServerSideCallback callback) {
    member_->emit_to_servers(event, std::move(callback));
}

void MemberAdapter::publish_only(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) {
    if (!flags.local) member_->publish({.kind = Kind::Broadcast, .target = target, .flags = flags, .event = &event}, kMirrorUid);
}

}  // namespace sio::cluster
