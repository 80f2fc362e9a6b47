#include "sio/admin/pages.hpp"

#include <algorithm>
#include <utility>

#include "sio/admin/socket_text.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/server.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kMaxHeld = 2000;
/// Of the output that may wait for a slow page, what `all_sockets` may take.
constexpr std::size_t kListShare = 2;

}  // namespace

struct Pages::Page {
    SocketHandle handle;
    std::vector<bool> listed;  // of which loops the list is there
    std::size_t missing;
    std::string list;
    std::vector<EncodedEvent> held;  // what happened since, until all lists are there
};

Pages::Pages(Namespace& nsp) : nsp_(nsp), counts_(nsp.server().loops().size()), pages_(nsp.server().loops().size()) {}

Pages::~Pages() = default;

runtime::Loop& Pages::loop(unsigned index) const { return nsp_.server().loops().at(index); }

void Pages::add(Socket& page) {
    const unsigned here = page.connection().loop().index();
    const unsigned loops = static_cast<unsigned>(pages_.size());
    const auto handle = page.handle();
    pages_[here].push_back(
        std::make_unique<Page>(Page{.handle = handle, .listed = std::vector<bool>(loops), .missing = loops, .list = {}, .held = {}}));
    counts_[here].fetch_add(1, std::memory_order_relaxed);
    count_.fetch_add(1, std::memory_order_relaxed);
    for (unsigned i = 0; i < loops; ++i) {
        if (i == here) continue;
        loop(i).post([this, i, here, handle] { loop(here).post([this, i, handle, list = list()] { take_list(handle, i, list); }); });
    }
    take_list(handle, here, list());
}

void Pages::remove(Socket& page) {
    const unsigned here = page.connection().loop().index();
    const auto gone = std::erase_if(pages_[here], [handle = page.handle()](const auto& each) { return each->handle == handle; });
    counts_[here].fetch_sub(gone, std::memory_order_relaxed);
    count_.fetch_sub(gone, std::memory_order_relaxed);
}

std::string Pages::list() const {
    const std::size_t limit = nsp_.server().options().engine.max_queue_bytes / kListShare / pages_.size();
    std::string list;
    std::string text;
    bool fits = true;
    nsp_.server().for_each_connection([&](Connection& connection) {
        connection.for_each_socket([&](Socket& socket) {
            text.clear();
            json::Writer writer(text);
            write_socket(writer, socket);
            fits = fits && list.size() + text.size() < limit;
            if (fits) list.append(list.empty() ? "" : ",").append(text);
        });
        return fits;
    });
    return list;
}

void Pages::take_list(const SocketHandle& handle, unsigned from, const std::string& list) {
    const auto found = std::ranges::find(pages_[handle.loop], handle, [](const auto& each) { return each->handle; });
    if (found == pages_[handle.loop].end()) return;
    Page& page = **found;
    page.listed[from] = true;
    if (!page.list.empty() && !list.empty()) page.list += ',';
    page.list += list;
    if (--page.missing > 0) return;
    const std::string all = "[" + std::exchange(page.list, {}) + "]";
    Socket* const socket = nsp_.server().find(handle);
    if (socket == nullptr) return;
    socket->emit("all_sockets", json::Raw{all});
    for (const auto& event : std::exchange(page.held, {})) socket->send(event);
}

// What a loop posts arrives in the order of the posts: events from before its part of the list come before it, and are in it.
void Pages::deliver(unsigned to, unsigned from, const EncodedEvent& event) {
    for (const auto& page : pages_[to]) {
        if (!page->listed[from]) continue;
        if (page->missing > 0) {
            if (page->held.size() < kMaxHeld) page->held.push_back(event);
        } else if (Socket* const socket = nsp_.server().find(page->handle)) {
            socket->send(event);
        }
    }
}

void Pages::tell(const EncodedEvent& event) {
    const auto* const current = runtime::Loop::current();
    if (current == nullptr) return;
    const unsigned here = current->index();
    for (unsigned i = 0; i < pages_.size(); ++i) {
        if (i == here) {
            deliver(i, here, event);
        } else if (counts_[i].load(std::memory_order_relaxed) > 0) {
            loop(i).post([this, i, here, event] { deliver(i, here, event); });
        }
    }
}

}  // namespace sio::admin
