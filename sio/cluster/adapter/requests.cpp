#include "sio/cluster/adapter/requests.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/ids.hpp"

namespace sio::cluster {
namespace {

constexpr std::size_t kIdSize = 16;

}  // namespace

std::string Requests::ask(Question question) {
    auto pending = std::make_shared<Pending>();
    pending->servers = question.servers;
    pending->question = std::move(question);
    auto id = random_hex(kIdSize);
    const std::scoped_lock lock(mutex_);
    pending_.emplace(id, std::move(pending));
    size_.store(pending_.size(), std::memory_order_relaxed);
    return id;
}

void Requests::set_deadline(std::string_view id, runtime::TimePoint deadline) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = pending_.find(id); found != pending_.end()) found->second->deadline = deadline;
}

std::shared_ptr<Requests::Pending> Requests::find(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const auto found = pending_.find(id);
    return found == pending_.end() ? nullptr : found->second;
}

void Requests::forget(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = pending_.find(id); found != pending_.end()) pending_.erase(found);
    size_.store(pending_.size(), std::memory_order_relaxed);
}

void Requests::end(Pending& pending, bool closed) {
    const auto missing = pending.servers - std::min(pending.servers, pending.answers);
    pending.question.on_end(missing, closed);
}

void Requests::end_if_complete(std::string_view id, Pending& pending, std::unique_lock<std::mutex>& lock) {
    if (pending.ended || pending.needed == 0 || pending.answers < pending.needed) return;
    pending.ended = true;
    lock.unlock();
    forget(id);
    end(pending, false);
}

void Requests::expect(std::string_view id, std::size_t servers, std::size_t needed) {
    const auto pending = find(id);
    if (!pending) return;
    std::unique_lock lock(pending->mutex);
    pending->servers = servers;
    pending->needed = needed;
    end_if_complete(id, *pending, lock);
}

void Requests::answer(const Incoming& message, std::span<const std::string> attachments) {
    const auto pending = find(message.request_id);
    if (!pending) return;
    std::unique_lock lock(pending->mutex);
    if (pending->ended) return;
    pending->question.on_answer(message, attachments);
    if (message.kind != Kind::Answer) return;
    ++pending->answers;
    end_if_complete(message.request_id, *pending, lock);
}

void Requests::count_own(std::string_view id) {
    const auto pending = find(id);
    if (!pending) return;
    std::unique_lock lock(pending->mutex);
    ++pending->answers;
    end_if_complete(id, *pending, lock);
}

std::optional<runtime::TimePoint> Requests::expire(runtime::TimePoint now) {
    std::vector<std::shared_ptr<Pending>> due;
    std::optional<runtime::TimePoint> next;
    {
        const std::scoped_lock lock(mutex_);
        for (auto entry = pending_.begin(); entry != pending_.end();) {
            const auto deadline = entry->second->deadline;
            if (deadline > now) {
                next = next ? std::min(*next, deadline) : deadline;
                ++entry;
            } else {
                due.push_back(std::move(entry->second));
                entry = pending_.erase(entry);
            }
        }
        size_.store(pending_.size(), std::memory_order_relaxed);
    }
    for (const auto& pending : due) {
        const bool already = [&] {
            const std::scoped_lock lock(pending->mutex);
            return std::exchange(pending->ended, true);
        }();
        if (!already) end(*pending, false);
    }
    return next;
}

void Requests::close() {
    std::map<std::string, std::shared_ptr<Pending>, std::less<>> all;
    {
        const std::scoped_lock lock(mutex_);
        all.swap(pending_);
        size_.store(0, std::memory_order_relaxed);
    }
    for (const auto& [id, pending] : all) {
        const bool already = [&, &held = pending] {
            const std::scoped_lock lock(held->mutex);
            return std::exchange(held->ended, true);
        }();
        if (!already) end(*pending, true);
    }
}

}  // namespace sio::cluster
