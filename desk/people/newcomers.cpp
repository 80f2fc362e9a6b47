#include "desk/people/newcomers.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace desk::people {

namespace {

constexpr std::size_t kMaxWaiting = 20'000;
/// With more than these no lull is waited for.
constexpr std::size_t kMany = 10'000;
/// More commands than this before the writer, and this one is not worth its place.
constexpr std::size_t kBusy = 1000;
constexpr std::size_t kBatch = 500;
/// A commit for everybody who comes costs more than their connections do.
constexpr std::chrono::milliseconds kRest{50};

/// Never 0.
std::uint64_t hash_of(const Actor& actor) {
    const std::hash<std::string_view> hash;
    std::uint64_t sum = static_cast<std::uint64_t>(actor.role) + 1;
    const auto add = [&](std::string_view text) { sum = sum * 0x9E3779B97F4A7C15U + hash(text); };
    add(actor.org);
    add(actor.user);
    add(actor.name);
    for (const std::string& team : actor.teams) add(team);
    return sum | 1U;
}

bool is_news(const Actor& actor, const std::optional<User>& stored) {
    if (!stored) return true;
    return store::brings_news(actor, *stored) && (stored->ref != actor.ref() || stored->teams != actor.teams);
}

}  // namespace

Newcomers::Newcomers(store::Store& store, const Directory& directory, sio::runtime::Loop& loop)
    : store_(store), directory_(directory), loop_(loop), seen_(std::make_unique<std::array<std::atomic<std::uint32_t>, 65536>>()) {}

void Newcomers::seen(const IdentityRef& who) {
    const Actor& actor = who->actor;
    if (actor.role != Role::Admin && actor.role != Role::Agent) return;
    const std::uint64_t sum = hash_of(actor);
    const auto hash = static_cast<std::uint32_t>(sum);
    auto& place = (*seen_)[(sum >> 32U) % seen_->size()];
    if (place.load(std::memory_order_relaxed) == hash || directory_.find(actor.org, actor.user)) return;
    if (store_.waiting() > kBusy) return;
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_ >= kMaxWaiting) return;
        ++waiting_;
        Waiting& org = orgs_[actor.org];
        org.people.push_back(who);
        place.store(hash, std::memory_order_relaxed);
        if (std::exchange(org.busy, true)) return;
        org.lull.begin(org.people.size());
    }
    loop_.post([this, org = actor.org] { rest(org); });
}

void Newcomers::take(const std::string& org) {
    std::vector<IdentityRef> people;
    {
        const std::scoped_lock lock(mutex_);
        auto& waiting = orgs_[org].people;
        const std::size_t count = std::min(waiting.size(), kBatch);
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
        people.assign(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
        waiting.erase(waiting.begin(), end);
        waiting_ -= count;
    }
    store_.read(
        org,
        [people = std::move(people)](const store::Snapshot& snapshot) -> Result<std::vector<IdentityRef>> {
            std::vector<IdentityRef> unknown;
            for (const IdentityRef& who : people) {
                if (is_news(who->actor, snapshot.users().find(who->actor.user))) unknown.push_back(who);
            }
            return unknown;
        },
        [this, org](Result<std::vector<IdentityRef>> unknown) {
            if (unknown && !unknown->empty()) return write(org, std::move(*unknown));
            done(org, unknown.has_value());
        });
}

void Newcomers::write(const std::string& org, std::vector<IdentityRef> unknown) {
    store_.write(
        org,
        [unknown = std::move(unknown)](store::Transaction& tx) -> Result<bool> {
            for (const IdentityRef& who : unknown) static_cast<void>(tx.note(who->actor));
            return true;
        },
        [this, org](const Result<bool>& written) {
            if (written && noted_) noted_(org);
            done(org, written.has_value());
        });
}

void Newcomers::done(const std::string& org, bool known) {
    // Who was left out is looked up at their next CONNECT, and so is everybody else: failures are rare.
    if (!known) std::ranges::for_each(*seen_, [](auto& place) { place.store(0, std::memory_order_relaxed); });
    bool more = false;
    {
        const std::scoped_lock lock(mutex_);
        Waiting& waiting = orgs_[org];
        more = waiting.draining = waiting.draining && known && waiting.people.size() >= kBatch;
        waiting.lull.begin(waiting.people.size());
    }
    if (more) return take(org);
    loop_.post([this, org] { rest(org); });
}

void Newcomers::rest(const std::string& org) {
    resting_.push_back(org);
    if (!timer_.armed()) loop_.arm_after(timer_, kRest);
}

Newcomers::Next Newcomers::next_of(const std::string& org) {
    const std::scoped_lock lock(mutex_);
    const auto found = orgs_.find(org);
    Waiting& waiting = found->second;
    if (waiting.people.empty()) {
        orgs_.erase(found);
        return Next::Nothing;
    }
    waiting.draining = waiting_ > kMany || waiting.lull.has_come(waiting.people.size());
    return waiting.draining ? Next::Take : Next::Rest;
}

void Newcomers::go_on() {
    for (const std::string& org : std::exchange(resting_, {})) {
        switch (next_of(org)) {
            case Next::Nothing: break;
            case Next::Rest: rest(org); break;
            case Next::Take: take(org); break;
        }
    }
}

}  // namespace desk::people
