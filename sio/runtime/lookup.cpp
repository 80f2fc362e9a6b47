#include "sio/runtime/lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sio::runtime {

namespace {

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    int status = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (status != 0) {
        // A host with nothing but loopback has no configured address, yet "localhost" is to be found.
        hints.ai_flags = 0;
        status = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    }
    if (status != 0) return fail(ErrorCode::System, "cannot resolve " + host + ": " + gai_strerror(status));
    std::vector<Address> found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        Address address = Address::from(*entry->ai_addr);
        address.port = port;
        if (address.ip != decltype(address.ip){} && std::find(found.begin(), found.end(), address) == found.end()) found.push_back(address);
    }
    freeaddrinfo(list);
    if (found.empty()) return fail(ErrorCode::System, "cannot resolve " + host + ": no address");
    return found;
}

}  // namespace

struct Lookup::State {
    std::mutex mutex;
    Loop* loop;  // nullptr: nobody waits any more
    Done done;   // the loop's own
};

// The thread is not joined: the resolver may hang for half a minute, and who gave up is not to wait for it.
Lookup::Lookup(Loop& loop, std::string host, std::uint16_t port, Done done) : state_(std::make_shared<State>()) {
    state_->loop = &loop;
    state_->done = std::move(done);
    const auto answer = [](const std::shared_ptr<State>& state, Result<std::vector<Address>> found) {
        const std::lock_guard lock(state->mutex);
        if (state->loop == nullptr) return;
        state->loop->post([state, found = std::move(found)]() mutable {
            if (Done told = std::exchange(state->done, nullptr)) told(std::move(found));
        });
    };
    try {
        std::thread([state = state_, host = std::move(host), port, answer] { answer(state, resolve(host, port)); }).detach();
    } catch (const std::system_error& error) {
        answer(state_, fail(ErrorCode::System, std::string("no thread to resolve names: ") + error.what()));
    }
}

Lookup::~Lookup() {
    state_->done = nullptr;
    const std::lock_guard lock(state_->mutex);
    state_->loop = nullptr;
}

}  // namespace sio::runtime
