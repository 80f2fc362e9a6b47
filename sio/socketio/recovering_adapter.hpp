#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sio/socketio/adapter.hpp"
#include "sio/socketio/local_adapter.hpp"
#include "sio/socketio/options.hpp"
#include "sio/socketio/recovery_log.hpp"

namespace sio {

/// In memory, with connection state recovery (protocol 1.5). Each loop logs the events that reach it in the order its sockets get them,
/// so what a client missed is what its loop logged behind the offset the client names. A client may come back on another loop: the
/// events of one moment are then taken from the old loop's log up to it and from the new one's after it.
/// Thread: any, unless Adapter says otherwise.
class RecoveringAdapter final : public Adapter {
public:
    RecoveringAdapter(Namespace& nsp, const RecoveryOptions& options);

    void broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) override;
    void broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                            AckSink sink) override {
        local_.broadcast_with_ack(event, ack_id, target, flags, std::move(sink));
    }
    void sockets_join(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override {
        local_.sockets_join(target, flags, rooms);
    }
    void sockets_leave(const Target& target, const BroadcastFlags& flags, std::span<const std::string_view> rooms) override {
        local_.sockets_leave(target, flags, rooms);
    }
    void disconnect_sockets(const Target& target, const BroadcastFlags& flags, bool close) override {
        local_.disconnect_sockets(target, flags, close);
    }
    void fetch_sockets(const Target& target, const BroadcastFlags& flags, FetchCallback callback) override {
        local_.fetch_sockets(target, flags, std::move(callback));
    }
    void server_side_emit(const EncodedEvent& event, ServerSideCallback callback) override {
        local_.server_side_emit(event, std::move(callback));
    }
    void server_count(std::move_only_function<void(std::size_t)> callback) override { local_.server_count(std::move(callback)); }

    bool recovers() const override { return true; }
    void persist(RecoverableSession session) override;
    void restore(std::string_view pid, std::string_view offset, RestoreCallback callback) override;

private:
    struct Kept {
        RecoverableSession session;
        unsigned loop;  ///< whose log has what it missed
        std::int64_t until_ms;
    };
    /// Outlives the adapter as long as a loop has work with it.
    struct State {
        std::mutex dispatch;                    // makes the events that all loops get the same for each of them
        std::uint64_t last = 0;                 // guarded by dispatch
        std::string prefix;                     // of this server's offsets
        std::vector<detail::RecoveryLog> logs;  // one a loop, each that loop's own
        std::mutex sessions_mutex;
        std::map<std::string, Kept, std::less<>> sessions;        // guarded by sessions_mutex
        std::deque<std::pair<std::int64_t, std::string>> by_end;  // guarded by sessions_mutex
        std::int64_t keep_ms = 0;
        std::size_t max_sessions = 0;

        void keep(RecoverableSession session, unsigned loop);
        std::optional<Kept> take(std::string_view pid);
    };
    struct Restoring;
    static void finish(State& state, Restoring restoring);
    static void deliver(detail::RoomTable& table, const detail::MissableEvent& entry);
    std::optional<std::uint64_t> id_of(std::string_view offset) const;

    Namespace& nsp_;
    LocalAdapter local_;
    std::shared_ptr<State> state_;
};

}  // namespace sio
