#include "sio/socketio/local_adapter.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "sio/base/json_writer.hpp"
#include "sio/socketio/describe.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket.hpp"

namespace sio {
namespace {

std::vector<std::string> owned(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

}  // namespace

/// Runs `done` when every loop that was asked has answered.
class LocalAdapter::Countdown {
public:
    explicit Countdown(std::move_only_function<void()> done) : done_(std::move(done)) {}
    void add() { left_.fetch_add(1, std::memory_order_relaxed); }
    void end_one() {
        if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_();
    }

private:
    std::atomic<std::size_t> left_{1};  // one is the asker's own
    std::move_only_function<void()> done_;
};

// Order: what one loop broadcasts reaches any other loop in the order of the calls, for a mailbox is a queue.
template <class Task>
void LocalAdapter::on_members(const Target& target, const Task& task, const std::shared_ptr<Countdown>& countdown) {
    auto* const here = nsp_.here();
    std::shared_ptr<const StoredTarget> stored;
    for (const auto& table : nsp_.tables_) {
        if (table.get() == here || !table->may_have(target)) continue;
        if (!stored) stored = std::make_shared<const StoredTarget>(target);
        if (countdown) countdown->add();
        if constexpr (requires { task.on_the_way(*table); }) task.on_the_way(*table);
        table->hub().loop().post([&table = *table, stored, task, countdown] {
            task(table, *stored->view());
            if (countdown) countdown->end_one();
        });
    }
    if (here != nullptr && here->may_have(target)) task(*here, target);
    if (countdown) countdown->end_one();
}

void LocalAdapter::broadcast(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) {
    on_members(target, [event, only_if_writable = flags.volatile_](detail::RoomTable& table, const Target& members) {
        table.for_each(members, [&](Socket& socket) { socket.write(event, only_if_writable); });
    });
}

void LocalAdapter::broadcast_with_ack(const EncodedEvent& event, std::uint64_t ack_id, const Target& target, const BroadcastFlags& flags,
                                      AckSink sink) {
    struct Shared {
        AckSink sink;
        std::atomic<std::size_t> clients{0};
    };
    auto shared = std::make_shared<Shared>(std::move(sink));
    const auto counted = std::make_shared<Countdown>([shared] { shared->sink.on_count(shared->clients.load()); });
    const auto ask = [event, ack_id, shared, timeout = flags.timeout](detail::RoomTable& table, const Target& members) {
        table.for_each(members, [&](Socket& socket) {
            shared->clients.fetch_add(1);
            socket.send_with_ack(event, ack_id, timeout, [shared](Result<Arguments> arguments) {
                if (arguments) shared->sink.on_reply(detail::first_of(*arguments));
            });
        });
    };
    on_members(target, ask, counted);
}

void LocalAdapter::sockets_join(const Target& target, const BroadcastFlags&, std::span<const std::string_view> rooms) {
    struct Joining {
        detail::RoomTable* here;
        std::vector<std::string> rooms;
        void operator()(detail::RoomTable& table, const Target& members) const {
            table.for_each(members, [&](Socket& socket) {
                for (const auto& room : rooms) socket.join(room);
            });
            if (&table != here) table.end_join();
        }
        void on_the_way(detail::RoomTable& table) const { table.begin_join(); }
    };
    on_members(target, Joining{nsp_.here(), owned(rooms)});
}

void LocalAdapter::sockets_leave(const Target& target, const BroadcastFlags&, std::span<const std::string_view> rooms) {
    on_members(target, [rooms = owned(rooms)](detail::RoomTable& table, const Target& members) {
        table.for_each(members, [&](Socket& socket) {
            for (const auto& room : rooms) socket.leave(room);
        });
    });
}

void LocalAdapter::disconnect_sockets(const Target& target, const BroadcastFlags&, bool close) {
    on_members(target, [close](detail::RoomTable& table, const Target& members) {
        table.for_each(members, [&](Socket& socket) { socket.disconnect(close); });
    });
}

void LocalAdapter::fetch_sockets(const Target& target, const BroadcastFlags&, FetchCallback callback) {
    struct Shared {
        std::mutex mutex;
        RemoteSockets found;
    };
    auto shared = std::make_shared<Shared>();
    const auto done =
        std::make_shared<Countdown>([shared, callback = std::move(callback)]() mutable { callback(std::move(shared->found)); });
    const auto describe_all = [shared](detail::RoomTable& table, const Target& members) {
        table.for_each(members, [&](Socket& socket) {
            auto description = detail::describe(socket);
            const std::scoped_lock lock(shared->mutex);
            shared->found.push_back(std::move(description));
        });
    };
    on_members(target, describe_all, done);
}

void LocalAdapter::all_rooms(std::move_only_function<void(std::vector<std::string>)> callback) {
    struct Shared {
        std::mutex mutex;
        std::set<std::string> found;
    };
    auto shared = std::make_shared<Shared>();
    const auto done = std::make_shared<Countdown>([shared, callback = std::move(callback)]() mutable {
        callback({std::make_move_iterator(shared->found.begin()), std::make_move_iterator(shared->found.end())});
    });
    const auto name_all = [shared](detail::RoomTable& table, const Target&) {
        const std::scoped_lock lock(shared->mutex);
        table.for_each_room([&](std::string_view room) { shared->found.emplace(room); });
    };
    on_members({}, name_all, done);
}

bool LocalAdapter::may_have(const Target& target) const {
    return std::ranges::any_of(nsp_.tables_, [&](const auto& table) { return table->may_have(target); });
}

void LocalAdapter::begin_join(unsigned loop) { nsp_.table(loop).begin_join(); }
void LocalAdapter::end_join(unsigned loop) { nsp_.table(loop).end_join(); }

void LocalAdapter::server_side_emit(const EncodedEvent&, ServerSideCallback callback) {
    if (callback) callback(std::vector<Reply>());
}

}  // namespace sio
