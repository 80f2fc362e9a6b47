#include "sio/socketio/ack_collector.hpp"

#include <utility>

#include "sio/runtime/loop.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/server.hpp"

namespace sio::detail {
namespace {

constexpr std::chrono::milliseconds kDefaultTimeout{5'000};

}  // namespace

AckCollector::AckCollector(Hub& home, BroadcastAckCallback callback)
    : home_(home), callback_(std::move(callback)), timer_([](void* self) { static_cast<AckCollector*>(self)->finish(false); }, this) {}

/// A callback for any thread that makes `change` here.
template <class Change>
auto AckCollector::at_home(Change change) {
    return [self = shared_from_this(), change](auto value) {
        auto apply = [self, change, value = std::move(value)]() mutable {
            if (!self->callback_) return;
            change(*self, std::move(value));
            if (self->callback_) self->check();
        };
        if (self->home_.loop().in_loop_thread()) {
            apply();
        } else {
            self->home_.loop().post(std::move(apply));
        }
    };
}

void AckCollector::start(Adapter& adapter, const EncodedEvent& event, std::uint64_t ack_id, const Target& target, BroadcastFlags flags) {
    if (!flags.timeout) flags.timeout = kDefaultTimeout;
    home_.keep(shared_from_this());
    home_.loop().arm_after(timer_, *flags.timeout);
    if (flags.local) {
        servers_ = 1;
    } else {
        adapter.server_count(at_home([](AckCollector& self, std::size_t servers) { self.servers_ = servers; }));
    }
    adapter.broadcast_with_ack(event, ack_id, target, flags,
                               {.on_count = at_home([](AckCollector& self, std::size_t clients) {
                                    ++self.counts_;
                                    self.clients_ += clients;
                                }),
                                .on_reply = at_home([](AckCollector& self, Reply reply) { self.keep(std::move(reply)); })});
}

void AckCollector::abandon() {
    timer_.cancel();
    callback_ = nullptr;
}

void AckCollector::keep(Reply reply) {
    bytes_ += sizeof(Reply) + reply.json.size();
    for (const std::string& each : reply.attachments) bytes_ += sizeof(std::string) + each.size();
    if (bytes_ > home_.server().options().max_broadcast_reply_bytes) return finish(false);
    result_.replies.push_back(std::move(reply));
}

void AckCollector::check() {
    if (servers_ > 0 && counts_ >= servers_ && result_.replies.size() >= clients_) finish(true);
}

void AckCollector::finish(bool complete) {
    const auto self = shared_from_this();
    home_.drop(self);
    timer_.cancel();
    result_.complete = complete;
    if (auto callback = std::exchange(callback_, nullptr)) callback(std::move(result_));
}

}  // namespace sio::detail
