#pragma once

#include <deque>
#include <functional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sio/cluster/valkey/kept_link.hpp"
#include "sio/cluster/valkey/script_book.hpp"
#include "sio/cluster/valkey/valkey.hpp"

namespace sio::cluster {

/// A command and who wants its answer.
struct Command {
    std::vector<std::string> words;  ///< of a script: EVALSHA, its digest, ...
    Valkey::Answer answer;
    std::string_view script;   ///< the text, when it is one
    bool patient = false;      ///< waits for Valkey to come back however long that takes
    bool of_one_node = false;  ///< of a cluster, and for no other
    int redirections = 0;      ///< by nodes of a cluster
    std::size_t size = 0;      ///< what it counts in waiting_bytes; 0: of our own
    runtime::TimePoint called{};
    runtime::TimePoint sent{};
};

/// Commands to one server over one connection, answered in order: those of one turn leave in one write, and while there is no connection
/// they wait. Thread: the loop.
class Pipeline final : KeptLink::User, runtime::Flushable {
public:
    /// Takes the command over when it is for another server, which its error says, and says whether it did.
    using Redirect = std::function<bool(Command& command, const std::string& error)>;
    /// `changed` is told whether commands are answered, when that changes.
    Pipeline(ValkeyContext& context, Directory& directory, ScriptBook& scripts, std::function<void(bool up)> changed,
             Redirect redirect = {});
    ~Pipeline() override;

    void start();
    /// Answers everything by Closed. Takes no more.
    void stop();
    /// Its size is counted already.
    void add(Command command);
    /// With the leave to touch what is about to become this server's (ASK).
    void add_asking(Command command);
    /// Those that are not sent, in order; for another pipeline, by move_in().
    std::deque<Command> take_waiting() { return std::exchange(waiting_, {}); }
    /// As add(), of what another pipeline had: its time counts from the first call.
    void move_in(Command command);
    /// Gives the answer to whom it is due.
    void answer(Command& command, Result<Value> result);
    bool up() const { return accepting_; }
    bool busy() const { return !sent_.empty() || !waiting_.empty(); }
    void renew(const Error& error) { link_.renew(error); }

private:
    void on_up() override;
    void on_value(Value value) override;
    void on_down(const Error& error) override;
    void flush() override;
    void write(Command command);
    void repeat(Command command, const std::string& why);
    void refused(Command command, Value value);
    void ping();
    void leave_if_drained();
    void on_tick();
    void expire_waiting();
    void arm_tick();
    void requeue(std::deque<Command>& commands);

    ValkeyContext& context_;
    ScriptBook& scripts_;
    std::function<void(bool)> changed_;
    Redirect redirect_;
    KeptLink link_;
    std::deque<Command> waiting_;                    // not sent
    std::deque<Command> sent_;                       // not answered
    std::deque<Command> again_;                      // refused by a server that is not ready: to go first over the next connection
    std::string out_;                                // what this turn sends
    std::size_t in_out_ = 0;                         // the last so many of sent_ stand there
    std::unordered_set<const char*> known_scripts_;  // to this connection's server
    runtime::Timer tick_;
    bool accepting_ = false;  // up, and not about to leave
    bool stopped_ = false;
    std::string leaving_;  // why the server is left once it has answered everything
};

}  // namespace sio::cluster
