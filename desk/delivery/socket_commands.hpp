#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "desk/delivery/entry.hpp"
#include "desk/delivery/recoveries.hpp"
#include "desk/session/door.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Takes what sockets ask of the store to its workers and brings the outcome back to the socket's loop. A socket that is gone by then
/// loses the answer; a write stands.  Thread: the socket's loop.
class SocketCommands {
public:
    /// `refused` counts the errors that clients are told, `recoveries` what became of each `since`.
    SocketCommands(sio::Server& io, store::Store& store, ErrorCounts& refused, RecoveryCounts& recoveries)
        : io_(io), store_(store), refused_(refused), recoveries_(recoveries) {}

    RecoveryCounts& recoveries() { return recoveries_; }

    /// `run`: Result<T>(const Snapshot&) on a reader. `done`: Result<void>(Socket&, Ack&, T&&) on the loop; an error, its own or the
    /// command's, is told to the client. The socket's later events wait for the outcome.
    template <class Run, class Done>
    void read(sio::Socket& socket, const sio::Event& event, Run run, Done done) {
        store_.read(visitor_of(socket).actor().org, std::move(run), completion(socket, event, socket.hold(), std::move(done)));
    }

    /// `run`: Result<T>(Transaction&) on the writer; the rest as above.
    template <class Run, class Done>
    void change(sio::Socket& socket, const sio::Event& event, Run run, Done done) {
        store_.write(visitor_of(socket).actor().org, std::move(run), completion(socket, event, socket.hold(), std::move(done)));
    }

    /// Enters a ticket or conversation (entry.hpp): `run`, Result<T>(const Actor&, const Snapshot&), says at which position the actor may.
    /// It is asked again when their rights have changed before the answer was there. `done`: Result<void>(Socket&, Ack&, T&&,
    /// const Pending&); whether access was lost above that position is its to ask. A socket that is in the subject's room already stays in
    /// it, whatever the outcome.
    template <class Run, class Done>
    void enter(sio::Socket& socket, const sio::Event& event, std::string_view subject, Run run, Done done) {
        const std::string& org = visitor_of(socket).actor().org;
        begin_entering(
            socket, event, subject,
            [&store = store_, org, run = std::move(run)](const IdentityRef& who, auto finished) {
                store.read(org, [who, run](const store::Snapshot& snapshot) { return run(who->actor, snapshot); }, std::move(finished));
            },
            std::move(done));
    }

    /// The same by a change, `run`: Result<T>(const Actor&, Transaction&), and what is read once it is committed, with all that was
    /// committed beside it: `then`: Result<U>(const Actor&, const Snapshot&, T&&). `done` gets U.
    template <class Run, class Then, class Done>
    void enter(sio::Socket& socket, const sio::Event& event, std::string_view subject, Run run, Then then, Done done) {
        using Changed = std::invoke_result_t<Run&, const Actor&, store::Transaction&>::value_type;
        using Read = std::invoke_result_t<Then&, const Actor&, const store::Snapshot&, Changed>;
        const std::string& org = visitor_of(socket).actor().org;
        begin_entering(
            socket, event, subject,
            [&store = store_, org, run = std::move(run), then = std::move(then)](const IdentityRef& who, auto finished) {
                store.write(
                    org, [who, run](store::Transaction& tx) { return run(who->actor, tx); },
                    [&store, org, who, then, finished = std::move(finished)](Result<Changed> changed) mutable {
                        if (!changed) return finished(Read(std::unexpected(std::move(changed.error()))));
                        store.read(
                            org,
                            [who, then = std::move(then), changed = std::move(*changed)](const store::Snapshot& snapshot) mutable {
                                return then(who->actor, snapshot, std::move(changed));
                            },
                            std::move(finished));
                    });
            },
            std::move(done));
    }

    /// For events of Kind::Write: later writes of the socket go on at once, since the store keeps their order; other events wait.
    template <class Run, class Done>
    void write(sio::Socket& socket, const sio::Event& event, Run run, Done done) {
        ++seat_of(socket).writes;
        store_.write(visitor_of(socket).actor().org, std::move(run), completion(socket, event, sio::Hold(), std::move(done), true));
    }

    /// The same once `gate` lets it: it is called at once with what to call, on any thread, in the order in which gates were called:
    /// without an error the command goes on, with one the client is told so.
    using Go = std::move_only_function<void(Result<void>)>;
    template <class Gate, class Run, class Done>
    void write_through(Gate gate, sio::Socket& socket, const sio::Event& event, Run run, Done done) {
        using Outcome = std::invoke_result_t<Run&, store::Transaction&>;
        ++seat_of(socket).writes;
        gate(Go([&store = store_, org = visitor_of(socket).actor().org, run = std::move(run),
                 finished = completion(socket, event, sio::Hold(), std::move(done), true)](const Result<void>& allowed) mutable {
            if (!allowed) return finished(Outcome(std::unexpected(allowed.error())));
            store.write(org, std::move(run), std::move(finished));
        }));
    }

private:
    /// Of a socket that waits for the answer, which goes from thread to thread with it.
    template <class Go, class Done>
    struct Entering {
        sio::Server& io;
        ErrorCounts& refused;
        sio::SocketHandle socket;
        sio::Ack ack;
        std::string event;
        sio::Hold hold;
        Go go;
        Done done;
    };

    template <class Go, class Done>
    void begin_entering(sio::Socket& socket, const sio::Event& event, std::string_view subject, Go go, Done done) {
        const IdentityRef who = visitor_of(socket).identity;
        entry::begin(socket, who->actor.org, subject);
        ask(std::make_shared<Entering<Go, Done>>(io_, refused_, socket.handle(), event.take_ack(), std::string(event.name()), socket.hold(),
                                                 std::move(go), std::move(done)),
            who);
    }

    template <class E>
    static void ask(const std::shared_ptr<E>& entering, const IdentityRef& who) {
        entering->go(who, [entering](auto outcome) {
            entering->io.post(entering->socket, [entering, outcome = std::move(outcome)](sio::Socket& on_loop) mutable {
                // The answer is for somebody with other rights.
                if (std::exchange(seat_of(on_loop).pending->rights_changed, false)) return ask(entering, visitor_of(on_loop).identity);
                const sio::Hold waiting = std::move(entering->hold);  // released when all is said
                const auto pending = entry::finish(on_loop);
                const Result<void> said = outcome ? entering->done(on_loop, entering->ack, std::move(*outcome), *pending)
                                                  : std::unexpected(std::move(outcome.error()));
                if (!said) tell(on_loop, entering->refused, entering->ack, entering->event, said.error());
            });
        });
    }

    static void tell(sio::Socket& socket, ErrorCounts& refused, sio::Ack& ack, std::string_view event, Error error) {
        refused.add(error.code);
        refuse(socket, ack, event, std::move(error));
    }

    template <class Done>
    auto completion(sio::Socket& socket, const sio::Event& event, sio::Hold hold, Done done, bool counted = false) {
        return [&io = io_, &refused = refused_, handle = socket.handle(), ack = event.take_ack(), name = std::string(event.name()),
                hold = std::move(hold), done = std::move(done), counted](auto outcome) mutable {
            io.post(handle, [&refused, ack = std::move(ack), name = std::move(name), hold = std::move(hold), done = std::move(done),
                             counted, outcome = std::move(outcome)](sio::Socket& on_loop) mutable {
                Seat& seat = seat_of(on_loop);
                const sio::Hold waiting = counted && --seat.writes == 0 ? std::move(seat.hold) : sio::Hold();  // released when all is said
                const Result<void> said = outcome ? Result<void>(done(on_loop, ack, std::move(*outcome)))
                                                  : std::unexpected(std::move(outcome.error()));
                if (!said) tell(on_loop, refused, ack, name, said.error());
            });
        };
    }

    sio::Server& io_;
    store::Store& store_;
    ErrorCounts& refused_;
    RecoveryCounts& recoveries_;
};

/// `object` with `"ok":true` in front: an acknowledgement whose result stands at its top level. Pre: a JSON object.
inline std::string ok_with(std::string_view object) {
    std::string json = R"({"ok":true)";
    if (object.size() > 2) json += ',';
    return json.append(object.substr(1));
}

}  // namespace desk
