#pragma once

#include <set>
#include <string>
#include <string_view>

#include "desk/delivery/delivery.hpp"
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
        const rest::Api& api;
        const store::Store& store;
    };
    Metrics(const Sources& sources, std::string token);

    void answer(const sio::http::Request& request, rest::Reply reply) const;

private:
    bool may_see(const sio::http::Request& request) const;
    std::string text(const sio::Statistics& statistics) const;
    /// `event`, or `other` for names that the schema has not: a label has few values.
    std::string label(const std::string& event) const;

    const Sources sources_;
    const std::string token_;
    std::set<std::string, std::less<>> events_;
};

}  // namespace desk::app
