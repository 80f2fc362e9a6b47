// The carrier of `createShardedAdapter` (protocol 2.2).
#include "sio/base/ids.hpp"
#include "sio/cluster/adapter/adapter.hpp"
#include "sio/cluster/wire/modern.hpp"
#include "sio/socketio/namespace.hpp"

namespace sio::cluster {
namespace {

using Mode = ShardedOptions::SubscriptionMode;

constexpr std::size_t kUidSize = 16;
constexpr std::size_t kSocketIdSize = 20;

class ShardedCarrier final : public Carrier {
public:
    ShardedCarrier(Valkey& valkey, const ShardedOptions& options, std::string nsp, std::string uid)
        : valkey_(valkey),
          mode_(options.subscription_mode),
          nsp_(std::move(nsp)),
          uid_(std::move(uid)),
          channel_(options.channel_prefix + '#' + nsp_ + '#') {}

    void open(Receiver& receiver) override;
    void close() override;
    void publish(const Outgoing& message, std::string_view uid) override;
    void answer(const Outgoing& message) override;
    void count_servers(CountCallback callback) override {
        valkey_.command({"PUBSUB", "SHARDNUMSUB", channel_}, count_of(std::move(callback)));
    }

    bool wants_room_events() const override { return mode_ != Mode::Static; }
    void on_room_created(std::string_view room) override;
    void on_room_deleted(std::string_view room) override;

private:
    static constexpr auto kShard = Valkey::Subscription::Shard;

    std::string channel_of(std::string_view name) const { return channel_ + std::string(name) + '#'; }
    /// Whether a room has a channel of its own. Node decides by the length too, when it publishes.
    bool has_channel(std::string_view room) const {
        return mode_ == Mode::DynamicPrivate || (mode_ == Mode::Dynamic && room.size() != kSocketIdSize);
    }
    void hear(std::string_view payload) { pass_on(*receiver_, modern::decode(reader_, payload), reader_); }
    void on_subscribed();

    Valkey& valkey_;
    Mode mode_;
    std::string nsp_;
    std::string uid_;
    std::string channel_;
    Receiver* receiver_ = nullptr;
    bool subscribed_ = false;
    DocumentReader reader_;
    Ear own_{[this](std::string_view, std::string_view payload) { hear(payload); }};
    Ear rooms_{[this](std::string_view, std::string_view payload) { hear(payload); }};
    Ear all_{[this](std::string_view, std::string_view payload) { hear(payload); }, [this] { on_subscribed(); }};
};

void ShardedCarrier::open(Receiver& receiver) {
    receiver_ = &receiver;
    valkey_.subscribe(kShard, channel_of(uid_), own_);
    valkey_.subscribe(kShard, channel_, all_);
}

void ShardedCarrier::close() {
    valkey_.unsubscribe(kShard, channel_of(uid_), own_);
    valkey_.unsubscribe(kShard, channel_, all_);
}

void ShardedCarrier::on_subscribed() {
    if (std::exchange(subscribed_, true)) receiver_->on_gap();
    receiver_->on_ready();
}

void ShardedCarrier::on_room_created(std::string_view room) {
    if (has_channel(room)) valkey_.subscribe(kShard, channel_of(room), rooms_);
}

void ShardedCarrier::on_room_deleted(std::string_view room) {
    if (has_channel(room)) valkey_.unsubscribe(kShard, channel_of(room), rooms_);
}

// A broadcast that is acknowledged goes to all servers, for all of them are counted.
void ShardedCarrier::publish(const Outgoing& message, std::string_view uid) {
    const auto& rooms = message.target.rooms;
    const bool asks = !message.request_id.empty();
    const bool to_room = message.kind == Kind::Broadcast && !asks && rooms.size() == 1 && has_channel(rooms.front());
    std::vector<std::string> words = {"SPUBLISH", to_room ? channel_of(rooms.front()) : channel_,
                                      modern::encode(uid, nsp_, message, modern::Form::Text)};
    if (asks) return valkey_.command(std::move(words));
    valkey_.command_later(std::move(words));
}

void ShardedCarrier::answer(const Outgoing& message) {
    valkey_.command({"SPUBLISH", channel_of(message.to), modern::encode(uid_, nsp_, message, modern::Form::Text)});
}

}  // namespace

AdapterFactory sharded_adapter(Valkey& valkey, ShardedOptions options) {
    return [&valkey, options = std::move(options)](Namespace& nsp) -> std::unique_ptr<Adapter> {
        auto uid = random_hex(kUidSize);
        auto carrier = std::make_unique<ShardedCarrier>(valkey, options, std::string(nsp.name()), uid);
        return std::make_unique<MemberAdapter>(std::make_shared<Member>(nsp, valkey, std::move(uid), options, std::move(carrier)));
    };
}

}  // namespace sio::cluster
