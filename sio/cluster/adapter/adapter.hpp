#pragma once

#include <memory>
#include <utility>

#include "sio/cluster/adapter/member.hpp"
#include "sio/cluster/adapters.hpp"

namespace sio::cluster {

/// An adapter whose server acts for its own sockets at once and tells the others.  Thread: any.
class MemberAdapter : public ClusterAdapter {
public:
    explicit MemberAdapter(std::shared_ptr<Member> member) : member_(std::move(member)) {}
    MemberAdapter(const MemberAdapter&) = delete;
    MemberAdapter& operator=(const MemberAdapter&) = delete;
    ~MemberAdapter() override { member_->close(); }

    void open() override { member_->open(); }
    void close() override { member_->close(); }
    bool ready() const override { return member_->ready(); }

    void broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) override;
    void broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                            AckSink sink) override;
    void sockets_join(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override;
    void sockets_leave(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override;
    void disconnect_sockets(const Target& target, const BroadcastFlags& flags, bool close) override;
    void fetch_sockets(const Target& target, const BroadcastFlags& flags, FetchCallback callback) override;
    void server_side_emit(const EncodedEvent& event, ServerSideCallback callback) override;
    void server_count(std::move_only_function<void(std::size_t)> callback) override { member_->count(std::move(callback)); }
    void publish_only(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) override;

    bool wants_room_events() const override { return member_->carrier().wants_room_events(); }
    void on_room_created(std::string_view room) override { member_->carrier().on_room_created(room); }
    void on_room_deleted(std::string_view room) override { member_->carrier().on_room_deleted(room); }

protected:
    Member& member() { return *member_; }
    const std::shared_ptr<Member>& shared_member() { return member_; }

private:
    std::shared_ptr<Member> member_;
};

}  // namespace sio::cluster
