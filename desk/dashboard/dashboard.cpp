#include "desk/dashboard/dashboard.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "desk/dashboard/home.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/visitor.hpp"

namespace desk::dashboard {

namespace {

/// What a row may have changed.
MetricSet metrics_of(std::string_view event) {
    if (event == "ticket:updated") return {Metric::Tickets, Metric::Sla};
    if (event == "ticket:created" || event == "ticket:assigned" || event == "ticket:status") {
        return {Metric::Tickets, Metric::Agents, Metric::Sla};
    }
    if (event.starts_with("ticket:sla:")) return {Metric::Sla};
    if (event == "chat:updated") return {Metric::Queue, Metric::Agents};
    if (event == "user:updated") return {Metric::Agents};
    if (event == "org:updated") return {Metric::Tickets};
    return {};
}

}  // namespace

Dashboard::Dashboard(sio::Server& io, store::Store& store, Delivery& delivery, Attend attend, DashboardOptions options, sio::Log& log,
                     Others others)
    : io_(io),
      store_(store),
      delivery_(delivery),
      attend_(std::move(attend)),
      options_(std::move(options)),
      others_(others),
      log_(log),
      nsp_(io.of(desk::to_string(Namespace::Dashboard))) {
    for (unsigned i = 0; i < io.loops().size(); ++i) homes_.push_back(std::make_unique<Home>(*this, io.loops().at(i)));
    nsp_.on_connection([this](sio::Socket& socket) { watch(socket); });
    nsp_.on_disconnect([this](sio::Socket& socket, sio::DisconnectReason) { unwatch(socket); });
    if (others_.leases != nullptr)
        others_.bus->hear(std::string(kChannel),
                          {.message = [this](std::string_view, std::string_view message) { hear(message); }, .gap = {}});
}

Dashboard::~Dashboard() = default;

Dashboard::Home& Dashboard::home(std::string_view org) { return *homes_[home_loop(io_, org).index()]; }

void Dashboard::hear(std::string_view message) {
    const auto line = [&] {
        const auto end = std::min(message.find('\n'), message.size());
        const std::string_view text = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        return text;
    };
    std::string org(line());
    const auto name = line();
    const auto number = line();
    const auto* const metric = std::ranges::find_if(kAllMetrics, [&](Metric each) { return to_string(each) == name; });
    std::int64_t rev = 0;
    std::from_chars(number.data(), number.data() + number.size(), rev);
    if (metric == kAllMetrics.end()) return;
    Home& at = home(org);
    run_on(at.loop, [&at, org = std::move(org), metric = *metric, rev, json = std::string(message)] { at.hear(org, metric, rev, json); });
}

void Dashboard::watch(sio::Socket& socket) {
    const std::string& org = visitor_of(socket).actor().org;
    delivery_.follow(org);
    Home& at = home(org);
    run_on(at.loop, [&at, org, watcher = socket.handle()] {
        Home::Place& place = at.open(org);
        place.board.watch(watcher);
        at.turn(place);
    });
}

void Dashboard::unwatch(sio::Socket& socket) {
    const std::string& org = visitor_of(socket).actor().org;
    Home& at = home(org);
    run_on(at.loop, [&at, org, watcher = socket.handle()] {
        Home::Place* const place = at.find(org);
        if (place == nullptr) return;
        place->board.unwatch(watcher);
        at.turn(*place);
    });
}

void Dashboard::follow(const EventRow& row) {
    if (const MetricSet metrics = metrics_of(row.name); !metrics.empty()) home(row.org).touch(row.org, metrics);
}

void Dashboard::presence_changed(std::string_view org, std::string_view user) {
    Home& at = home(org);
    Home::Place* const place = at.find(org);
    if (place == nullptr) return;
    if (place->board.facts().agents.has(user))
        place->board.move(Metric::Agents);
    else
        place->board.touch({Metric::Agents});
    // Later: whoever tells of it is in the middle of it, and many come at once.
    at.loop.arm_after(place->timer, std::chrono::milliseconds(1));
}

void Dashboard::touch(const std::string& org, MetricSet metrics) {
    Home& at = home(org);
    at.loop.post([&at, org, metrics] { at.touch(org, metrics); });
}

void Dashboard::get(const std::string& org, Metric metric, Board::Answer done) {
    Home& at = home(org);
    run_on(at.loop, [&at, org, metric, done = std::move(done)]() mutable {
        Home::Place& place = at.open(org);
        place.board.ask(metric, std::move(done));
        at.turn(place);
    });
}

}  // namespace desk::dashboard
