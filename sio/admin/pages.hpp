#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "sio/socketio/namespace.hpp"

namespace sio::admin {

/// The pages that watch every socket of this server (development mode), each on its loop. A page first gets `all_sockets`, which every loop
/// writes its part of, then what happened on each loop after that part: it misses nothing and hears nothing twice.
/// Thread: any loop; a page's calls come on the page's loop.
class Pages {
public:
    explicit Pages(Namespace& nsp);
    ~Pages();
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    /// Whether anybody watches: without pages nothing need be made for tell().
    bool any() const { return count_.load(std::memory_order_relaxed) > 0; }
    /// To every page, about something on the calling loop.
    void tell(const EncodedEvent& event);

    void add(Socket& page);
    void remove(Socket& page);

private:
    struct Page;
    using OfLoop = std::vector<std::unique_ptr<Page>>;

    /// The sockets of the calling loop, as elements of a JSON array; as many as fit.
    std::string list() const;
    void take_list(const SocketHandle& handle, unsigned from, const std::string& list);
    void deliver(unsigned to, unsigned from, const EncodedEvent& event);
    runtime::Loop& loop(unsigned index) const;

    Namespace& nsp_;
    std::atomic<std::size_t> count_{0};
    std::vector<std::atomic<std::size_t>> counts_;  // of each loop
    std::vector<OfLoop> pages_;                     // of each loop, for itself only
};

}  // namespace sio::admin
