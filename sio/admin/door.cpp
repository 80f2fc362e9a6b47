#include "sio/admin/door.hpp"

#include <pthread.h>

#include <cstring>
#include <utility>

#include "sio/admin/instrument.hpp"
#include "sio/admin/password.hpp"
#include "sio/base/json.hpp"
#include "sio/runtime/digest.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/server.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kMaxAuth = 4096;
constexpr std::size_t kMaxPassword = 1024;
constexpr std::size_t kMaxWaiting = 32;

/// What a socket that gave its password has to be told.
struct NewSession {
    std::string id;
};

void refuse(Next& next, const char* why) { next(ConnectError{why, {}}); }

/// In a time that does not tell where the first difference is, nor how long the right one is.
bool same_name(std::string_view a, std::string_view b) {
    return runtime::equal_in_constant_time(runtime::bytes_of(runtime::sha256(a)), runtime::bytes_of(runtime::sha256(b)));
}

/// Of the peer, as Options::client_address sees it; the tries of those that are not known count together.
std::string address_of(Socket& socket) {
    const auto* const handshake = socket.connection().handshake();
    return handshake != nullptr ? handshake->address : std::string();
}

}  // namespace

Door::Door(const Options& options)
    : username_(options.username),
      hash_(options.password_hash),
      session_lifetime_ms_(std::chrono::milliseconds(options.session_lifetime).count()),
      seal_(options.username, options.password_hash),
      attempts_(options.attempts_of_address, options.attempts_of_all),
      thread_([this] { run(); }) {}

Door::~Door() { stop(); }

void Door::enter(Socket& socket, Next next) {
    json::Parser parser({.max_bytes = kMaxAuth, .max_depth = 8});
    const auto auth = parser.parse_copy(socket.auth());
    if (!auth) return refuse(next, "invalid credentials");
    const auto& loop = socket.connection().loop();
    const auto session = (*auth)["sessionId"].string();
    if (session && seal_.valid(*session, loop.unix_ms())) return next();
    const auto name = (*auth)["username"].string();
    const auto password = (*auth)["password"].string();
    if (!name || !password || password->size() > kMaxPassword) return refuse(next, "invalid credentials");

    // A wrong name costs its password's time too: else the time would tell which names are right.
    Guess guess{.server = &socket.server(),
                .socket = socket.handle(),
                .next = std::move(next),
                .right_name = same_name(*name, username_),
                .password = std::string(*password),
                .now_unix_ms = loop.unix_ms()};
    if (!take(guess, address_of(socket), loop.now())) refuse(guess.next, "too many attempts");
}

bool Door::take(Guess& guess, const std::string& address, runtime::TimePoint now) {
    const std::scoped_lock lock(mutex_);
    if (stopped_ || guesses_.size() >= kMaxWaiting || !attempts_.take(address, now)) return false;
    guesses_.push_back(std::move(guess));
    changed_.notify_one();
    return true;
}

void Door::run() {
    pthread_setname_np(pthread_self(), "admin-door");
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopped_ || !guesses_.empty(); });
        if (stopped_) return;
        Guess guess = std::move(guesses_.front());
        guesses_.pop_front();
        lock.unlock();
        answer(std::move(guess));
        lock.lock();
    }
}

// The session is posted before the answer, so it is there when the connection handlers run.
void Door::answer(Guess guess) const {
    const bool right = matches(guess.password, hash_) && guess.right_name;
    explicit_bzero(guess.password.data(), guess.password.size());
    if (!right) return refuse(guess.next, "invalid credentials");
    guess.server->post(guess.socket, [id = seal_.make(guess.now_unix_ms + session_lifetime_ms_)](Socket& socket) mutable {
        socket.set_data<NewSession>(std::move(id));
    });
    guess.next();
}

void Door::greet(Socket& socket) {
    if (const auto* const session = socket.data<NewSession>(); session != nullptr && !socket.recovered())
        socket.emit("session", session->id);
}

void Door::stop() {
    std::deque<Guess> left;
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        left.swap(guesses_);
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    for (auto& guess : left) refuse(guess.next, "too many attempts");
}

}  // namespace sio::admin
