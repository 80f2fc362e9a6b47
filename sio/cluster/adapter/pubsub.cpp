// The carrier of `@socket.io/redis-adapter` (protocol 2.1).
#include "sio/base/ids.hpp"
#include "sio/cluster/adapter/adapter.hpp"
#include "sio/cluster/wire/classic.hpp"
#include "sio/socketio/namespace.hpp"

namespace sio::cluster {
namespace {

constexpr std::size_t kUidSize = 6;

class ClassicCarrier final : public Carrier {
public:
    ClassicCarrier(Valkey& valkey, const PubSubOptions& options, std::string nsp, std::string uid)
        : valkey_(valkey),
          specific_response_(options.publish_on_specific_response_channel),
          nsp_(std::move(nsp)),
          uid_(std::move(uid)),
          channels_(options.key, nsp_, uid_) {}

    void open(Receiver& receiver) override;
    void close() override;
    void publish(const Outgoing& message, std::string_view uid) override;
    void answer(const Outgoing& message) override;
    void count_servers(CountCallback callback) override {
        valkey_.command({"PUBSUB", "NUMSUB", channels_.request}, count_of(std::move(callback)));
    }

private:
    void on_broadcast(std::string_view channel, std::string_view payload);
    void on_subscribed();

    Valkey& valkey_;
    bool specific_response_;
    std::string nsp_;
    std::string uid_;
    classic::Channels channels_;
    Receiver* receiver_ = nullptr;
    bool subscribed_ = false;
    DocumentReader reader_;
    Ear broadcasts_{[this](std::string_view channel, std::string_view payload) { on_broadcast(channel, payload); }};
    Ear requests_{
        [this](std::string_view, std::string_view payload) { pass_on(*receiver_, classic::decode_request(reader_, payload), reader_); },
        [this] { on_subscribed(); }};
    Ear responses_{[this](std::string_view, std::string_view payload) {
        // Answers to others come here too: most are none of ours.
        if (receiver_->asking()) pass_on(*receiver_, classic::decode_response(reader_, payload), reader_);
    }};
};

// Requests come last: whoever is counted there hears everything.
void ClassicCarrier::open(Receiver& receiver) {
    receiver_ = &receiver;
    using enum Valkey::Subscription;
    valkey_.subscribe(Pattern, channels_.pattern, broadcasts_);
    valkey_.subscribe(Channel, channels_.response, responses_);
    valkey_.subscribe(Channel, channels_.own_response, responses_);
    valkey_.subscribe(Channel, channels_.request, requests_);
}

void ClassicCarrier::close() {
    using enum Valkey::Subscription;
    valkey_.unsubscribe(Pattern, channels_.pattern, broadcasts_);
    valkey_.unsubscribe(Channel, channels_.response, responses_);
    valkey_.unsubscribe(Channel, channels_.own_response, responses_);
    valkey_.unsubscribe(Channel, channels_.request, requests_);
}

void ClassicCarrier::on_subscribed() {
    if (std::exchange(subscribed_, true)) receiver_->on_gap();
    receiver_->on_ready();
}

// A server without members of the room looks at the channel's name and no further.
void ClassicCarrier::on_broadcast(std::string_view channel, std::string_view payload) {
    const auto room = channels_.room_of(channel);
    if (!room || classic::is_broadcast_of(uid_, payload) || classic::is_broadcast_of(kMirrorUid, payload)) return;
    const bool everybody = room->empty();
    if (!receiver_->may_have({.rooms = {&*room, everybody ? 0U : 1U}, .except = {}})) return;
    pass_on(*receiver_, classic::decode_broadcast(reader_, payload), reader_);
}

void ClassicCarrier::publish(const Outgoing& message, std::string_view uid) {
    if (message.kind != Kind::Broadcast || !message.request_id.empty()) {
        auto payload = classic::encode_request(uid, nsp_, message);
        if (!message.request_id.empty()) return valkey_.command({"PUBLISH", channels_.request, std::move(payload)});
        return valkey_.command_later({"PUBLISH", channels_.request, std::move(payload)});
    }
    const auto& rooms = message.target.rooms;
    auto channel = rooms.size() == 1 ? channels_.room(rooms.front()) : channels_.broadcast;
    valkey_.command_later({"PUBLISH", std::move(channel), classic::encode_broadcast(uid, nsp_, message)});
}

void ClassicCarrier::answer(const Outgoing& message) {
    const bool specific = specific_response_ && message.asked != Kind::ServerEmit;
    valkey_.command({"PUBLISH", specific ? channels_.response_to(message.to) : channels_.response, classic::encode_response(message)});
}

}  // namespace

AdapterFactory pubsub_adapter(Valkey& valkey, PubSubOptions options) {
    return [&valkey, options = std::move(options)](Namespace& nsp) -> std::unique_ptr<Adapter> {
        auto uid = random_id().substr(0, kUidSize);
        auto carrier = std::make_unique<ClassicCarrier>(valkey, options, std::string(nsp.name()), uid);
        return std::make_unique<MemberAdapter>(std::make_shared<Member>(nsp, valkey, std::move(uid), options, std::move(carrier)));
    };
}

}  // namespace sio::cluster
