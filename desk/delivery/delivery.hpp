#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk/cluster/announcement.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/model/cursor.hpp"
#include "desk/model/event.hpp"
#include "desk/model/histogram.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// How delivery looks at the log; both may be asked on any thread and answer on any, nullopt when the store could not say.
struct LogSource {
    /// The rows of an org after `seq`, in order, perhaps not all.
    using Rows = std::function<void(std::optional<std::vector<EventRow>>)>;
    std::function<void(std::string org, std::int64_t after_seq, Rows)> rows;
    /// Where the logs of these orgs stand, in the same order.
    using Tops = std::function<void(std::optional<std::vector<Cursor>>)>;
    std::function<void(std::vector<std::string> orgs, Tops)> tops;
};

/// From committed rows of the log to the right sockets. One sequencer an org, on the org's home loop, takes rows strictly in seq order and
/// each once, whichever server wrote them; on a hole it reads the log first. For each row it puts out who lost access, ends the author's
/// typing, then hands each projection's frame to the loops, which emit locally. Once a second it compares where the orgs with sockets stand
/// with the tops of their logs and reads what is missing: a commit that was never announced is late, not lost (domain.md 3.12 c).  Thread:
/// any, unless said otherwise.
class Delivery {
public:
    Delivery(sio::Server& io, Typing& typing, LogSource source, sio::Log& log);
    ~Delivery();

    /// Calls `hook` with each row of that name before its sockets are told. Before the server starts; `hook` runs on the org's home loop.
    void before(std::string name, std::function<void(const EventRow&)> hook) { hooks_.emplace_back(std::move(name), std::move(hook)); }
    /// Told of every row right after it was emitted, before the next: of all rows that this server wrote, and of all there are while the
    /// org has sockets here or is followed. Before the server starts. Thread of the call: the org's home loop.
    void on_emitted(std::function<void(const EventRow&)> told) { emitted_.push_back(std::move(told)); }
    /// `keeps` says whether an org without sockets is to be followed on; asked each second. As on_emitted.
    void keep(std::function<bool(const std::string& org)> keeps) { keeps_.push_back(std::move(keeps)); }

    struct Stats {
        Histogram emit_seconds{kSecondsBounds};    ///< of each announced row: from its commit to its being with the loops of its sockets
        std::atomic<std::uint64_t> read_rows{0};   ///< rows that came from the log because nobody had announced them
        std::atomic<std::uint64_t> heard_rows{0};  ///< rows of other servers that came before they were read, each once
    };
    const Stats& stats() const { return stats_; }

    /// Rows of one commit, in seq order, once the commit is certain.
    void committed(std::vector<EventRow> rows);

    /// What another server has committed. Rows of an org that has no sockets here and is not followed are passed over.
    /// Thread: the org's home loop.
    void heard(cluster::Announcement announcement);
    /// Whether heard() would take rows of the org. Thread: the org's home loop.
    bool follows(const std::string& org) const;
    /// Announcements may have been lost: compares with the log at once.
    void catch_up();

    /// Makes sure that the org's rows are followed from here on, for a socket that got into its rooms, or somebody `keeps` it. `started` is
    /// told, on the org's home loop, the position after which every row will be passed on.
    using Started = std::move_only_function<void(std::int64_t position)>;
    void follow(const std::string& org, Started started = {});

    /// Tells `done` the position up to which everything was handed to the socket's loop; all rows after it will be. `done` runs on that
    /// loop, later or within this call, and not at all when the socket is gone. Pre: the socket is in its rooms.
    /// Thread: the socket's loop.
    using Positioned = std::move_only_function<void(sio::Socket&, const Cursor&)>;
    void position(sio::Socket& socket, Positioned done);

private:
    struct Sequencer;
    struct Home;

    Sequencer& sequencer(const std::string& org);
    const Sequencer* find(const std::string& org) const;
    void start(Sequencer& sequencer, std::int64_t position);
    void take(std::vector<EventRow> rows, sio::runtime::TimePoint committed_at);
    void drain(Sequencer& sequencer);
    void read_hole(Sequencer& sequencer);
    void fill_hole(Sequencer& sequencer, std::int64_t after, const std::vector<EventRow>& rows);
    void pass_on(const EventRow& row);
    void emit(const EventRow& row);
    sio::Namespace* nsp(const EventRow& row) const;

    void ask(const std::string& org, sio::SocketHandle socket, Positioned done);
    void read_top(Sequencer& sequencer);
    void tell(const sio::SocketHandle& socket, Positioned done, const Cursor& cursor);
    void compare(Home& home);
    void learn_top(Sequencer& sequencer, const Cursor& top);
    bool concerns(const std::string& org) const;

    sio::Server& io_;
    Typing& typing_;
    LogSource source_;
    sio::Log& log_;
    std::vector<std::pair<std::string, std::function<void(const EventRow&)>>> hooks_;
    std::vector<std::function<void(const EventRow&)>> emitted_;
    std::vector<std::function<bool(const std::string&)>> keeps_;
    std::vector<std::unique_ptr<Home>> homes_;  // one a loop
    Stats stats_;
};

}  // namespace desk
