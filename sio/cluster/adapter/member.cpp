#include "sio/cluster/adapter/member.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/json_writer.hpp"
#include "sio/cluster/wire/document.hpp"
#include "sio/cluster/wire/parts.hpp"
#include "sio/socketio/describe.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/server.hpp"

namespace sio::cluster {
namespace {

constexpr std::chrono::milliseconds kDefaultAckTimeout{5'000};
/// Answers of other servers that are late by less than this still count, for their clocks started later.
constexpr std::chrono::milliseconds kGrace{500};

std::vector<std::string_view> views_of(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

Outgoing answer_to(const Incoming& message, Kind kind) {
    return {.kind = kind, .request_id = message.request_id, .to = message.uid, .asked = message.kind};
}

/// One JSON value with the attachments it names, numbered anew.
Reply reply_of(json::Value value, std::span<const std::string> attachments) {
    std::string array = "[";
    array.append(value ? json::text(value).str() : "null").push_back(']');
    json::Parser parser({.max_bytes = 2 * kMaxMessageBytes, .max_depth = 80});
    const auto parsed = parser.parse_copy(array);
    if (!parsed || !placeholders_valid(*parsed, attachments.size())) return {"null", {}};
    return detail::first_of(Arguments(*parsed, 0, attachments));
}

}  // namespace

Member::Member(Namespace& nsp, Valkey& valkey, std::string uid, AdapterOptions options, std::unique_ptr<Carrier> carrier)
    : nsp_(nsp),
      loop_(valkey.loop()),
      uid_(std::move(uid)),
      nsp_name_(nsp.name()),
      options_(std::move(options)),
      local_(nsp),
      carrier_(std::move(carrier)),
      timer_([](void* self) { static_cast<Member*>(self)->expire(); }, this) {}

Member::~Member() = default;

void Member::open() {
    if (opened_.exchange(true)) return;
    open_ = true;
    carrier_->open(*this);
}

void Member::close() {
    {
        const std::scoped_lock lock(alive_);
        open_ = false;
    }
    if (closed_.exchange(true)) return;
    requests_.close();
    if (!opened_) return;
    loop_.post([self = shared_from_this()] {
        self->timer_.cancel();
        self->carrier_->close();
    });
}

void Member::publish(const Outgoing& message, std::string_view uid) {
    if (closed_.load(std::memory_order_relaxed)) return;
    options_.counts->published.fetch_add(1, std::memory_order_relaxed);
    carrier_->publish(message, uid);
}

void Member::answer(const Outgoing& message) {
    if (!closed_.load(std::memory_order_relaxed)) carrier_->answer(message);
}

void Member::count(std::move_only_function<void(std::size_t)> callback) {
    carrier_->count_servers([self = shared_from_this(), callback = std::move(callback)](std::optional<std::size_t> servers) mutable {
        if (servers) self->servers_ = std::max<std::size_t>(*servers, 1);
        // While Valkey is away nobody knows who else is there: never nobody.
        callback(servers ? self->servers_.load() : std::max<std::size_t>(self->servers_, 2));
    });
}

std::string Member::ask(Requests::Question question, std::chrono::milliseconds limit) {
    question.servers = std::max<std::size_t>(servers_, 2);
    auto id = requests_.ask(std::move(question));
    loop_.post([self = shared_from_this(), id, limit] {
        if (self->closed_) return;
        self->requests_.set_deadline(id, self->loop_.now() + limit);
        self->expire();
    });
    return id;
}

void Member::expire() {
    const auto next = requests_.expire(loop_.now());
    if (next && *next != runtime::TimePoint::max()) loop_.arm(timer_, *next);
}

/// `without`: how many of the servers do not answer, though they count.
void Member::expect_all(const std::string& id, std::size_t without) {
    carrier_->count_servers([self = shared_from_this(), id, without](std::optional<std::size_t> servers) {
        if (servers) {
            self->servers_ = std::max<std::size_t>(*servers, 1);
            const auto expected = self->servers_ - without;
            if (expected == 0) self->requests_.count_own(id);
            self->requests_.expect(id, expected, std::max<std::size_t>(expected, 1));
        } else {
            // Nobody can be asked: done when this server has answered.
            if (without > 0) self->requests_.count_own(id);
            self->requests_.expect(id, std::max<std::size_t>(self->servers_, 2), 1);
        }
    });
}

void Member::ask_clients(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags, Adapter::AckSink sink) {
    BroadcastFlags timed = flags;
    if (!timed.timeout) timed.timeout = kDefaultAckTimeout;
    const auto on_answer = [sink = std::move(sink)](const Incoming& message, std::span<const std::string> attachments) {
        if (message.kind == Kind::ClientCount) sink.on_count(message.clients);
        if (message.kind == Kind::ClientAck) sink.on_reply(reply_of(message.data, attachments));
    };
    const auto id = ask({.on_answer = on_answer, .on_end = [](std::size_t, bool) {}}, *timed.timeout + kGrace);
    publish({.kind = Kind::Broadcast, .request_id = id, .target = target, .flags = timed, .event = &event});
}

void Member::fetch(const Target& target, const BroadcastFlags& flags, FetchCallback callback) {
    struct Shared {
        std::mutex mutex;
        RemoteSockets found;
        FetchCallback callback;
        void add(std::vector<RemoteSocket> sockets) {
            const std::scoped_lock lock(mutex);
            std::ranges::move(sockets, std::back_inserter(found));
        }
    };
    auto shared = std::make_shared<Shared>();
    shared->callback = std::move(callback);
    const auto on_answer = [this, shared](const Incoming& message, std::span<const std::string>) {
        auto sockets = wire::read_sockets(message.data);
        if (!sockets) return on_undecodable(sockets.error());
        shared->add(std::move(*sockets));
    };
    const auto on_end = [counts = options_.counts, shared](std::size_t missing, bool closed) {
        counts->silent.fetch_add(missing, std::memory_order_relaxed);
        shared->found.silent_servers = missing;
        if (closed) return shared->callback(fail(ErrorCode::Closed, "the namespace closes"));
        shared->callback(std::move(shared->found));
    };
    const auto id = ask({.on_answer = on_answer, .on_end = on_end}, options_.requests_timeout);
    expect_all(id, 0);
    publish({.kind = Kind::Fetch, .request_id = id, .target = target, .flags = flags});
    local_.fetch_sockets(target, flags, [self = shared_from_this(), id, shared](Result<RemoteSockets> sockets) {
        if (sockets) shared->add(std::move(*sockets));
        self->requests_.count_own(id);
    });
}

void Member::emit_to_servers(const EncodedEvent& event, Adapter::ServerSideCallback callback) {
    if (!callback) return publish({.kind = Kind::ServerEmit, .event = &event});
    struct Shared {
        std::vector<Reply> replies;
        Adapter::ServerSideCallback callback;
    };
    auto shared = std::make_shared<Shared>();
    shared->callback = std::move(callback);
    const auto on_answer = [shared](const Incoming& message, std::span<const std::string> attachments) {
        shared->replies.push_back(reply_of(message.data, attachments));
    };
    const auto on_end = [counts = options_.counts, shared](std::size_t missing, bool closed) {
        counts->silent.fetch_add(missing, std::memory_order_relaxed);
        if (closed) return shared->callback(fail(ErrorCode::Closed, "the namespace closes"));
        if (missing == 0) return shared->callback(std::move(shared->replies));
        shared->callback(fail(ErrorCode::Timeout, std::to_string(missing) + " servers did not answer"));
    };
    const auto id = ask({.on_answer = on_answer, .on_end = on_end}, options_.requests_timeout);
    expect_all(id, 1);
    publish({.kind = Kind::ServerEmit, .request_id = id, .event = &event});
}

void Member::on_undecodable(const Error&) { options_.counts->undecodable.fetch_add(1, std::memory_order_relaxed); }

void Member::on_ready() { ready_.store(true, std::memory_order_relaxed); }

void Member::on_gap() {
    options_.counts->gaps.fetch_add(1, std::memory_order_relaxed);
    if (options_.on_gap) while_open([&] { options_.on_gap(nsp_name_); });
}

void Member::on_message(const Incoming& message, std::span<const std::string> attachments) {
    const bool from_here = message.uid == uid_ || message.uid == kMirrorUid;
    const bool for_us = message.nsp.empty() || message.nsp == nsp_name_;
    if (from_here || !for_us || message.kind == Kind::Presence) return;
    while_open([&] {
        options_.counts->received.fetch_add(1, std::memory_order_relaxed);
        const auto by_own_names = renamed(message);
        act(by_own_names ? by_own_names->message : message, attachments);
    });
}

bool Member::may_have(const Target& target) const {
    if (local_.may_have(target)) return true;
    if (!options_.aliases) return false;
    return std::ranges::any_of(target.rooms, [&](std::string_view room) {
        const auto aliases = options_.aliases(room);
        const auto names = views_of(aliases);
        return !names.empty() && local_.may_have({.rooms = names, .except = {}});
    });
}

std::unique_ptr<const Member::Renamed> Member::renamed(const Incoming& message) const {
    if (!options_.aliases) return nullptr;
    std::unique_ptr<Renamed> made;
    const auto rename = [&](std::vector<std::string_view> Incoming::* rooms) {
        for (std::size_t i = 0; i < (message.*rooms).size(); ++i) {
            auto aliases = options_.aliases((message.*rooms)[i]);
            if (aliases.empty()) continue;
            if (!made) made = std::make_unique<Renamed>(Renamed{message, {}});
            // The first takes its place, for nothing is for everybody.
            (made->message.*rooms)[i] = made->names.emplace_back(std::move(aliases.front()));
            for (std::size_t more = 1; more < aliases.size(); ++more) {
                (made->message.*rooms).emplace_back(made->names.emplace_back(std::move(aliases[more])));
            }
        }
    };
    rename(&Incoming::rooms);
    rename(&Incoming::except);
    return made;
}

void Member::act(const Incoming& message, std::span<const std::string> attachments) {
    switch (message.kind) {
        case Kind::Broadcast: return message.request_id.empty() ? deliver(message, attachments) : ask_own_clients(message, attachments);
        case Kind::Join: local_.sockets_join(message.target(), message.flags, message.names); break;
        case Kind::Leave: local_.sockets_leave(message.target(), message.flags, message.names); break;
        case Kind::Disconnect: local_.disconnect_sockets(message.target(), message.flags, message.close); break;
        case Kind::Fetch: return tell_sockets(message);
        case Kind::SocketIds:
        case Kind::Rooms: return tell_names(message);
        case Kind::ServerEmit: return give_server_event(message, attachments);
        case Kind::Answer:
        case Kind::ClientCount:
        case Kind::ClientAck: return requests_.answer(message, attachments);
        case Kind::Presence: return;
    }
    if (message.wants_receipt && !message.request_id.empty()) answer(answer_to(message, Kind::Answer));
}

Result<EncodedEvent> Member::event_of(const Incoming& message, std::span<const std::string> attachments,
                                      std::optional<std::uint64_t> ack_id) {
    const auto& options = nsp_.server().options();
    // More of them would end the connection of a client with a strict parser.
    if (attachments.size() > options.max_attachments) return fail(ErrorCode::TooLarge, "attachments");
    if (!attachments.empty() && !placeholders_valid(message.data, attachments.size())) return fail(ErrorCode::BadPacket, "placeholder");
    detail::Encoder encoder;
    encoder.add_elements(message.data, attachments);
    auto event = encoder.finish_event(nsp_name_, ack_id, message.flags.compress);
    if (!message.offset.empty()) event = event.with_text(message.offset);
    return options.parser == Parser::Msgpack ? event.with_msgpack() : event;
}

void Member::deliver(const Incoming& message, std::span<const std::string> attachments) {
    if (!local_.may_have(message.target())) return;
    const auto event = event_of(message, attachments, {});
    if (!event) return on_undecodable(event.error());
    local_.broadcast(*event, message.target(), message.flags);
}

void Member::ask_own_clients(const Incoming& message, std::span<const std::string> attachments) {
    const auto ack_id = nsp_.next_ack_id();
    const auto event = event_of(message, attachments, ack_id);
    if (!event) return on_undecodable(event.error());
    BroadcastFlags flags = message.flags;
    if (!flags.timeout) flags.timeout = kDefaultAckTimeout;
    struct Asker {
        std::string uid;
        std::string request_id;
    };
    const auto asker = std::make_shared<const Asker>(std::string(message.uid), std::string(message.request_id));
    const auto tell = [self = shared_from_this(), asker](Outgoing told) {
        told.request_id = asker->request_id;
        told.to = asker->uid;
        told.asked = Kind::Broadcast;
        self->answer(told);
    };
    local_.broadcast_with_ack(*event, ack_id, message.target(), flags,
                              {.on_count = [tell](std::size_t clients) { tell({.kind = Kind::ClientCount, .clients = clients}); },
                               .on_reply = [tell](const Reply& reply) { tell({.kind = Kind::ClientAck, .reply = &reply}); }});
}

void Member::give_server_event(const Incoming& message, std::span<const std::string> attachments) {
    std::function<void(Reply)> reply;
    if (!message.request_id.empty()) {
        struct Asker {
            std::string uid;
            std::string request_id;
            std::atomic<bool> answered{false};
        };
        const auto asker = std::make_shared<Asker>(std::string(message.uid), std::string(message.request_id));
        reply = [self = shared_from_this(), asker](const Reply& given) {
            if (asker->answered.exchange(true)) return;
            self->answer(
                {.kind = Kind::Answer, .request_id = asker->request_id, .to = asker->uid, .asked = Kind::ServerEmit, .reply = &given});
        };
    }
    nsp_.deliver_server_event(json::text(message.data).str(), attachments, std::move(reply));
}

void Member::tell_sockets(const Incoming& message) {
    local_.fetch_sockets(
        message.target(), message.flags,
        [self = shared_from_this(), uid = std::string(message.uid), id = std::string(message.request_id)](Result<RemoteSockets> sockets) {
            if (!sockets) return;
            self->answer({.kind = Kind::Answer, .request_id = id, .to = uid, .asked = Kind::Fetch, .sockets = *sockets});
        });
}

void Member::tell_names(const Incoming& message) {
    const auto tell = [self = shared_from_this(), uid = std::string(message.uid), id = std::string(message.request_id),
                       asked = message.kind](const std::vector<std::string>& names) {
        const auto views = views_of(names);
        self->answer({.kind = Kind::Answer, .request_id = id, .names = views, .to = uid, .asked = asked});
    };
    if (message.kind == Kind::Rooms) return local_.all_rooms(tell);
    local_.fetch_sockets(message.target(), message.flags, [tell](Result<RemoteSockets> sockets) {
        std::vector<std::string> ids;
        if (sockets) std::ranges::transform(*sockets, std::back_inserter(ids), &RemoteSocket::id);
        tell(ids);
    });
}

}  // namespace sio::cluster
