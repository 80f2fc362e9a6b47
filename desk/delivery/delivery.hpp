#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "desk/delivery/typing.hpp"
#include "desk/model/event.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Reads an org's log after `seq` and gives the rows, in order, from any thread; nullopt when the store could not say.
using ReadLog = std::function<void(std::string org, std::int64_t after_seq, std::function<void(std::optional<std::vector<EventRow>>)>)>;

/// From committed rows of the log to the right sockets. One sequencer an org, on the org's home loop, takes rows strictly in seq order and
/// each once; on a hole it reads the log first. For each row it puts out who lost access, ends the author's typing, then hands each
/// projection's frame to the loops, which emit locally.  Thread: any, unless said otherwise.
class Delivery {
public:
    Delivery(sio::Server& io, Typing& typing, ReadLog read_log, sio::Log& log);
    ~Delivery();

    /// Calls `hook` with each row of that name before its sockets are told. Before the server starts; `hook` runs on the org's home loop.
    void before(std::string name, std::function<void(const EventRow&)> hook) { hooks_.emplace_back(std::move(name), std::move(hook)); }

    /// Rows of one commit, in seq order, once the commit is certain.
    void committed(std::vector<EventRow> rows);

private:
    struct Sequencer;

    void take(std::vector<EventRow> rows);
    void drain(Sequencer& sequencer);
    void read_hole(Sequencer& sequencer);
    void fill_hole(Sequencer& sequencer, const std::vector<EventRow>& rows);
    void emit(const EventRow& row);
    sio::Namespace* nsp(const EventRow& row) const;

    sio::Server& io_;
    Typing& typing_;
    ReadLog read_log_;
    sio::Log& log_;
    std::vector<std::pair<std::string, std::function<void(const EventRow&)>>> hooks_;
    std::vector<std::unordered_map<std::string, std::unique_ptr<Sequencer>>> sequencers_;  // one map a loop
};

}  // namespace desk
