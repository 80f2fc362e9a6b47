#include "desk/cluster/roll_book.hpp"

#include <algorithm>

namespace desk::cluster {

namespace {

const std::string* share_of(const Shares& shares, LeaseId lease) {
    const auto found = std::ranges::find(shares, lease, &Share::lease);
    return found == shares.end() ? nullptr : &found->payload;
}

Shares with(Shares shares, LeaseId lease, std::string payload) {
    auto at = std::ranges::lower_bound(shares, lease, {}, &Share::lease);
    const bool there = at != shares.end() && at->lease == lease;
    if (payload.empty()) {
        if (there) shares.erase(at);
    } else if (there) {
        at->payload = std::move(payload);
    } else {
        shares.insert(at, {lease, std::move(payload)});
    }
    return shares;
}

}  // namespace

RollBook::Node& RollBook::at(std::string_view key) {
    if (const auto found = entries_.find(key); found != entries_.end()) return *found;
    return *entries_.try_emplace(std::string(key)).first;
}

const Shares& RollBook::shares(std::string_view key) const {
    static const Shares kNone;
    const auto found = entries_.find(key);
    return found == entries_.end() ? kNone : found->second.shares;
}

void RollBook::tidy(const Node& node) {
    const Entry& entry = node.second;
    if (entry.mine.empty() && entry.shares.empty() && !entry.untold) entries_.erase(entries_.find(node.first));
}

void RollBook::leave_untold(Node& node) {
    if (!std::exchange(node.second.untold, true)) untold_.push_back(&node);
}

void RollBook::see(Node& node, Shares shares, Why why, bool ours) {
    Shares& seen = node.second.shares;
    if (seen == shares) return;
    seen = std::move(shares);
    changed_(node.first, seen, why, ours);
}

void RollBook::put(std::string_view key, std::string payload, Why why, bool alone) {
    Node& node = at(key);
    Entry& entry = node.second;
    if (alone && !payload.empty()) see(node, with(entry.shares, kOwnLease, payload), why, true);
    entry.mine = std::move(payload);
    entry.why = why;
    leave_untold(node);
}

std::vector<RollBook::Line> RollBook::next(std::size_t most) {
    std::vector<Line> lines;
    while (lines.size() < most && !untold_.empty()) {
        Node& node = *untold_.front();
        untold_.pop_front();
        node.second.untold = false;
        lines.push_back({node.first, node.second.mine, node.second.why});
        tidy(node);
    }
    return lines;
}

void RollBook::apply(LeaseId lease, std::string_view key, std::string payload, Why why, bool ours) {
    Node& node = at(key);
    see(node, with(node.second.shares, lease, std::move(payload)), why, ours);
    tidy(node);
}

void RollBook::end(LeaseId lease, bool ours) {
    std::vector<std::string> left;
    for (const auto& [key, entry] : entries_) {
        if (share_of(entry.shares, lease) != nullptr) left.push_back(key);
    }
    for (const std::string& key : left) apply(lease, key, {}, Why::Inferred, ours);
}

void RollBook::replace(std::vector<Loaded> all, const std::vector<LeaseId>& awaited) {
    std::unordered_map<std::string, Shares> found;
    for (Loaded& each : all) {
        for (auto& [key, payload] : each.shares) found[key] = with(std::move(found[key]), each.lease, std::move(payload));
    }
    for (Node* each : std::exchange(untold_, {})) each->second.untold = false;
    std::vector<Node*> known;
    known.reserve(entries_.size());
    for (Node& each : entries_) known.push_back(&each);
    for (Node* each : known) {
        auto shares = found.extract(each->first);
        merge(*each, shares.empty() ? Shares() : std::move(shares.mapped()), awaited);
    }
    for (auto& [key, shares] : found) merge(at(key), std::move(shares), awaited);
}

void RollBook::merge(Node& node, Shares found, const std::vector<LeaseId>& awaited) {
    Entry& entry = node.second;
    for (const Share& each : entry.shares) {
        if (std::ranges::find(awaited, each.lease) != awaited.end()) found = with(std::move(found), each.lease, each.payload);
    }
    const std::string* const told = share_of(found, kOwnLease);
    const bool went = told == nullptr && entry.mine.empty() && share_of(entry.shares, kOwnLease) != nullptr;
    const bool as_told = told == nullptr ? entry.mine.empty() : *told == entry.mine;
    if (!as_told) leave_untold(node);
    if (!entry.mine.empty()) found = with(std::move(found), kOwnLease, entry.mine);
    const Why why = !found.empty() ? Why::Told : went ? entry.why : Why::Inferred;
    see(node, std::move(found), why, went);
    tidy(node);
}

}  // namespace desk::cluster
