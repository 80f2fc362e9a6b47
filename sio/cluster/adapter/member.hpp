#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/cluster/adapter/carrier.hpp"
#include "sio/cluster/adapter/requests.hpp"
#include "sio/cluster/adapters.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/socketio/adapter.hpp"
#include "sio/socketio/local_adapter.hpp"

namespace sio::cluster {

/// One namespace of this server as a member of the cluster: what it asks of the others, and what it does for them. All request logic is
/// here, whatever carries the messages. Lives on until nothing on any loop knows it, but does nothing after close().
/// Thread: any, unless said otherwise.
class Member final : public Receiver, public std::enable_shared_from_this<Member> {
public:
    Member(Namespace& nsp, Valkey& valkey, std::string uid, AdapterOptions options, std::unique_ptr<Carrier> carrier);
    ~Member();

    void open();
    void close();

    LocalAdapter& local() { return local_; }
    Carrier& carrier() { return *carrier_; }
    std::string_view uid() const { return uid_; }
    std::string_view nsp_name() const { return nsp_name_; }
    runtime::Loop& loop() const { return loop_; }
    bool ready() const { return ready_.load(std::memory_order_relaxed); }
    ClusterCounts& counts() { return *options_.counts; }

    void publish(const Outgoing& message, std::string_view uid);
    void publish(const Outgoing& message) { publish(message, uid_); }
    void ask_clients(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags, Adapter::AckSink sink);
    void fetch(const Target& target, const BroadcastFlags& flags, FetchCallback callback);
    void emit_to_servers(const EncodedEvent& event, Adapter::ServerSideCallback callback);
    void count(std::move_only_function<void(std::size_t)> callback);

    void on_message(const Incoming& message, std::span<const std::string> attachments) override;
    void on_undecodable(const Error& error) override;
    void on_ready() override;
    void on_gap() override;
    bool may_have(const Target& target) const override;
    bool asking() const override { return !requests_.empty(); }

    /// A message for rooms by the names they have here.
    struct Renamed {
        Incoming message;
        std::deque<std::string> names;  ///< that `message` has and the one it is made from has not
    };
    /// nullptr: it has them already.
    std::unique_ptr<const Renamed> renamed(const Incoming& message) const;

    /// The event of a Broadcast, as this server's clients get it. Errors: BadPacket, TooLarge. Thread: Valkey's loop, while open.
    Result<EncodedEvent> event_of(const Incoming& message, std::span<const std::string> attachments, std::optional<std::uint64_t> ack_id);
    /// Runs `task` while the namespace is sure to be there, unless it has closed.
    template <class Task>
    void while_open(const Task& task) {
        const std::scoped_lock lock(alive_);
        if (open_) task();
    }

private:
    void act(const Incoming& message, std::span<const std::string> attachments);
    void deliver(const Incoming& message, std::span<const std::string> attachments);
    void ask_own_clients(const Incoming& message, std::span<const std::string> attachments);
    void give_server_event(const Incoming& message, std::span<const std::string> attachments);
    void tell_sockets(const Incoming& message);
    void tell_names(const Incoming& message);
    void answer(const Outgoing& message);
    std::string ask(Requests::Question question, std::chrono::milliseconds limit);
    void expect_all(const std::string& id, std::size_t without);
    void expire();

    Namespace& nsp_;  // only while open
    runtime::Loop& loop_;
    std::string uid_;
    std::string nsp_name_;
    AdapterOptions options_;
    LocalAdapter local_;
    std::unique_ptr<Carrier> carrier_;
    Requests requests_;
    // Held while Valkey's loop works for the namespace, so that close() waits for that. Handlers that run then may close it themselves.
    std::recursive_mutex alive_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> open_{false};  // becomes false under alive_
    std::atomic<bool> closed_{false};
    std::atomic<bool> ready_{false};
    std::atomic<std::size_t> servers_{1};  // as counted last
    runtime::Timer timer_;                 // the loop's
};

}  // namespace sio::cluster
