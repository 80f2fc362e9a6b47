#pragma once

#include "sio/socketio/adapter.hpp"
#include "sio/socketio/function_ref.hpp"

namespace sio {

namespace detail {
class RoomTable;
}

/// In memory: this server's loops are all there is. Adapters for several servers keep one for their own part.
/// A loop without members is not woken; the calling loop's sockets are served before the call returns.
/// Thread: any.
class LocalAdapter final : public Adapter {
public:
    explicit LocalAdapter(Namespace& nsp) : nsp_(nsp) {}

    void broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) override;
    void broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                            AckSink sink) override;
    void sockets_join(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override;
    void sockets_leave(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override;
    void disconnect_sockets(const Target& target, const BroadcastFlags& flags, bool close) override;
    void fetch_sockets(const Target& target, const BroadcastFlags& flags, FetchCallback callback) override;
    void server_side_emit(const EncodedEvent& event, ServerSideCallback callback) override;
    void server_count(std::move_only_function<void(std::size_t)> callback) override { callback(1); }

    // For adapters that keep one for their own part.

    /// The rooms that have members on this server, the sockets' own too. `callback` runs on any thread.
    void all_rooms(std::move_only_function<void(std::vector<std::string>)> callback);
    /// Whether this server may have sockets of the target: false is certain, true a guess.
    bool may_have(const Target& target) const;
    /// A socket of that loop is about to join rooms: what is broadcast between the two calls goes to the loop whatever its rooms are.
    void begin_join(unsigned loop);
    void end_join(unsigned loop);

private:
    class Countdown;
    /// Runs `task` on every loop that may have sockets of the target; `task` is copied for the others. The countdown, when given,
    /// ends with the last of them.
    template <class Task>
    void on_members(const Target& target, const Task& task, const std::shared_ptr<Countdown>& countdown = nullptr);

    Namespace& nsp_;
};

}  // namespace sio
