#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sio/cluster/testing/valkey_server.hpp"

namespace sio::cluster::testing {

/// Three real primaries that have a third of the slots each, and one replica of the first.
class ValkeyCluster {
public:
    /// Returns when all know of each other and serve; throws when that does not come about.
    ValkeyCluster();

    std::string url() const;
    ValkeyServer& primary(std::size_t index) { return *servers_[index]; }
    ValkeyServer& replica() { return *servers_[3]; }
    /// Which primary has the slot at the start.
    static std::size_t place_of(std::size_t slot) { return slot * 3 / 16'384; }
    /// Names a slot's next owner, as a resharding does; until finish_move() the old one answers ASK for keys that it does not hold.
    void begin_move(std::size_t slot, std::size_t from, std::size_t to);
    /// `keys` are what of the slot is there.
    void finish_move(std::size_t slot, std::size_t from, std::size_t to, const std::vector<std::string>& keys);

private:
    std::string id_of(std::size_t index) const;
    void must(std::size_t index, const std::vector<std::string>& words);
    void wait_until(const std::function<bool()>& done);
    bool serves(std::size_t index) const;

    std::vector<std::unique_ptr<ValkeyServer>> servers_;
};

}  // namespace sio::cluster::testing
