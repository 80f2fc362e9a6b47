#include "sio/http/server.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sio/http/server_impl.hpp"

namespace sio::http {

void Router::add(std::string prefix, Handler& handler) {
    const auto longer = [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); };
    std::pair<std::string, Handler*> route(std::move(prefix), &handler);
    const auto place = std::upper_bound(routes_.begin(), routes_.end(), route, longer);
    routes_.insert(place, std::move(route));
}

Handler* Router::find(std::string_view path) const {
    for (const auto& [prefix, handler] : routes_) {
        if (path.starts_with(prefix)) return handler;
    }
    return nullptr;
}

std::shared_ptr<Shard> Server::Impl::shard(runtime::Loop& loop) {
    const std::scoped_lock lock(mutex_);
    if (loop.index() >= shards_.size()) shards_.resize(loop.index() + 1);
    auto& shard = shards_[loop.index()];
    if (!shard) shard = std::make_shared<Shard>(*this, loop);
    return shard;
}

std::shared_ptr<Shard> Server::Impl::find(unsigned loop) {
    const std::scoped_lock lock(mutex_);
    return loop < shards_.size() ? shards_[loop] : nullptr;
}

std::vector<std::shared_ptr<Shard>> Server::Impl::all() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<Shard>> shards;
    std::copy_if(shards_.begin(), shards_.end(), std::back_inserter(shards), [](const auto& shard) { return shard != nullptr; });
    return shards;
}

void Server::Impl::hand_over(std::unique_ptr<runtime::Stream> stream, runtime::Loop& loop) {
    loop.post([shard = shard(loop), moved = std::move(stream)]() mutable {
        moved->attach(shard->loop());
        shard->serve(std::move(moved));
    });
}

Server::Server(const Router& router, Limits limits) : impl_(std::make_unique<Impl>(router, limits)) {}

Server::~Server() {
    for (const auto& shard : impl_->all()) shard->close();
}

void Server::serve(std::unique_ptr<runtime::Stream> stream) {
    auto& loop = stream->loop();
    impl_->shard(loop)->serve(std::move(stream));
}

void Server::respond(ExchangeId id, Response response) {
    auto shard = impl_->find(id.loop);
    if (!shard) return;
    auto& loop = shard->loop();
    loop.post([shard = std::move(shard), serial = id.serial, answer = std::move(response)]() mutable {
        shard->respond(serial, std::move(answer));
    });
}

Server::Answers Server::answers(const runtime::Loop& loop) const {
    const auto shard = impl_->find(loop.index());
    return shard ? shard->answers() : Answers{};
}

void Server::drain(runtime::Loop& loop) { impl_->shard(loop)->drain(); }

}  // namespace sio::http
