#include "desk/delivery/delivery.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "desk/delivery/emission.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/log.hpp"
#include "sio/base/clock.hpp"

namespace desk {

namespace {

// Until the log is asked again that could not be read.
constexpr std::chrono::milliseconds kReadAgain{500};
constexpr std::chrono::seconds kCompareEvery{1};
// Of other servers' rows behind a hole; what is beyond will be read from the log.
constexpr std::size_t kMaxWaiting = 4096;

}  // namespace

struct Delivery::Sequencer {
    struct Waiting {
        EventRow row;
        sio::runtime::TimePoint committed_at;
    };
    Sequencer(Delivery& delivery, std::string name)
        : owner(delivery), org(std::move(name)), again([](void* self) { static_cast<Sequencer*>(self)->read(); }, this) {}
    void read() {
        if (started && reading)
            owner.read_hole(*this);
        else
            owner.read_top(*this);
    }
    /// Whether a socket can be told where this stands.
    bool has_cursor() const { return started && !epoch.empty() && (epoch != store::kNoEpoch || position == 0); }
    bool idle() const { return waiting.empty() && askers.empty() && starters.empty() && !reading && !asking; }
    Cursor cursor() const { return {epoch, position}; }

    Delivery& owner;
    std::string org;
    std::string epoch;                        ///< empty: not known yet
    std::int64_t position = 0;                ///< seq of the last row that was emitted
    std::int64_t top = 0;                     ///< rows up to here are known to be in the log
    std::map<std::int64_t, Waiting> waiting;  ///< behind a hole, or until this has started
    std::vector<std::pair<sio::SocketHandle, Positioned>> askers;
    std::vector<Started> starters;
    bool started = false;  ///< `position` is set
    bool reading = false;  ///< rows, or about to, by `again`
    bool asking = false;   ///< for the top, or about to, by `again`
    sio::runtime::Timer again;
};

/// The sequencers of one loop.
struct Delivery::Home {
    Home(Delivery& delivery, sio::runtime::Loop& its_loop)
        : owner(delivery), loop(its_loop), tick([](void* self) { static_cast<Home*>(self)->compare(); }, this) {}
    void compare() { owner.compare(*this); }

    Delivery& owner;
    sio::runtime::Loop& loop;
    std::unordered_map<std::string, std::unique_ptr<Sequencer>> sequencers;
    bool comparing = false;
    bool compare_again = false;
    sio::runtime::Timer tick;
};

Delivery::Delivery(sio::Server& io, Typing& typing, LogSource source, sio::Log& log)
    : io_(io), typing_(typing), source_(std::move(source)), log_(log) {
    for (unsigned i = 0; i < io.loops().size(); ++i) homes_.push_back(std::make_unique<Home>(*this, io.loops().at(i)));
}

Delivery::~Delivery() = default;

void Delivery::committed(std::vector<EventRow> rows) {
    if (rows.empty()) return;
    auto& home = home_loop(io_, rows.front().org);
    run_on(home, [this, rows = std::move(rows), at = sio::runtime::Clock::now()]() mutable { take(std::move(rows), at); });
}

void Delivery::heard(cluster::Announcement announcement) {
    if (!follows(announcement.org)) return;
    Sequencer& found = sequencer(announcement.org);
    // Of several servers a later row may be heard first, so only the log tells where to begin.
    if (!found.started && !found.asking) read_top(found);
    const std::int64_t age_us = std::max<std::int64_t>(0, sio::unix_us() - announcement.committed_us);
    const auto committed_at = sio::runtime::Clock::now() - std::chrono::microseconds(age_us);
    auto rows = std::move(announcement.rows);
    for (EventRow& row : rows) {
        if ((found.started && row.seq <= found.position) || found.waiting.size() >= kMaxWaiting) continue;
        if (found.waiting.try_emplace(row.seq, std::move(row), committed_at).second)
            stats_.heard_rows.fetch_add(1, std::memory_order_relaxed);
    }
    found.top = std::max(found.top, announcement.last);
    drain(found);
}

bool Delivery::follows(const std::string& org) const { return find(org) != nullptr || concerns(org); }

void Delivery::catch_up() {
    for (const auto& home : homes_) {
        run_on(home->loop, [this, at = home.get()] {
            // What is asked by now may have been answered before.
            at->compare_again = at->comparing;
            compare(*at);
        });
    }
}

void Delivery::follow(const std::string& org, Started started) {
    run_on(home_loop(io_, org), [this, org, started = std::move(started)]() mutable {
        Sequencer& found = sequencer(org);
        if (!found.started && !found.asking) read_top(found);
        if (!started) return;
        if (found.started)
            started(found.position);
        else
            found.starters.push_back(std::move(started));
    });
}

void Delivery::position(sio::Socket& socket, Positioned done) {
    const std::string& org = visitor_of(socket).actor().org;
    auto& home = home_loop(io_, org);
    if (home.in_loop_thread()) return ask(org, socket.handle(), std::move(done));
    home.post([this, org, handle = socket.handle(), done = std::move(done)]() mutable { ask(org, handle, std::move(done)); });
}

Delivery::Sequencer& Delivery::sequencer(const std::string& org) {
    Home& home = *homes_[home_loop(io_, org).index()];
    auto& slot = home.sequencers[org];
    if (!slot) slot = std::make_unique<Sequencer>(*this, org);
    if (!home.tick.armed()) home.loop.arm_after(home.tick, kCompareEvery);
    return *slot;
}

const Delivery::Sequencer* Delivery::find(const std::string& org) const {
    const auto& sequencers = homes_[home_loop(io_, org).index()]->sequencers;
    const auto found = sequencers.find(org);
    return found == sequencers.end() ? nullptr : found->second.get();
}

void Delivery::start(Sequencer& sequencer, std::int64_t position) {
    sequencer.started = true;
    sequencer.position = position;
    for (auto& started : std::exchange(sequencer.starters, {})) started(position);
}

void Delivery::take(std::vector<EventRow> rows, sio::runtime::TimePoint committed_at) {
    Sequencer& found = sequencer(rows.front().org);
    // Without a socket before the first row nobody could have been told of any: clients that were away ask with their cursor.
    if (!found.started && !found.asking) start(found, rows.front().seq - 1);
    for (EventRow& row : rows) {
        if (!found.started || row.seq > found.position) found.waiting.try_emplace(row.seq, std::move(row), committed_at);
    }
    drain(found);
}

void Delivery::drain(Sequencer& sequencer) {
    if (!sequencer.started) return;
    while (!sequencer.waiting.empty() && sequencer.waiting.begin()->first <= sequencer.position + 1) {
        const auto next = sequencer.waiting.extract(sequencer.waiting.begin());
        if (next.key() <= sequencer.position) continue;
        sequencer.position = next.key();
        pass_on(next.mapped().row);
        stats_.emit_seconds.observe(std::chrono::duration<double>(sio::runtime::Clock::now() - next.mapped().committed_at).count());
    }
    if (sequencer.reading || (sequencer.waiting.empty() && sequencer.top <= sequencer.position)) return;
    read_hole(sequencer);
}

void Delivery::read_hole(Sequencer& sequencer) {
    sequencer.reading = true;
    auto& home = home_loop(io_, sequencer.org);
    const std::int64_t after = sequencer.position;
    source_.rows(sequencer.org, after, [this, &home, &sequencer, after](std::optional<std::vector<EventRow>> rows) {
        home.post([this, &home, &sequencer, after, rows = std::move(rows)] {
            if (rows)
                fill_hole(sequencer, after, *rows);
            else
                home.arm_after(sequencer.again, kReadAgain);
        });
    });
}

void Delivery::fill_hole(Sequencer& sequencer, std::int64_t after, const std::vector<EventRow>& rows) {
    sequencer.reading = false;
    // The log is the truth: what it does not have between two rows was never written, and nothing is to be waited for. What has been
    // announced since it was asked it need not have had.
    if (rows.empty() && after == sequencer.position) {
        sequencer.top = sequencer.position;
        if (!sequencer.waiting.empty()) sequencer.position = sequencer.waiting.begin()->first - 1;
    }
    std::uint64_t unheard = 0;
    for (const EventRow& row : rows) {
        if (row.seq <= sequencer.position) continue;
        sequencer.position = row.seq;
        ++unheard;
        pass_on(row);
    }
    if (unheard > 0) {
        stats_.read_rows.fetch_add(unheard, std::memory_order_relaxed);
        log_.info("events read from the log, nobody had announced them in time", {{"org", sequencer.org}, {"events", unheard}});
    }
    drain(sequencer);
}

void Delivery::ask(const std::string& org, sio::SocketHandle socket, Positioned done) {
    Sequencer& found = sequencer(org);
    if (found.has_cursor()) return tell(socket, std::move(done), found.cursor());
    found.askers.emplace_back(socket, std::move(done));
    if (!found.asking) read_top(found);
}

void Delivery::tell(const sio::SocketHandle& socket, Positioned done, const Cursor& cursor) {
    if (!io_.on_loop_of(socket))
        return io_.post(socket, [done = std::move(done), cursor](sio::Socket& there) mutable { done(there, cursor); });
    if (sio::Socket* const here = io_.find(socket)) done(*here, cursor);
}

void Delivery::read_top(Sequencer& sequencer) {
    sequencer.asking = true;
    auto& home = home_loop(io_, sequencer.org);
    source_.tops({sequencer.org}, [this, &home, &sequencer](std::optional<std::vector<Cursor>> tops) {
        home.post([this, &home, &sequencer, tops = std::move(tops)] {
            if (!tops) return home.arm_after(sequencer.again, kReadAgain);
            sequencer.asking = false;
            learn_top(sequencer, tops->front());
            if (!sequencer.has_cursor()) return read_top(sequencer);  // the log's first rows came meanwhile
            for (auto& [socket, done] : std::exchange(sequencer.askers, {})) tell(socket, std::move(done), sequencer.cursor());
        });
    });
}

void Delivery::learn_top(Sequencer& sequencer, const Cursor& top) {
    if (!sequencer.started) {
        // What was announced since the first socket came is emitted, whether the top is behind it or not.
        const auto first = sequencer.waiting.begin();
        start(sequencer, first == sequencer.waiting.end() ? top.seq : std::min(top.seq, first->first - 1));
    } else if (top.epoch != sequencer.epoch && !sequencer.epoch.empty() && sequencer.epoch != store::kNoEpoch) {
        log_.warn("the log was rebuilt, going on from its top", {{"org", sequencer.org}, {"top", top.seq}});
        sequencer.position = sequencer.top = top.seq;
        sequencer.waiting.clear();
    }
    sequencer.epoch = top.epoch;
    sequencer.top = std::max(sequencer.top, top.seq);
    drain(sequencer);
}

void Delivery::compare(Home& home) {
    std::vector<std::string> orgs;
    std::erase_if(home.sequencers, [&](const auto& entry) {
        const Sequencer& each = *entry.second;
        if (!concerns(each.org)) return each.idle();
        if (each.started && !each.reading) orgs.push_back(each.org);
        return false;
    });
    if (home.sequencers.empty()) return;
    home.loop.arm_after(home.tick, kCompareEvery);
    if (orgs.empty() || std::exchange(home.comparing, true)) return;
    source_.tops(orgs, [this, &home, orgs](std::optional<std::vector<Cursor>> tops) {
        home.loop.post([this, &home, orgs, tops = std::move(tops)] {
            home.comparing = false;
            for (std::size_t i = 0; tops && i < orgs.size(); ++i) {
                const auto found = home.sequencers.find(orgs[i]);
                if (found != home.sequencers.end() && found->second->started) learn_top(*found->second, (*tops)[i]);
            }
            if (std::exchange(home.compare_again, false)) compare(home);
        });
    });
}

bool Delivery::concerns(const std::string& org) const {
    return may_have_sockets(io_, org) || std::ranges::any_of(keeps_, [&](const auto& keeps) { return keeps(org); });
}

void Delivery::pass_on(const EventRow& row) {
    emit(row);
    for (const auto& told : emitted_) told(row);
}

void Delivery::emit(const EventRow& row) {
    if (!row.author.empty() && row.subject_kind == SubjectKind::Ticket && row.name == "ticket:message") {
        typing_.ended_by_message({TypingPlace::Kind::Ticket, row.org, row.subject}, row.author);
    }
    if (row.subject_kind == SubjectKind::Conversation && row.name == "chat:ended")
        typing_.forget({TypingPlace::Kind::Conversation, row.org, row.subject});
    else if (!row.author.empty() && row.name == "chat:message") {
        typing_.ended_by_message({TypingPlace::Kind::Conversation, row.org, row.subject}, row.author);
    }
    for (const auto& [name, hook] : hooks_) {
        if (row.name == name) hook(row);
    }
    if (sio::Namespace* const where = nsp(row)) {
        const auto emission = std::make_shared<const Emission>(*where, row);
        auto& loops = io_.loops();
        for (unsigned i = 0; i < loops.size(); ++i) {
            if (emission->concerns(i)) run_on(loops.at(i), [emission] { emission->deliver(); });
        }
    }
}

sio::Namespace* Delivery::nsp(const EventRow& row) const { return io_.find(to_string(row.nsp())); }

}  // namespace desk
