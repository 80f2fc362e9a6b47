#include "desk/dashboard/home.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/clock.hpp"

namespace desk::dashboard {

namespace {

// Of what a server that died may have told after it last noted its number, microseconds.
constexpr std::int64_t kUnsaid = 5'000'000;

std::string lease_of(const std::string& org) { return "metrics:" + org; }

}  // namespace

Dashboard::Home::Place& Dashboard::Home::open(const std::string& org) {
    auto& place = places_[org];
    if (!place) place = std::make_unique<Place>(*this, org);
    return *place;
}

Dashboard::Home::Place* Dashboard::Home::find(std::string_view org) {
    if (places_.empty()) return nullptr;
    const auto found = places_.find(org);
    return found == places_.end() ? nullptr : found->second.get();
}

void Dashboard::Home::turn(Place& place) {
    want_lease(place);
    place.board.lead(loop.now() < place.leads_until);
    const auto next = place.board.turn(loop.now(), store_now_us());
    if (place.board.idle()) {
        // Not under its own feet: a timer may be calling.
        loop.defer([this, org = place.board.org()] {
            if (const Place* const again = find(org); again != nullptr && again->board.idle()) places_.erase(org);
        });
        return;
    }
    if (place.board.watched() && place.board.leads() && loop.now() >= place.checked + owner.options_.check_interval) {
        place.checked = loop.now();
        check(place);
    }
    if (next) loop.arm(place.timer, *next);
}

void Dashboard::Home::want_lease(Place& place) {
    cluster::Leases* const leases = owner.others_.leases;
    if (leases == nullptr || place.wants_lease == place.board.wanted()) return;
    const std::string& org = place.board.org();
    place.wants_lease = !place.wants_lease;
    if (!place.wants_lease) return leases->let_go(lease_of(org));
    place.leads_until = Board::Time::min();
    leases->want(lease_of(org), [this, org](Board::Time until, std::int64_t number) {
        loop.post([this, org, until, number] {
            Place* const there = find(org);
            if (there == nullptr) return;
            const bool takes_over = until > loop.now() && !there->board.leads();
            // What the one before told since it last said so is less than this, too.
            last_rev_ = std::max(last_rev_, takes_over ? number + kUnsaid : number);
            there->leads_until = until;
            turn(*there);
        });
    });
}

void Dashboard::Home::told(const Board& board, Metric metric, const std::string& json) {
    if (owner.others_.leases == nullptr) return;
    owner.others_.leases->note(lease_of(board.org()), last_rev_);
    std::string message = board.org();
    message.append(1, '\n').append(to_string(metric)).append(1, '\n').append(std::to_string(last_rev_)).append(1, '\n').append(json);
    owner.others_.bus->tell(kChannel, std::move(message));
}

void Dashboard::Home::hear(const std::string& org, Metric metric, std::int64_t rev, const std::string& json) {
    last_rev_ = std::max(last_rev_, rev);
    const Place* const place = find(org);
    if (place != nullptr && !place->board.leads()) send(place->board.watchers(), metric, json);
}

void Dashboard::Home::read(Board& board, MetricSet metrics) {
    // The board stays until it has its facts.
    owner.store_.read(
        board.org(), [metrics](const store::Snapshot& snapshot) -> Result<Facts> { return read_facts(snapshot, metrics); },
        [this, &board](Result<Facts> facts) {
            loop.post([this, &board, facts = std::move(facts)]() mutable {
                board.have_read(std::move(facts), loop.now());
                turn(*find(board.org()));
            });
        });
}

std::string Dashboard::Home::draw(const Board& board, Metric metric) {
    // Grows over restarts, and over all servers: what the leading one tells next is newer than what is drawn here for who comes.
    if (board.leads() || last_rev_ == 0) last_rev_ = std::max(last_rev_ + 1, sio::unix_us());
    const Stamp stamp{board.org(), store_now_us(), last_rev_};
    const Facts& facts = board.facts();
    switch (metric) {
        case Metric::Tickets: return tickets_json(stamp, facts.tickets);
        case Metric::Queue: return queue_json(stamp, facts.queue);
        case Metric::Agents: return agents_json(stamp, facts.agents, owner.options_.workload, owner.attend_);
        case Metric::Sla: return sla_json(stamp, facts.sla);
    }
    return {};
}

void Dashboard::Home::send(std::span<const sio::SocketHandle> watchers, Metric metric, const std::string& json) {
    const auto event = owner.nsp_.encode("metrics:" + std::string(to_string(metric)), sio::json::Raw{json});
    for (const sio::SocketHandle& watcher : watchers) {
        owner.io_.post(watcher, [event](sio::Socket& socket) { socket.send(event); });
    }
}

void Dashboard::Home::check(const Place& place) {
    owner.store_.read(
        place.board.org(), [held_us = place.held_us](const store::Snapshot& snapshot) -> Result<Audit> { return audit(snapshot, held_us); },
        [this, org = place.board.org()](Result<Audit> audit) {
            if (audit) loop.post([this, org, audit = std::move(*audit)] { checked(org, audit); });
        });
}

void Dashboard::Home::checked(const std::string& org, const Audit& audit) {
    Place* const place = find(org);
    const std::int64_t held_us = place == nullptr ? 0 : place->held_us;
    if (place != nullptr) place->held_us = begin_of(quarter_of(audit.now_us));
    if (audit.passed()) return;
    owner.log_.error("the dashboard's counters are not what the tickets say, counted again",
                     {{"org", org},
                      {"tickets", total(audit.kept.tickets)},
                      {"tickets_found", total(audit.found.tickets)},
                      {"promises", total(audit.kept.promises)},
                      {"promises_found", total(audit.found.promises)},
                      {"moves", total(audit.kept.activity)},
                      {"moves_found", total(audit.found.activity)}});
    repair(org, held_us);
}

void Dashboard::Home::repair(const std::string& org, std::int64_t held_us) {
    owner.store_.write(
        org,
        [held_us](store::Transaction& tx) -> Result<bool> {
            rebuild(tx, held_us);
            return true;
        },
        [this, org](const Result<bool>& done) {
            if (done) loop.post([this, org] { touch(org, {Metric::Tickets, Metric::Agents, Metric::Sla}); });
        });
}

void Dashboard::Home::touch(std::string_view org, MetricSet metrics) {
    Place* const place = find(org);
    if (place == nullptr) return;
    place->board.touch(metrics);
    turn(*place);
}

std::int64_t Dashboard::Home::store_now_us() const { return owner.options_.now_us ? owner.options_.now_us() : sio::unix_us(); }

}  // namespace desk::dashboard
