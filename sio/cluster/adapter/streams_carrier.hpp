#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/cluster/adapter/emitter_ears.hpp"
#include "sio/cluster/adapter/stream_hub.hpp"
#include "sio/runtime/timer.hpp"

namespace sio::cluster {

/// A copy of an entry of this namespace's broadcasts.
struct KeptEntry {
    explicit KeptEntry(const StreamEntry& entry)
        : id(entry.id), type(entry.message.type), uid(entry.message.uid), data(entry.message.data) {}
    std::string id;
    std::string type;
    std::string uid;
    std::string data;
};

/// The carrier of `@socket.io/redis-streams-adapter` (protocol 2.3): what lasts goes through the stream, questions through channels.
///
/// With recovery this server's own recoverable broadcasts reach its sockets by way of the stream too, so that every server's sockets get
/// the events of a stream in the order of their offsets, and what a client missed is exactly what stands behind its last one. While Valkey
/// is away they are delivered at once, without offset.
/// Thread: any, unless said otherwise.
class StreamsCarrier final : public Carrier, private EntryListener {
public:
    StreamsCarrier(Valkey& valkey, const StreamsOptions& options, std::shared_ptr<StreamHub> hub, std::string nsp, std::string uid,
                   bool recovers);

    void open(Receiver& receiver) override;
    void close() override;
    void publish(const Outgoing& message, std::string_view uid) override;
    void answer(const Outgoing& message) override;
    void count_servers(CountCallback callback) override;

    /// Called for an own broadcast when its sockets are to get it; the offset is empty when it has none. Thread: Valkey's loop.
    using Deliver =
        std::function<void(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags, std::string_view offset)>;
    void on_own(Deliver deliver) { deliver_ = std::move(deliver); }
    /// Publishes an event and calls Deliver for it once, in the order of the calls of one thread. `keep_alive` lives that long.
    void publish_recoverable(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags,
                             std::shared_ptr<void> keep_alive);

    /// Copies of the broadcasts that are given from now on. Thread: Valkey's loop, both.
    using Tap = std::vector<KeptEntry>;
    std::list<Tap>::iterator begin_tap() { return taps_.emplace(taps_.end()); }
    void end_tap(std::list<Tap>::iterator tap) { taps_.erase(tap); }
    /// See StreamHub::position. Thread: Valkey's loop.
    std::string_view position() const { return hub_->position(stream_); }

    const std::string& stream() const { return stream_; }
    Valkey& valkey() const { return valkey_; }

private:
    /// An own broadcast on its way through the stream.
    struct OnItsWay {
        EncodedEvent event;
        StoredTarget target;
        BroadcastFlags flags;
        runtime::TimePoint since;
    };
    using Sent = std::map<std::uint64_t, OnItsWay>;

    void on_entry(const StreamEntry& entry) override;
    void on_reading(bool trimmed) override;
    void on_own_entry(const StreamEntry& entry);
    std::vector<std::string> words_of(std::string_view uid, std::string_view type, std::string data) const;
    void send(std::uint64_t number, std::string data, OnItsWay own, const std::shared_ptr<void>& keep_alive);
    void on_sent(std::uint64_t number, const Result<Value>& answer);
    void deliver(const OnItsWay& own, std::string_view offset);
    void deliver_late(runtime::TimePoint until);

    Valkey& valkey_;
    std::shared_ptr<StreamHub> hub_;
    std::string nsp_;
    std::string uid_;
    std::string stream_;
    std::string max_len_;
    std::string channel_;
    Valkey::Subscription channel_kind_;
    bool recovers_;
    Deliver deliver_;
    Receiver* receiver_ = nullptr;
    std::optional<EmitterEars> emitters_;
    DocumentReader reader_;
    void hear(std::string_view payload) { pass_on(*receiver_, modern::decode(reader_, payload), reader_); }
    Ear own_{[this](std::string_view, std::string_view payload) { hear(payload); }};
    Ear all_{[this](std::string_view, std::string_view payload) { hear(payload); }, [this] { receiver_->on_ready(); }};
    // Valkey's loop only:
    bool reading_ = false;
    bool closed_ = false;
    std::uint64_t last_number_ = 0;
    Sent sent_;
    std::list<Tap> taps_;
    runtime::Timer late_;
};

}  // namespace sio::cluster
