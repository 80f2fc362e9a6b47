#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "desk/session/directory.hpp"
#include "desk/session/lull.hpp"
#include "desk/store/store.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::people {

/// Notes down agents and admins who connect and whom the store does not know, or knows otherwise than their token, so that tickets can be
/// given to them. Customers are many, and are noted by what they write. All of it happens behind the CONNECT, on the store's threads, in
/// as few commits as can be: once fewer come, after 50 ms or, while more and more do, a second; when the store is busy or does not answer
/// it is left for a later CONNECT. Destroy it once the loop has stopped.  Thread: any.
class Newcomers {
public:
    /// `loop` keeps the time before and between an org's commits.
    Newcomers(store::Store& store, const Directory& directory, sio::runtime::Loop& loop);

    /// Told of an org whose newcomers were written down, on a store's thread. Before the server starts.
    void on_noted(std::function<void(const std::string& org)> told) { noted_ = std::move(told); }

    /// Somebody has opened a connection.
    void seen(const IdentityRef& who);

private:
    struct Waiting {
        std::vector<IdentityRef> people;
        bool busy = false;      ///< the store is being asked about this org, was just now, or soon is
        bool draining = false;  ///< the lull has come: batch after batch
        Lull lull{20};
    };
    void take(const std::string& org);
    void write(const std::string& org, std::vector<IdentityRef> unknown);
    void done(const std::string& org, bool known);
    enum class Next : std::uint8_t { Nothing, Rest, Take };
    Next next_of(const std::string& org);
    void rest(const std::string& org);
    void go_on();

    store::Store& store_;
    const Directory& directory_;
    sio::runtime::Loop& loop_;
    std::function<void(const std::string& org)> noted_;
    sio::runtime::Timer timer_{[](void* self) { static_cast<Newcomers*>(self)->go_on(); }, this};
    std::vector<std::string> resting_;  // the loop's: orgs whose last commit is not long ago
    /// Who was looked up already, by hash: each has one place, and who comes to it next is looked up again.
    std::unique_ptr<std::array<std::atomic<std::uint32_t>, 65536>> seen_;
    std::mutex mutex_;
    std::unordered_map<std::string, Waiting> orgs_;
    std::size_t waiting_ = 0;
};

}  // namespace desk::people
