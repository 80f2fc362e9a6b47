#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/cluster/adapters.hpp"
#include "sio/cluster/testing/valkey_server.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/runtime/testing/eventually.hpp"
#include "sio/socketio/socketio.hpp"
#include "sio/socketio/testing/client.hpp"

namespace sio::cluster::testing {

enum class Carrying : std::uint8_t { Memory, PubSub, Sharded, Streams, Recovery };
std::string name_of(Carrying carrying);

/// One server of a cluster in this process, on two loops of its own, the first of which Valkey's client shares.
class Node {
public:
    /// No Valkey: a server alone. `prepare` registers handlers.
    Node(Carrying carrying, const std::string& url, const std::function<void(Server&)>& prepare, AdapterOptions::Aliases aliases = {});
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    Server& io() { return *io_; }
    Valkey& valkey() { return *valkey_; }
    ClusterCounts& counts() { return *counts_; }
    std::uint16_t port() const { return port_; }
    std::unique_ptr<sio::testing::Client> connect() const { return std::make_unique<sio::testing::Client>(port_); }

    /// Runs `task` with a socket, named by its id, on its loop, and waits for that.
    void with(const std::string& id, const std::function<void(Socket&)>& task, std::string_view nsp = "/");
    std::size_t servers(std::string_view nsp = "/");
    RemoteSockets fetch(const Broadcast& target);
    /// The gaps that were told of.
    std::size_t gaps() const { return gaps_.load(); }

    static constexpr std::chrono::milliseconds kRequestsTimeout{400};

private:
    AdapterFactory adapter(Carrying carrying, AdapterOptions::Aliases aliases);

    runtime::LoopGroup loops_{2};
    NullLog log_;
    std::shared_ptr<ClusterCounts> counts_ = std::make_shared<ClusterCounts>();
    std::atomic<std::size_t> gaps_{0};
    std::unique_ptr<Valkey> valkey_;
    std::unique_ptr<Server> io_;
    std::uint16_t port_ = 0;
};

using runtime::testing::eventually;

/// A real Valkey, three servers on it (one when it is the memory adapter), a client on each.
class ClusterTest : public ::testing::Test {
protected:
    void TearDown() override;

    /// Starts the servers and connects a client to each, in namespace `nsp`.
    void start(Carrying carrying, const std::function<void(Server&)>& prepare = {}, std::string_view nsp = "/");
    Node& node(std::size_t i) { return *nodes_[i % nodes_.size()]; }
    Namespace& nsp(std::size_t i) { return *node(i).io().find(nsp_); }
    sio::testing::Client& client(std::size_t i) { return *clients_[i]; }
    const std::string& id(std::size_t i) { return ids_[i]; }
    void with(std::size_t i, const std::function<void(Socket&)>& task) { node(i).with(ids_[i], task, nsp_); }
    /// Joins a room and waits until the other servers may send to it.
    void join(std::size_t i, std::string_view room);
    bool all_ready();
    /// What each of the clients gets next. Without namespace's prefix.
    std::string next(std::size_t i);
    /// Emits `end` to everybody from server `from` and expects that it is the next thing that client `i` gets.
    void expect_nothing(std::size_t from, std::initializer_list<std::size_t> clients);

    std::optional<ValkeyServer> valkey_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::unique_ptr<sio::testing::Client>> clients_;
    std::vector<std::string> ids_;
    std::string nsp_ = "/";
    AdapterOptions::Aliases aliases_;  // before start()
    Carrying carrying_ = Carrying::Memory;
};

}  // namespace sio::cluster::testing
