#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "sio/admin/attempts.hpp"
#include "sio/admin/session_seal.hpp"
#include "sio/socketio/namespace.hpp"

namespace sio::admin {

struct Options;

/// Lets clients into the admin namespace that know the password, or hold a session (protocol 1.5, admin UI). Everybody else hears
/// `invalid credentials`, or `too many attempts` when no password is looked at now, and gets nothing.
/// Thread: any; passwords are looked at on one of its own.
class Door {
public:
    Door(const Options& options);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    /// The namespace's middleware.
    void enter(Socket& socket, Next next);
    /// Emits `session` to a socket that came with its password. From on_connection.
    static void greet(Socket& socket);
    /// Nobody enters by password any more. Waits for the password under way.
    void stop();

private:
    /// A client that waits for its password to be looked at.
    struct Guess {
        Server* server;
        SocketHandle socket;
        Next next;
        bool right_name;
        std::string password;
        std::int64_t now_unix_ms;
    };
    /// Queues it, or leaves it as it is: false.
    bool take(Guess& guess, const std::string& address, runtime::TimePoint now);
    void run();
    void answer(Guess guess) const;

    const std::string username_;
    const std::string hash_;
    const std::int64_t session_lifetime_ms_;
    const SessionSeal seal_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Attempts attempts_;          // guarded by mutex_
    std::deque<Guess> guesses_;  // guarded by mutex_
    bool stopped_ = false;       // guarded by mutex_
    std::thread thread_;
};

}  // namespace sio::admin
