#include "sio/cluster/adapter/streams_carrier.hpp"

#include <utility>

#include "sio/base/bytes.hpp"

namespace sio::cluster {
namespace {

/// An own event that the stream has not given back for so long is delivered without it.
constexpr std::chrono::seconds kPatience{3};
constexpr std::chrono::milliseconds kLookAgain{500};

}  // namespace

StreamsCarrier::StreamsCarrier(Valkey& valkey, const StreamsOptions& options, std::shared_ptr<StreamHub> hub, std::string nsp,
                               std::string uid, bool recovers)
    : valkey_(valkey),
      hub_(std::move(hub)),
      nsp_(std::move(nsp)),
      uid_(std::move(uid)),
      stream_(hub_->stream_of(nsp_)),
      max_len_(std::to_string(options.max_len)),
      channel_(options.channel_prefix + '#' + nsp_ + '#'),
      channel_kind_(options.use_sharded_pubsub ? Valkey::Subscription::Shard : Valkey::Subscription::Channel),
      recovers_(recovers),
      late_(
          [](void* self) {
              auto& carrier = *static_cast<StreamsCarrier*>(self);
              carrier.deliver_late(carrier.valkey_.loop().now() - kPatience);
              if (!carrier.sent_.empty()) carrier.valkey_.loop().arm_after(carrier.late_, kLookAgain);
          },
          this) {
    if (options.listen_to_emitters) emitters_.emplace(valkey, options.emitter_key, nsp_);
}

void StreamsCarrier::open(Receiver& receiver) {
    receiver_ = &receiver;
    valkey_.subscribe(channel_kind_, channel_ + uid_ + '#', own_);
    if (emitters_) emitters_->open(receiver);
    valkey_.loop().post([this] { hub_->add(nsp_, *this); });
}

void StreamsCarrier::close() {
    closed_ = true;
    late_.cancel();
    sent_.clear();
    if (emitters_) emitters_->close();
    valkey_.unsubscribe(channel_kind_, channel_ + uid_ + '#', own_);
    if (reading_) valkey_.unsubscribe(channel_kind_, channel_, all_);
    hub_->remove(nsp_, *this);
}

// Others count a server by its subscription to the common channel: it comes once the stream is read.
void StreamsCarrier::on_reading(bool trimmed) {
    if (closed_) return;
    if (!std::exchange(reading_, true)) return valkey_.subscribe(channel_kind_, channel_, all_);
    if (!trimmed) return;
    deliver_late(runtime::TimePoint::max());
    receiver_->on_gap();
}

void StreamsCarrier::on_entry(const StreamEntry& entry) {
    if (closed_) return;
    if (entry.message.type == "3") {
        for (auto& tap : taps_) tap.emplace_back(entry);
    }
    if (entry.message.uid == uid_) return on_own_entry(entry);
    if (entry.message.uid == kMirrorUid) return;
    auto message = modern::decode_entry(reader_, entry.message);
    if (message && recovers_ && message->kind == Kind::Broadcast && !message->flags.volatile_) message->offset = entry.id;
    pass_on(*receiver_, message, reader_);
}

void StreamsCarrier::on_own_entry(const StreamEntry& entry) {
    const auto number = parse_decimal(entry.number);
    auto own = number ? sent_.extract(*number) : Sent::node_type();
    if (!own.empty()) deliver(own.mapped(), entry.id);
}

std::vector<std::string> StreamsCarrier::words_of(std::string_view uid, std::string_view type, std::string data) const {
    return {"XADD",           stream_, "MAXLEN", "~",    max_len_,          "*",    "uid",
            std::string(uid), "nsp",   nsp_,     "type", std::string(type), "data", std::move(data)};
}

void StreamsCarrier::publish(const Outgoing& message, std::string_view uid) {
    if (message.request_id.empty() && message.kind != Kind::ServerEmit) {
        return valkey_.command_later(words_of(uid, modern::entry_type(message.kind), modern::encode_data(message)));
    }
    auto payload = modern::encode(uid, nsp_, message, modern::Form::Msgpack);
    std::vector<std::string> words = {channel_kind_ == Valkey::Subscription::Shard ? "SPUBLISH" : "PUBLISH", channel_, std::move(payload)};
    if (!message.request_id.empty()) return valkey_.command(std::move(words));
    valkey_.command_later(std::move(words));
}

void StreamsCarrier::answer(const Outgoing& message) {
    valkey_.command({channel_kind_ == Valkey::Subscription::Shard ? "SPUBLISH" : "PUBLISH", channel_ + std::string(message.to) + '#',
                     modern::encode(uid_, nsp_, message, modern::Form::Msgpack)});
}

void StreamsCarrier::count_servers(CountCallback callback) {
    valkey_.command({"PUBSUB", channel_kind_ == Valkey::Subscription::Shard ? "SHARDNUMSUB" : "NUMSUB", channel_},
                    count_of(std::move(callback)));
}

void StreamsCarrier::publish_recoverable(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags,
                                         std::shared_ptr<void> keep_alive) {
    auto data = modern::encode_data({.kind = Kind::Broadcast, .target = target, .flags = flags, .event = &event});
    valkey_.loop().post([this, data = std::move(data), own = OnItsWay{event, StoredTarget(target), flags, {}},
                         keep_alive = std::move(keep_alive)]() mutable {
        if (!closed_) send(++last_number_, std::move(data), std::move(own), keep_alive);
    });
}

void StreamsCarrier::send(std::uint64_t number, std::string data, OnItsWay own, const std::shared_ptr<void>& keep_alive) {
    auto words = words_of(uid_, modern::entry_type(Kind::Broadcast), std::move(data));
    words.insert(words.end(), {"n", std::to_string(number)});
    if (!valkey_.connected() || !reading_) {
        // What is on its way and was not heard of has waited long enough: the newer one would overtake it.
        if (!valkey_.connected()) deliver_late(runtime::TimePoint::max());
        deliver(own, {});
        return valkey_.command_later(std::move(words));
    }
    own.since = valkey_.loop().now();
    sent_.emplace(number, std::move(own));
    if (!late_.armed()) valkey_.loop().arm_after(late_, kLookAgain);
    valkey_.command(std::move(words), [this, number, keep_alive](const Result<Value>& answer) { on_sent(number, answer); });
}

// Closed says nothing of whether the entry is there: then its number tells when it comes that it was delivered.
void StreamsCarrier::on_sent(std::uint64_t number, const Result<Value>& answer) {
    if (answer || closed_) return;
    auto own = sent_.extract(number);
    if (own.empty()) return;
    deliver(own.mapped(), {});
    if (answer.error().code == ErrorCode::Closed) return;
    const auto target = own.mapped().target.view();
    const auto& [event, stored, flags, since] = own.mapped();
    publish({.kind = Kind::Broadcast, .target = *target, .flags = flags, .event = &event}, uid_);
}

void StreamsCarrier::deliver(const OnItsWay& own, std::string_view offset) {
    const auto target = own.target.view();
    deliver_(own.event, *target, own.flags, offset);
}

void StreamsCarrier::deliver_late(runtime::TimePoint until) {
    while (!sent_.empty() && sent_.begin()->second.since <= until) {
        const auto own = sent_.extract(sent_.begin());
        deliver(own.mapped(), {});
    }
}

}  // namespace sio::cluster
