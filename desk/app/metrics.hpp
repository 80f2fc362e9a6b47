#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "desk/app/cluster.hpp"
#include "desk/delivery/announcements.hpp"
#include "desk/delivery/delivery.hpp"
#include "desk/delivery/recoveries.hpp"
#include "desk/rest/api.hpp"
#include "desk/session/admission.hpp"
#include "desk/session/door.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::app {

/// `GET /metrics`, in Prometheus' text format (docs/metrics.md has the list). With a token, for who brings it as a bearer; without one,
/// for this machine, and not through a proxy.  Thread: any, once the server has started.
class Metrics {
public:
    struct Sources {
        sio::Server& io;
        const Admission& admission;
        Door& door;
        const Delivery& delivery;
        const RecoveryCounts& recoveries;
        const rest::Api& api;
        const store::Store& store;
        const Cluster& cluster;
        const std::optional<Announcements>& announcements;
    };
    Metrics(const Sources& sources, std::string token);

    void answer(const sio::http::Request& request, rest::Reply reply) const;

private:
    bool may_see(const sio::http::Request& request) const;
    std::string text(const sio::Statistics& statistics) const;

    /// By namespace and event. Every event of the schema is there from the start, since a rate knows nothing of a first value that is not
    /// 0; names that the schema has not are `other`: a label has few values.
    using Events = std::map<std::pair<std::string, std::string>, std::uint64_t>;
    static void add_events(Events& events, const sio::NamespaceStatistics& nsp, std::uint64_t sio::EventTotals::* direction);

    const Sources sources_;
    const std::string token_;
    Events received_;  ///< all 0
    Events sent_;      ///< all 0
};

}  // namespace desk::app
