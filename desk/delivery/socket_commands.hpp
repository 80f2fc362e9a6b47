#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "desk/delivery/entry.hpp"
#include "desk/session/door.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Takes what sockets ask of the store to its workers and brings the outcome back to the socket's loop. A socket that is gone by then
/// loses the answer; a write stands.  Thread: the socket's loop.
class SocketCommands {
public:
    /// `refused` counts the errors that clients are told.
    SocketCommands(sio::Server& io, store::Store& store, ErrorCounts& refused) : io_(io), store_(store), refused_(refused) {}

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

    /// Enters a ticket or conversation (entry.hpp): `run` says at which position it may. `done`: Result<void>(Socket&, Ack&, T&&,
    /// const Pending&); whether access was lost above that position is its to ask. A socket that is in the subject's room already stays in
    /// it, whatever the outcome.
    template <class Run, class Done>
    void enter(sio::Socket& socket, const sio::Event& event, std::string_view subject, Run run, Done done) {
        const std::string& org = visitor_of(socket).actor().org;
        entry::begin(socket, org, subject);
        auto finished = completion(socket, event, socket.hold(), std::move(done));
        if constexpr (std::is_invocable_v<Run&, store::Transaction&> && !std::is_invocable_v<Run&, const store::Snapshot&>) {
            store_.write(org, std::move(run), std::move(finished));
        } else {
            store_.read(org, std::move(run), std::move(finished));
        }
    }

    /// The same by a change, `run`: Result<T>(Transaction&), and what is read once it is committed, with all that was committed beside it:
    /// `then`: Result<U>(const Snapshot&, T&&). `done` gets U.
    template <class Run, class Then, class Done>
    void enter(sio::Socket& socket, const sio::Event& event, std::string_view subject, Run run, Then then, Done done) {
        using Changed = std::invoke_result_t<Run&, store::Transaction&>::value_type;
        using Read = std::invoke_result_t<Then&, const store::Snapshot&, Changed>;
        const std::string& org = visitor_of(socket).actor().org;
        entry::begin(socket, org, subject);
        auto finished = completion(socket, event, socket.hold(), std::move(done));
        store_.write(org, std::move(run),
                     [&store = store_, org, then = std::move(then), finished = std::move(finished)](Result<Changed> changed) mutable {
                         if (!changed) return finished(Read(std::unexpected(std::move(changed.error()))));
                         store.read(
                             org,
                             [then = std::move(then), changed = std::move(*changed)](const store::Snapshot& snapshot) mutable {
                                 return then(snapshot, std::move(changed));
                             },
                             std::move(finished));
                     });
    }

    /// For events of Kind::Write: later writes of the socket go on at once, since the store keeps their order; other events wait.
    template <class Run, class Done>
    void write(sio::Socket& socket, const sio::Event& event, Run run, Done done) {
        ++seat_of(socket).writes;
        store_.write(visitor_of(socket).actor().org, std::move(run), completion(socket, event, sio::Hold(), std::move(done), true));
    }

private:
    template <class Done, class T>
    static Result<void> finish(Done& done, sio::Socket& socket, sio::Ack& ack, T&& outcome, const std::unique_ptr<Pending>& pending) {
        // The answer is for somebody with other rights; asked again it will be right.
        if (pending && pending->rights_changed) return fail(Error{ErrorCode::Unavailable}.because("ROLE_CHANGED"));
        if constexpr (std::is_invocable_v<Done&, sio::Socket&, sio::Ack&, T, const Pending&>) {
            return done(socket, ack, std::forward<T>(outcome), *pending);
        } else {
            return done(socket, ack, std::forward<T>(outcome));
        }
    }

    template <class Done>
    auto completion(sio::Socket& socket, const sio::Event& event, sio::Hold hold, Done done, bool counted = false) {
        return [&io = io_, &refused = refused_, handle = socket.handle(), ack = event.take_ack(), name = std::string(event.name()),
                hold = std::move(hold), done = std::move(done), counted](auto outcome) mutable {
            io.post(handle, [&refused, ack = std::move(ack), name = std::move(name), hold = std::move(hold), done = std::move(done),
                             counted, outcome = std::move(outcome)](sio::Socket& on_loop) mutable {
                Seat& seat = seat_of(on_loop);
                const sio::Hold waiting = counted && --seat.writes == 0 ? std::move(seat.hold) : sio::Hold();  // released when all is said
                const auto pending = entry::finish(on_loop);
                Result<void> said = outcome ? finish(done, on_loop, ack, std::move(*outcome), pending)
                                            : std::unexpected(std::move(outcome.error()));
                if (said) return;
                refused.add(said.error().code);
                refuse(on_loop, ack, name, std::move(said.error()));
            });
        };
    }

    sio::Server& io_;
    store::Store& store_;
    ErrorCounts& refused_;
};

/// `object` with `"ok":true` in front: an acknowledgement whose result stands at its top level. Pre: a JSON object.
inline std::string ok_with(std::string_view object) {
    std::string json = R"({"ok":true)";
    if (object.size() > 2) json += ',';
    return json.append(object.substr(1));
}

}  // namespace desk
