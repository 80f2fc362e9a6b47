#include "desk/presence/presence.hpp"

#include <algorithm>
#include <charconv>
#include <future>
#include <tuple>
#include <utility>

#include "desk/delivery/homes.hpp"
#include "desk/presence/home.hpp"
#include "desk/presence/roll_registry.hpp"
#include "desk/session/rooms.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::presence {

namespace {

// What somebody has set, on another server: org, user, status, time, a line each.
constexpr std::string_view kChannel = "presence";

bool has_socket(sio::Connection& connection) {
    bool any = false;
    connection.for_each_socket([&](sio::Socket&) { any = true; });
    return any;
}

}  // namespace

Presence::Presence(sio::Server& io, store::Store& store, Identities& identities, const Limits& limits, PresenceOptions options,
                   Cluster cluster, sio::Log& log)
    : io_(io), store_(store), limits_(limits), options_(options), cluster_(cluster), log_(log), nsp_(io.of("/presence")) {
    for (unsigned i = 0; i < io.loops().size(); ++i) homes_.push_back(std::make_unique<Home>(*this, io.loops().at(i)));
    for (const auto name : kNamespaces) {
        io.of(name).on_connection([this](sio::Socket& socket) { count(socket); });
        io.of(name).on_disconnect([this](sio::Socket& socket, sio::DisconnectReason reason) { uncount(socket, reason); });
    }
    identities.on_role([this](sio::Connection& connection) { role_changed(connection); });
    if (cluster_.roll == nullptr) return;
    cluster_.roll->hear(std::string(RollRegistry::kTopic), *this);
    cluster_.bus.hear(std::string(kChannel), {.message = [this](std::string_view, std::string_view message) { hear_chosen(message); },
                                              .gap = [this] { read_chosen(); }});
}

Presence::~Presence() = default;

Presence::Home& Presence::home(std::string_view org) { return *homes_[home_loop(io_, org).index()]; }

Result<void> Presence::load() {
    auto records = store_.read_and_wait(
        std::string(), [](const store::Snapshot& snapshot) -> Result<std::vector<Record>> { return remembered(snapshot.session()); });
    if (!records) return std::unexpected(std::move(records.error()));
    for (const Record& record : *records) home(record.org).load(record);
    for (const auto& each : homes_) each->keep_alive();
    return {};
}

void Presence::hand_over() {
    if (std::exchange(handed_over_, true)) return;
    for (const auto& each : homes_) {
        std::promise<void> submitted;
        each->loop.post([&] {
            each->hand_over();
            submitted.set_value();
        });
        submitted.get_future().wait();
    }
}

void Presence::count(sio::Socket& socket) {
    Visitor& visitor = visitor_of(socket);
    if (visitor.present || !socket.connected() || !has_presence(visitor.actor().role)) return;
    visitor.present = true;
    came(visitor.actor());
}

void Presence::uncount(sio::Socket& socket, sio::DisconnectReason reason) {
    Visitor& visitor = visitor_of(socket);
    if (!visitor.present || has_socket(socket.connection())) return;
    visitor.present = false;
    const bool on_purpose = reason == sio::DisconnectReason::ClientNamespaceDisconnect;
    went(visitor.actor(), id_of(socket.connection()), on_purpose ? Cause::OnPurpose : Cause::Reported);
}

void Presence::role_changed(sio::Connection& connection) {
    Visitor& visitor = *connection.data<Visitor>();
    const bool should = has_presence(visitor.actor().role) && has_socket(connection);
    if (std::exchange(visitor.present, should) == should) return;
    if (should)
        came(visitor.actor());
    else
        went(visitor.actor(), id_of(connection), Cause::OnPurpose);
}

void Presence::came(const Actor& actor) {
    Home& at = home(actor.org);
    run_on(at.loop, [&at, name = name_of(actor.org, actor.user)] { at.roster.came(name, at.now_ms()); });
}

void Presence::went(const Actor& actor, ConnectionId connection, Cause cause) {
    Home& at = home(actor.org);
    run_on(at.loop, [&at, name = name_of(actor.org, actor.user), connection, cause] {
        at.roster.went(name, connection, cause, at.now_ms());
        at.tidy(name);
    });
}

void Presence::idle(const Actor& actor, ConnectionId connection, bool idle, Answer own) {
    Home& at = home(actor.org);
    run_on(at.loop, [&at, name = name_of(actor.org, actor.user), connection, idle, own = std::move(own)]() mutable {
        at.roster.idle(name, connection, idle, at.now_ms());
        own(at.describe(name));
    });
}

void Presence::chosen(const IdentityRef& who, const Chosen& chosen, ConnectionId connection, Answer own) {
    const auto& [org, user] = std::tie(who->actor.org, who->actor.user);
    cluster_.bus.tell(kChannel, org + '\n' + user + '\n' + std::string(to_string(chosen.status)) + '\n' + std::to_string(chosen.at_ms));
    Home& at = home(org);
    at.loop.post([&at, name = name_of(org, user), chosen, connection, own = std::move(own)]() mutable {
        at.told = false;
        at.roster.choose(name, chosen, connection, at.now_ms());
        if (!at.told) at.tell(name, false);
        own(at.describe(name));
        at.keep_alive();
        at.tidy(name);
    });
}

void Presence::changed(std::string_view key, const cluster::Shares& shares, cluster::Why why, bool ours) {
    Home& at = home(org_of(key));
    run_on(at.loop,
           [&at, name = std::string(key), total = sum_of(shares), cause = to_cause(why), ours] { at.hear(name, total, cause, ours); });
}

void Presence::hear_chosen(std::string_view message) {
    const auto line = [&] {
        const auto end = std::min(message.find('\n'), message.size());
        const std::string_view text = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        return text;
    };
    const auto org = line();
    const auto user = line();
    const auto status = from_string<PresenceStatus>(line());
    std::int64_t at_ms = 0;
    std::from_chars(message.data(), message.data() + message.size(), at_ms);
    if (status) chosen_elsewhere(name_of(org, user), {*status, at_ms});
}

void Presence::read_chosen() {
    store_.read(
        std::string(), [](const store::Snapshot& snapshot) -> Result<std::vector<Record>> { return presence::chosen(snapshot.session()); },
        [this](const Result<std::vector<Record>>& records) {
            if (!records) return log_.warn("what was set on other servers could not be read", {{"why", to_string(records.error().code)}});
            for (const Record& each : *records) {
                const Chosen chosen{each.kept.manual.value_or(PresenceStatus::Online), each.kept.manual_ms};
                chosen_elsewhere(name_of(each.org, each.user), chosen);
            }
        });
}

void Presence::chosen_elsewhere(const std::string& name, const Chosen& chosen) {
    Home& at = home(org_of(name));
    run_on(at.loop, [&at, name, chosen] { at.choose_elsewhere(name, chosen); });
}

void Presence::list(const std::string& org, std::vector<Asked> asked, Answer done) {
    Home& at = home(org);
    run_on(at.loop, [&at, org, asked = std::move(asked), done = std::move(done)]() mutable {
        std::string json = "[";
        for (const Asked& each : asked) {
            const Somebody* const who = at.roster.find(name_of(org, each.user));
            // Somebody who has just come may not be in the store yet.
            if (!each.known && (who == nullptr || !who->person.present())) continue;
            if (json.size() > 1) json += ',';
            json += presence_json(each.user, who != nullptr ? who->person.status() : PresenceStatus::Offline,
                                  std::max(each.last_seen_ms, who != nullptr ? who->person.last_seen(at.now_ms()) : 0));
        }
        done(std::move(json.append("]")));
    });
}

Result<void> Presence::may_choose(const Actor& actor, std::int64_t now_ms) {
    if (!has_presence(actor.role)) return fail(ErrorCode::Forbidden);
    const auto wait = choices_.take(actor.org, actor.user, limits_.presence_status, now_ms);
    if (wait > 0) return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", wait).with("limit", "presence_status"));
    return {};
}

PresenceStatus Presence::status(std::string_view org, std::string_view user) {
    const Somebody* const who = home(org).roster.find(name_of(org, user));
    return who != nullptr ? who->person.status() : PresenceStatus::Offline;
}

std::int64_t Presence::last_seen_ms(std::string_view org, std::string_view user) {
    Home& at = home(org);
    const Somebody* const who = at.roster.find(name_of(org, user));
    return who != nullptr ? who->person.last_seen(at.now_ms()) : 0;
}

std::string presence_json(std::string_view user, PresenceStatus status, std::int64_t last_seen_ms) {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().field("userId", user).field("status", to_string(status));
    w.field("lastSeen", last_seen_ms == 0 ? std::optional<std::string>() : std::optional(sio::format_iso8601(last_seen_ms))).end_object();
    return json;
}

}  // namespace desk::presence
