#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk/cluster/share.hpp"
#include "sio/base/string_map.hpp"

namespace desk::cluster {

/// What one server knows of the roll, and what of its own it has still to tell. Own shares are seen as they come back, so that all servers
/// see all changes in one order; while there is nobody to send them back, what is put is seen at once, and what is removed stays.
/// Thread: one at a time; no call from within the listener.
class RollBook {
public:
    using Changed = std::function<void(const std::string& key, const Shares& shares, Why why, bool ours)>;
    explicit RollBook(Changed changed) : changed_(std::move(changed)) {}

    /// The own share of a key; empty: none. It is to be told.
    void put(std::string_view key, std::string payload, Why why, bool alone);
    /// The first keys to be told, `most` at most, as they are now: they count as told.
    struct Line {
        std::string key;
        std::string payload;  ///< empty: removed
        Why why;
    };
    std::vector<Line> next(std::size_t most);
    bool all_told() const { return untold_.empty(); }

    /// Another share than before; empty: none.
    void apply(LeaseId lease, std::string_view key, std::string payload, Why why, bool ours);
    /// A lease has ended; what is left of it goes.
    void end(LeaseId lease, bool ours);

    struct Loaded {
        LeaseId lease;
        std::vector<std::pair<std::string, std::string>> shares;
    };
    /// All there is, after a time in which nothing was heard. Own shares that are not there are to be told again; those of the leases in
    /// `awaited`, which are not there either, stay.
    void replace(std::vector<Loaded> all, const std::vector<LeaseId>& awaited);

    /// As seen; nobody's is empty.
    const Shares& shares(std::string_view key) const;
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::string mine;  // what this server wants
        Shares shares;     // what is seen
        Why why = Why::Told;
        bool untold = false;
    };
    using Entries = sio::StringMap<Entry>;
    using Node = Entries::value_type;

    Node& at(std::string_view key);
    void leave_untold(Node& node);
    void see(Node& node, Shares shares, Why why, bool ours);
    void tidy(const Node& node);
    void merge(Node& node, Shares found, const std::vector<LeaseId>& awaited);

    Changed changed_;
    Entries entries_;
    std::deque<Node*> untold_;  // none of them is forgotten
};

}  // namespace desk::cluster
