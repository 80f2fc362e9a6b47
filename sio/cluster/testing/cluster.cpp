#include "sio/cluster/testing/cluster.hpp"

#include <latch>

#include "sio/cluster/testing/client.hpp"

namespace sio::cluster::testing {
std::string name_of(Carrying carrying) {
    constexpr const char* kNames[] = {"Memory", "PubSub", "Sharded", "Streams", "Recovery"};
    return kNames[static_cast<std::size_t>(carrying)];
}

AdapterFactory Node::adapter(Carrying carrying, AdapterOptions::Aliases aliases) {
    AdapterOptions common{.requests_timeout = kRequestsTimeout,
                          .on_gap = [this](std::string_view) { ++gaps_; },
                          .counts = counts_,
                          .aliases = std::move(aliases)};
    switch (carrying) {
        case Carrying::Memory: return {};
        case Carrying::PubSub: return pubsub_adapter(*valkey_, {common});
        case Carrying::Sharded: return sharded_adapter(*valkey_, {common});
        case Carrying::Streams:
        case Carrying::Recovery: break;
    }
    StreamsOptions options{common};
    options.listen_to_emitters = true;
    return streams_adapter(*valkey_, options);
}

Node::Node(Carrying carrying, const std::string& url, const std::function<void(Server&)>& prepare, AdapterOptions::Aliases aliases) {
    if (carrying != Carrying::Memory) valkey_ = std::make_unique<Valkey>(loops_.at(0), impatient(url), log_);
    Options options;
    if (carrying == Carrying::Recovery) options.connection_state_recovery.emplace();
    options.adapter = adapter(carrying, std::move(aliases));
    io_ = std::make_unique<Server>(loops_, options);
    if (prepare) prepare(*io_);
    port_ = io_->listen({}).value();
    io_->start();
    loops_.start();
}

Node::~Node() {
    io_->close();
    std::latch gone(1);
    loops_.at(0).post([&] {
        valkey_.reset();
        gone.count_down();
    });
    gone.wait();
    loops_.stop();
    io_.reset();
}

void Node::with(const std::string& id, const std::function<void(Socket&)>& task, std::string_view nsp) {
    auto* const found = io_->find(nsp);
    std::latch done(static_cast<std::ptrdiff_t>(loops_.size()));
    for (unsigned i = 0; i < loops_.size(); ++i) {
        loops_.at(i).post([&] {
            if (Socket* const socket = found->find(id)) task(*socket);
            done.count_down();
        });
    }
    done.wait();
}

std::size_t Node::servers(std::string_view nsp) {
    std::promise<std::size_t> count;
    io_->find(nsp)->adapter().server_count([&](std::size_t servers) { count.set_value(servers); });
    return count.get_future().get();
}

RemoteSockets Node::fetch(const Broadcast& target) {
    std::promise<RemoteSockets> found;
    target.fetch_sockets([&](Result<RemoteSockets> sockets) { found.set_value(sockets ? std::move(*sockets) : RemoteSockets()); });
    return found.get_future().get();
}

void ClusterTest::TearDown() {
    clients_.clear();
    nodes_.clear();
}

void ClusterTest::start(Carrying carrying, const std::function<void(Server&)>& prepare, std::string_view nsp) {
    carrying_ = carrying;
    nsp_ = nsp;
    const std::size_t servers = carrying == Carrying::Memory ? 1 : 3;
    if (servers > 1) valkey_.emplace();
    for (std::size_t i = 0; i < servers; ++i) {
        nodes_.push_back(std::make_unique<Node>(carrying, valkey_ ? valkey_->url() : std::string(), prepare, aliases_));
    }
    ASSERT_TRUE(all_ready());
    for (std::size_t i = 0; i < 3; ++i) {
        clients_.push_back(node(i).connect());
        ids_.push_back(clients_.back()->join(nsp_));
        ASSERT_EQ(ids_.back().size(), 20U);
    }
}

bool ClusterTest::all_ready() {
    return eventually([&] {
        for (const auto& each : nodes_) {
            if (each->servers(nsp_) != nodes_.size()) return false;
            const auto* const adapter = ClusterAdapter::of(*each->io().find(nsp_));
            if (adapter != nullptr && !adapter->ready()) return false;
        }
        return true;
    });
}

// A room's own channel is subscribed to after the first of its members is in.
void ClusterTest::join(std::size_t i, std::string_view room) {
    with(i, [&](Socket& socket) { socket.join(room); });
    if (carrying_ != Carrying::Sharded) return;
    const auto channel = "socket.io#" + nsp_ + "#" + std::string(room) + "#";
    std::size_t members = 0;
    for (const auto& each : nodes_) {
        Broadcast target = each->io().find(nsp_)->to(room);
        members += each->fetch(target.local()).empty() ? 0U : 1U;
    }
    const auto wanted = ":" + std::to_string(members) + "\r\n";
    ASSERT_TRUE(eventually([&] { return valkey_->ask({"PUBSUB", "SHARDNUMSUB", channel}).ends_with(wanted); }));
}

std::string ClusterTest::next(std::size_t i) {
    auto packet = client(i).receive();
    if (nsp_ == "/") return packet;
    const auto at = packet.find(nsp_ + ",");
    return at == std::string::npos ? packet : packet.erase(at, nsp_.size() + 1);
}

void ClusterTest::expect_nothing(std::size_t from, std::initializer_list<std::size_t> clients) {
    nsp(from).emit("end");
    for (const auto i : clients) EXPECT_TRUE(next(i).starts_with(R"(42["end")")) << i;
}

}  // namespace sio::cluster::testing
