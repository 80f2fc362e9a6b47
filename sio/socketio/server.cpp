#include "sio/socketio/server.hpp"

#include <algorithm>
#include <cstdio>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/room_table.hpp"

namespace sio {
namespace {

unsigned loop_count(const Options& options) {
    return options.loops > 0 ? options.loops : std::max(1U, std::thread::hardware_concurrency());
}

std::string with_slash(std::string_view name) { return name.starts_with('/') ? std::string(name) : "/" + std::string(name); }

/// Runs `task` on every loop and waits until all have.
template <class Task>
void on_every_loop(runtime::LoopGroup& loops, const Task& task) {
    std::latch done(loops.size());
    for (unsigned i = 0; i < loops.size(); ++i) {
        loops.at(i).post([&, i] {
            task(i);
            done.count_down();
        });
    }
    done.wait();
}

}  // namespace

Server::Server(Options options) : Server(nullptr, std::move(options)) {}

Server::Server(runtime::LoopGroup& loops, Options options) : Server(&loops, std::move(options)) {}

Server::Server(runtime::LoopGroup* loops, Options options)
    : options_(std::move(options)),
      owned_loops_(loops ? nullptr : std::make_unique<runtime::LoopGroup>(loop_count(options_))),
      loops_(loops ? *loops : *owned_loops_),
      hubs_(make_hubs()),
      main_(of("/")),
      engine_(std::make_unique<engineio::Server>(loops_, options_.engine, [this](engineio::Session& session) { return open(session); })),
      http_(std::make_unique<http::Server>(router_, options_.http)) {
    std::string_view path = options_.engine.path;
    if (path.ends_with('/')) path.remove_suffix(1);
    router_.add(std::string(path), *engine_);
}

std::vector<std::unique_ptr<detail::Hub>> Server::make_hubs() {
    std::vector<std::unique_ptr<detail::Hub>> hubs;
    hubs.reserve(loops_.size());
    for (unsigned i = 0; i < loops_.size(); ++i) hubs.push_back(std::make_unique<detail::Hub>(*this, loops_.at(i)));
    return hubs;
}

Server::~Server() { close(); }

Namespace& Server::of(std::string_view name) {
    const auto full = with_slash(name);
    const std::unique_lock lock(namespaces_mutex_);
    const auto found = namespaces_.find(full);
    if (found != namespaces_.end()) return *found->second;
    if (started_) throw std::logic_error("namespaces are made before the server starts");
    return *namespaces_.emplace(full, std::make_unique<Namespace>(*this, full, nullptr, nullptr)).first->second;
}

DynamicNamespace& Server::of(std::regex pattern) {
    return of(
        [pattern = std::move(pattern)](std::string_view name, json::Value) { return std::regex_match(name.begin(), name.end(), pattern); });
}

DynamicNamespace& Server::of(NamespaceMatcher matcher) {
    if (started_) throw std::logic_error("namespaces are made before the server starts");
    dynamic_.push_back(std::make_unique<DynamicNamespace>(std::move(matcher)));
    return *dynamic_.back();
}

Namespace* Server::find(std::string_view name) const {
    const std::shared_lock lock(namespaces_mutex_);
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second.get();
}

void Server::on_new_namespace(std::function<void(Namespace&)> handler) { on_new_namespace_ = std::move(handler); }

void Server::for_each_registrar(FunctionRef<void(Registrar&)> visit) {
    const std::shared_lock lock(namespaces_mutex_);
    for (const auto& [name, nsp] : namespaces_) visit(*nsp);
    for (const auto& parent : dynamic_) visit(*parent);
}

void Server::for_each_connection(FunctionRef<bool(Connection&)> visit) {
    const auto* const loop = runtime::Loop::current();
    if (loop != nullptr && &home().loop() == loop) home().for_each_connection(visit);
}

// An occupant is counted under the lock, so that a child that left() finds empty under it has nobody on the way in.
Namespace* Server::enter(std::string_view name, json::Value auth) {
    {
        const std::shared_lock lock(namespaces_mutex_);
        if (const auto found = namespaces_.find(name); found != namespaces_.end()) {
            found->second->occupants_.fetch_add(1, std::memory_order_relaxed);
            return found->second.get();
        }
    }
    const DynamicNamespace* parent = nullptr;
    for (const auto& candidate : dynamic_) {
        bool takes_it = false;
        detail::guarded(*this, name, "namespace matcher", [&] { takes_it = candidate->matcher_(name, auth); });
        if (!takes_it) continue;
        parent = candidate.get();
        break;
    }
    if (parent == nullptr) return nullptr;

    Namespace* child = nullptr;
    bool made = false;
    {
        const std::unique_lock lock(namespaces_mutex_);
        auto& place = namespaces_[std::string(name)];  // another loop may have been faster
        if (!place) {
            place = std::make_unique<Namespace>(*this, std::string(name), parent->handlers_, parent);
            place->freeze();
            made = true;
        }
        child = place.get();
        child->occupants_.fetch_add(1, std::memory_order_relaxed);
    }
    if (made && on_new_namespace_) detail::guarded(*this, name, "new_namespace", [&] { on_new_namespace_(*child); });
    return child;
}

// Loops may still have tasks in their mailboxes that name the child. A task posted now runs after those: the last loop to run its one
// destroys it.
void Server::left(Namespace& nsp) {
    if (nsp.occupants_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (nsp.parent() == nullptr || !options_.cleanup_empty_child_namespaces) return;
    std::shared_ptr<Namespace> gone;
    {
        const std::unique_lock lock(namespaces_mutex_);
        const auto found = namespaces_.find(nsp.name());
        if (found == namespaces_.end() || found->second.get() != &nsp || nsp.occupants_.load(std::memory_order_acquire) > 0) return;
        gone = std::move(found->second);
        namespaces_.erase(found);
    }
    gone->adapter().close();
    for (unsigned i = 0; i < loops_.size(); ++i) loops_.at(i).post([gone] {});
}

engineio::SessionHandler* Server::open(engineio::Session& session) {
    auto& hub = *hubs_[session.loop().index()];
    auto* const connection = new Connection(hub, session);  // the hub's, until its session ends
    hub.insert(*connection);
    return connection;
}

Result<std::uint16_t> Server::listen(runtime::ListenOptions options) {
    auto listener = runtime::Listener::open(loops_, std::move(options),
                                            [this](std::unique_ptr<runtime::Stream> stream) { http_->serve(std::move(stream)); });
    if (!listener) return std::unexpected(listener.error());
    listeners_.push_back(std::move(*listener));
    return listeners_.back()->port();
}

void Server::start() {
    if (started_) return;
    started_ = true;
    {
        const std::unique_lock lock(namespaces_mutex_);
        for (const auto& [name, nsp] : namespaces_) nsp->freeze();
    }
    for (const auto& parent : dynamic_) parent->handlers_->frozen = true;
    if (owned_loops_) owned_loops_->start();
}

void Server::drain() {
    for (const auto& listener : listeners_) listener->close();
    engine_->refuse_new_sessions();
}

void Server::drain(const DrainOptions& options) {
    // It listens on: behind a balancer the polls of one session come over many connections.
    engine_->refuse_new_sessions();
    for (const auto& hub : hubs_) hub->loop().post([&hub = *hub, options] { hub.drain(options); });
}

std::size_t Server::sessions() const {
    const auto counts = engine_->counts();
    return counts.polling + counts.websocket;
}

void Server::statistics(std::move_only_function<void(Statistics)> done) {
    struct Gathering {
        std::mutex mutex;
        Statistics sum;
        unsigned left;
        std::move_only_function<void(Statistics)> done;
    };
    const auto gathering = std::make_shared<Gathering>();
    gathering->left = loops_.size();
    gathering->done = std::move(done);
    for (unsigned i = 0; i < loops_.size(); ++i) {
        loops_.at(i).post([this, i, gathering] {
            std::unique_lock lock(gathering->mutex);
            add_statistics(i, gathering->sum);
            if (--gathering->left > 0) return;
            lock.unlock();
            gathering->done(std::move(gathering->sum));
        });
    }
}

void Server::add_statistics(unsigned loop, Statistics& sum) const {
    auto& its_loop = loops_.at(loop);
    const auto& totals = engine_->totals(its_loop);
    const auto counts = engine_->counts();
    sum.polling = counts.polling;
    sum.websocket = counts.websocket;
    sum.opened += totals.opened;
    sum.upgraded += totals.upgraded;
    const auto add_each = [](const auto& of_loop, auto& all) {
        for (std::size_t i = 0; i < all.size(); ++i) all[i] += of_loop[i];
    };
    add_each(totals.closed, sum.closed);
    add_each(totals.refused, sum.refused);
    add_each(http_->answers(its_loop), sum.answers);
    sum.refused_closing += totals.refused_closing;
    sum.invalid_namespaces += hubs_[loop]->invalid_namespaces();
    sum.queued_bytes += its_loop.traffic().queued;
    sum.overflows += its_loop.traffic().overflows;
    sum.received_bytes += its_loop.traffic().received;
    sum.sent_bytes += its_loop.traffic().sent;
    const std::shared_lock lock(namespaces_mutex_);
    for (const auto& [name, nsp] : namespaces_) {
        auto found = std::ranges::find(sum.namespaces, name, &NamespaceStatistics::name);
        if (found == sum.namespaces.end()) found = sum.namespaces.insert(found, NamespaceStatistics{.name = name});
        nsp->table(loop).counts().add_to(*found);
    }
}

void Server::close() {
    if (std::exchange(closed_, true)) return;
    drain();
    if (started_) {
        on_every_loop(loops_, [this](unsigned i) {
            engine_->close_sessions(loops_.at(i));
            http_->drain(loops_.at(i));
        });
    }
    // Not under the lock: an adapter may wait for a handler that looks for a namespace. None goes any more, all sessions have ended.
    std::vector<Namespace*> namespaces;
    {
        const std::shared_lock lock(namespaces_mutex_);
        for (const auto& [name, nsp] : namespaces_) namespaces.push_back(nsp.get());
    }
    for (auto* const nsp : namespaces) nsp->adapter().close();
    if (started_) {
        // A second round: the turn that ended the sessions has flushed what was queued.
        on_every_loop(loops_, [this](unsigned i) { hubs_[i]->clear(); });
        on_every_loop(loops_, [](unsigned) {});
    }
    if (!owned_loops_) return;
    owned_loops_->stop();
    // What was posted last may hold a Hold or a Next: it has to go while there is a server that it can call.
    for (int round = 0; round < 2; ++round) {
        for (unsigned i = 0; i < loops_.size(); ++i) loops_.at(i).turn();
    }
}

void Server::report(std::string_view nsp, std::string_view event, std::string_view what) const {
    if (options_.on_error) {
        options_.on_error({nsp, event, what});
    } else {
        std::fprintf(stderr, "sio: handler of \"%.*s\" in %.*s threw: %.*s\n", static_cast<int>(event.size()), event.data(),
                     static_cast<int>(nsp.size()), nsp.data(), static_cast<int>(what.size()), what.data());
    }
}

bool Server::on_loop_of(const SocketHandle& socket) const {
    return socket.loop < hubs_.size() && hubs_[socket.loop]->loop().in_loop_thread();
}

detail::Hub& Server::home() const {
    const auto* const loop = runtime::Loop::current();
    if (loop != nullptr && loop->index() < hubs_.size() && &hubs_[loop->index()]->loop() == loop) return *hubs_[loop->index()];
    return *hubs_.front();
}

void Server::post(const SocketHandle& socket, std::move_only_function<void(Socket&)> task) {
    if (!socket || socket.loop >= hubs_.size()) return;
    auto& hub = *hubs_[socket.loop];
    hub.loop().post([&hub, socket, task = std::move(task)]() mutable {
        if (Socket* const found = hub.find(socket)) task(*found);
    });
}

Socket* Server::find(const SocketHandle& socket) { return socket && on_loop_of(socket) ? hubs_[socket.loop]->find(socket) : nullptr; }

}  // namespace sio
