// The adapter of `@socket.io/redis-streams-adapter` (protocol 2.3).
#include "sio/base/ids.hpp"
#include "sio/cluster/adapter/adapter.hpp"
#include "sio/cluster/adapter/restoring.hpp"
#include "sio/cluster/adapter/session_codec.hpp"
#include "sio/cluster/adapter/streams_carrier.hpp"
#include "sio/cluster/valkey/stream_id.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/server.hpp"

namespace sio::cluster {
namespace {

constexpr std::size_t kUidSize = 16;
constexpr std::size_t kMaxPidBytes = 64;

class StreamsAdapter final : public MemberAdapter {
public:
    StreamsAdapter(Valkey& valkey, const StreamsOptions& options, std::shared_ptr<Member> member, StreamsCarrier& carrier,
                   const std::optional<RecoveryOptions>& recovery)
        : MemberAdapter(std::move(member)), valkey_(valkey), carrier_(carrier), session_key_prefix_(options.session_key_prefix) {
        if (recovery) keep_for_ = recovery->max_disconnection_duration;
        carrier_.on_own(
            [&own = this->member()](const EncodedEvent& event, const Target& target, const BroadcastFlags& flags, std::string_view offset) {
                own.while_open([&] { own.local().broadcast(offset.empty() ? event : dated(event, offset), target, flags); });
            });
    }

    void broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) override {
        if (!recovers() || flags.local || flags.volatile_) return MemberAdapter::broadcast(event, target, flags);
        carrier_.publish_recoverable(event, target, flags, shared_member());
    }

    bool recovers() const override { return keep_for_.count() > 0; }
    void persist(RecoverableSession session) override { keep(valkey_, session_key_prefix_, keep_for_, session); }
    void restore(std::string_view pid, std::string_view offset, RestoreCallback callback) override;

private:
    static EncodedEvent dated(const EncodedEvent& event, std::string_view offset) {
        auto dated = event.with_text(offset);
        return event.msgpack().frame ? dated.with_msgpack() : dated;
    }
    static void keep(Valkey& valkey, const std::string& prefix, std::chrono::milliseconds keep_for, const RecoverableSession& session) {
        valkey.command_later({"SET", prefix + session.pid, encode_session(session), "PX", std::to_string(keep_for.count())});
    }

    Valkey& valkey_;
    StreamsCarrier& carrier_;
    std::string session_key_prefix_;
    std::chrono::milliseconds keep_for_{0};
};

void StreamsAdapter::restore(std::string_view pid, std::string_view offset, RestoreCallback callback) {
    auto* const home = runtime::Loop::current();
    if (home == nullptr || pid.empty() || pid.size() > kMaxPidBytes || !StreamId::parse(offset)) {
        callback(std::nullopt);
        return;
    }
    auto restoring = std::make_shared<Restoring>(shared_member(), carrier_, session_key_prefix_ + std::string(pid), std::string(pid),
                                                 std::string(offset), *home, std::move(callback));
    valkey_.loop().post([restoring = std::move(restoring), &valkey = valkey_, prefix = session_key_prefix_, keep_for = keep_for_] {
        restoring->start([&valkey, prefix, keep_for](const RecoverableSession& session) { keep(valkey, prefix, keep_for, session); });
    });
}

}  // namespace

AdapterFactory streams_adapter(Valkey& valkey, StreamsOptions options) {
    auto hub = std::make_shared<StreamHub>(valkey, options.stream_name, options.stream_count);
    return [&valkey, options = std::move(options), hub = std::move(hub)](Namespace& nsp) -> std::unique_ptr<Adapter> {
        const auto& recovery = nsp.server().options().connection_state_recovery;
        auto uid = random_hex(kUidSize);
        auto carrier = std::make_unique<StreamsCarrier>(valkey, options, hub, std::string(nsp.name()), uid, recovery.has_value());
        auto& its_carrier = *carrier;
        auto member = std::make_shared<Member>(nsp, valkey, std::move(uid), options, std::move(carrier));
        return std::make_unique<StreamsAdapter>(valkey, options, std::move(member), its_carrier, recovery);
    };
}

}  // namespace sio::cluster
