#include "sio/cluster/valkey/cluster.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace sio::cluster {

namespace {

constexpr std::chrono::milliseconds kBetweenMaps{100};
constexpr std::chrono::milliseconds kTryAgain{50};
constexpr int kMaxRedirections = 16;

}  // namespace

void Cluster::NodeDirectory::find(std::size_t failures, Found found) {
    if (failures > 0) cluster.refresh();
    found(address);
}

void Cluster::SlotDirectory::wrong(std::string_view error) {
    if (const auto redirection = Redirection::parse(error)) cluster.refresh();
}

Cluster::AnyDirectory::AnyDirectory(Cluster& owner) : cluster(owner), start(std::random_device{}() % 1'024) {}

void Cluster::AnyDirectory::find(std::size_t failures, Found found) {
    if (failures > 0) cluster.refresh();
    if (!cluster.map_.known()) return cluster.find(std::nullopt, failures, std::move(found));
    const auto& nodes = cluster.map_.nodes();
    given = nodes[(start + failures) % nodes.size()];
    found(given);
}

Cluster::Node::Node(Cluster& cluster, const ValkeyAddress& address)
    : directory(cluster, address),
      pipeline(
          cluster.context_, directory, cluster.scripts_, [&cluster](bool) { cluster.judge_connected(); },
          [this, &cluster](Command& command, const std::string& error) { return cluster.redirect(*this, command, error); }) {}

Cluster::Cluster(ValkeyContext& context, Changed changed)
    : context_(context),
      changed_(std::move(changed)),
      unplaced_(context, nobody_, scripts_, [](bool) {}),
      any_(*this),
      subscriber_(context, any_),
      shards_(context, map_, [this] { refresh(); }),
      inquiry_(context),
      refresh_([](void* self) { static_cast<Cluster*>(self)->ask_for_map(); }, this),
      backoff_(context.options.retry_min, context.options.retry_max),
      again_([](void* self) { static_cast<Cluster*>(self)->try_again(); }, this) {}

void Cluster::start() {
    unplaced_.start();
    ask_for_map();
}

void Cluster::stop() {
    stopped_ = true;
    refresh_.cancel();
    again_.cancel();
    inquiry_.stop();
    finders_.clear();
    subscriber_.stop();
    shards_.stop();
    for (Command& command : std::exchange(later_, {})) unplaced_.move_in(std::move(command));
    for (const auto& [address, node] : nodes_) node->pipeline.stop();
    unplaced_.stop();
}

void Cluster::add(Command command) {
    command.called = context_.loop.now();
    place(std::move(command));
}

void Cluster::place(Command command) {
    const auto& words = command.words;
    if (command.of_one_node) return unplaced_.answer(command, fail(ErrorCode::Closed, "the node has left the cluster"));
    if (words.size() > 2 && words[0] == "PUBSUB" && words[1] == "NUMSUB" && map_.known()) return ask_all(std::move(command));
    pipeline_of(command).move_in(std::move(command));
}

Pipeline& Cluster::pipeline_of(const Command& command) {
    if (!map_.known()) return unplaced_;
    // A script's first two words are set when it is sent.
    const auto key = command.script.empty()    ? key_of(command.words)
                     : command.words[2] != "0" ? std::optional<std::string_view>(command.words[3])
                                               : std::nullopt;
    if (!key) return any_pipeline();
    const ValkeyAddress* const owner = map_.owner(slot_of(*key));
    return owner == nullptr ? any_pipeline() : node_at(*owner).pipeline;
}

// The same one as long as it is there, so that one caller's commands stay in order.
Pipeline& Cluster::any_pipeline() {
    for (const auto& [address, node] : nodes_) {
        if (node->pipeline.up()) return node->pipeline;
    }
    return nodes_.empty() ? unplaced_ : nodes_.begin()->second->pipeline;
}

// Each node counts the subscribers that it has itself: the answer is their sum.
void Cluster::ask_all(Command command) {
    struct Sum {
        Command command;
        Value total;
        std::size_t left = 0;
    };
    const auto sum = std::make_shared<Sum>();
    const std::vector<std::string> words = command.words;
    sum->command = std::move(command);
    std::vector<Pipeline*> pipelines;
    for (const auto& address : std::vector<ValkeyAddress>(map_.nodes())) pipelines.push_back(&node_at(address).pipeline);
    sum->left = pipelines.size();
    for (Pipeline* const pipeline : pipelines) {
        Command part;
        part.words = words;
        part.of_one_node = true;
        part.answer = [this, sum](Result<Value> answer) {
            --sum->left;
            if (!sum->command.answer) return;
            if (answer && sum->total.elements.size() == answer->elements.size()) {
                for (std::size_t i = 1; i < answer->elements.size(); i += 2) sum->total.elements[i].integer += answer->elements[i].integer;
            } else if (answer) {
                sum->total = std::move(*answer);
            }
            if (answer && sum->left > 0) return;
            context_.waiting_bytes.fetch_sub(sum->command.size, std::memory_order_relaxed);
            (answer ? context_.commands : context_.failures).fetch_add(1, std::memory_order_relaxed);
            auto told = std::exchange(sum->command.answer, nullptr);
            if (answer) {
                told(std::move(sum->total));
            } else {
                told(std::unexpected(answer.error()));
            }
        };
        pipeline->add(std::move(part));
    }
}

Cluster::Node& Cluster::node_at(const ValkeyAddress& address) {
    auto& node = nodes_[{address.host, address.port}];
    if (!node) {
        node = std::make_unique<Node>(*this, address);
        node->pipeline.start();
    }
    return *node;
}

bool Cluster::redirect(const Node& from, Command& command, const std::string& error) {
    if (stopped_) return false;
    if (error.starts_with("TRYAGAIN ")) {
        later_.push_back(std::move(command));
        if (!again_.armed()) context_.loop.arm_after(again_, kTryAgain);
        return true;
    }
    auto redirection = Redirection::parse(error);
    if (!redirection || ++command.redirections > kMaxRedirections) return false;
    if (redirection->address.host.empty()) redirection->address.host = from.directory.address.host;
    Pipeline& target = node_at(redirection->address).pipeline;
    if (redirection->ask) {
        target.add_asking(std::move(command));
    } else {
        map_.set(redirection->slot, redirection->address);
        refresh();
        target.move_in(std::move(command));
    }
    return true;
}

void Cluster::try_again() {
    for (Command& command : std::exchange(later_, {})) place(std::move(command));
}

void Cluster::find(std::optional<std::uint16_t> slot, std::size_t failures, Directory::Found found) {
    if (failures > 0) refresh();
    if (const ValkeyAddress* const owner = slot ? map_.owner(*slot) : nullptr) return found(*owner);
    finders_.emplace_back(slot, std::move(found));
    refresh();
}

void Cluster::refresh() {
    if (stopped_ || inquiry_.running() || refresh_.armed()) return;
    context_.loop.arm(refresh_, std::max(context_.loop.now(), asked_ + kBetweenMaps));
}

// Another node is asked first each time: one that was cut off from the others would tell the same old map for ever.
void Cluster::ask_for_map() {
    asked_ = context_.loop.now();
    std::vector<ValkeyAddress> servers;
    if (map_.known()) servers = map_.nodes();
    if (!servers.empty())
        std::rotate(servers.begin(), servers.begin() + static_cast<std::ptrdiff_t>(++turn_ % servers.size()), servers.end());
    const auto& seeds = context_.options.addresses;
    servers.insert(servers.end(), seeds.begin(), seeds.end());
    inquiry_.start(
        std::move(servers), {"CLUSTER", "SLOTS"},
        [this](const Value& answer, const ValkeyAddress& asked) { return map_.load(answer, asked); },
        [this](const Result<void>& outcome) { on_map(outcome); });
}

void Cluster::on_map(const Result<void>& outcome) {
    auto finders = std::exchange(finders_, {});
    if (!outcome) {
        context_.loop.arm_after(refresh_, backoff_.next());
        for (auto& [slot, found] : finders) found(std::unexpected(outcome.error()));
        return;
    }
    backoff_.reset();
    place_nodes();
    shards_.follow_map();
    const auto& nodes = map_.nodes();
    if (any_.given.port != 0 && std::find(nodes.begin(), nodes.end(), any_.given) == nodes.end()) {
        subscriber_.renew({ErrorCode::InvalidState, "the node has left the cluster"});
    }
    for (auto& [slot, found] : finders) {
        if (!slot) {
            any_.find(0, std::move(found));
        } else if (const ValkeyAddress* const owner = map_.owner(*slot)) {
            found(*owner);
        } else {
            found(fail(ErrorCode::InvalidState, "nobody has the slot"));
        }
    }
    judge_connected();
}

// One that has no slots any more may still owe answers: it goes when it has given them, or has died.
void Cluster::place_nodes() {
    const std::vector<ValkeyAddress> owners = map_.nodes();
    for (const ValkeyAddress& address : owners) node_at(address);
    std::deque<Command> homeless = unplaced_.take_waiting();
    std::vector<std::unique_ptr<Node>> gone;
    for (auto named = nodes_.begin(); named != nodes_.end();) {
        Node& node = *named->second;
        const bool owns = std::find(owners.begin(), owners.end(), node.directory.address) != owners.end();
        if (owns || (node.pipeline.up() && node.pipeline.busy())) {
            ++named;
            continue;
        }
        for (Command& command : node.pipeline.take_waiting()) homeless.push_back(std::move(command));
        gone.push_back(std::move(named->second));
        named = nodes_.erase(named);
    }
    for (Command& command : homeless) place(std::move(command));
    for (const auto& node : gone) node->pipeline.stop();
}

void Cluster::judge_connected() {
    if (stopped_) return;
    const auto& owners = map_.nodes();
    const bool all = !owners.empty() && std::all_of(owners.begin(), owners.end(), [this](const ValkeyAddress& address) {
        const auto found = nodes_.find({address.host, address.port});
        return found != nodes_.end() && found->second->pipeline.up();
    });
    if (std::exchange(connected_, all) != all) changed_(all);
}

void Cluster::subscribe(Kind kind, std::string name, Valkey::Listener& listener) {
    if (kind == Kind::Shard) return shards_.add(name, listener);
    subscriber_.add(kind, std::move(name), listener);
}

void Cluster::unsubscribe(Kind kind, const std::string& name, Valkey::Listener& listener) {
    if (kind == Kind::Shard) return shards_.remove(name, listener);
    subscriber_.remove(kind, name, listener);
}

std::unique_ptr<Directory> Cluster::directory_of(std::string_view key) { return std::make_unique<SlotDirectory>(*this, slot_of(key)); }

std::unique_ptr<Topology> make_cluster(ValkeyContext& context, Changed changed) {
    return std::make_unique<Cluster>(context, std::move(changed));
}

}  // namespace sio::cluster
