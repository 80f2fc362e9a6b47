#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "sio/admin/pages.hpp"
#include "sio/socketio/namespace.hpp"

namespace sio::admin {

/// Development mode (protocol 1.5, admin UI): tells pages of every socket of this server that comes, upgrades, joins, leaves and goes, and
/// of every event. While nobody watches each of these costs one look at a counter. Events are told with at most 4 KiB of arguments, and at
/// most 500 a second and loop. Thread: any loop; made before the server starts.
class Watch {
public:
    /// Says of which events (namespace, name) the arguments are nobody's business.
    using Hidden = std::function<bool(std::string_view nsp, std::string_view event)>;
    Watch(Namespace& admin, Hidden hidden);

    /// Registers itself in every namespace made so far.
    void begin(const std::shared_ptr<Watch>& self);
    /// Begins to tell a page that was let in.
    void show(Socket& page) { pages_.add(page); }

private:
    struct Place;
    struct Rate {
        std::int64_t second = 0;
        std::uint32_t told = 0;
    };
    void add_to(Registrar& registrar, const std::shared_ptr<Watch>& self);
    void connected(Socket& socket, Place& place);
    void left(Socket& socket, DisconnectReason reason);
    void received(Socket& socket, const Event& event);
    void sent(Socket& socket, const EncodedEvent& event);
    bool may_tell(Socket& socket);
    bool hidden(std::string_view nsp, std::string_view event) const { return hidden_ && hidden_(nsp, event); }
    template <class... Args>
    void tell(std::string_view event, const Args&... args) {
        pages_.tell(admin_.encode(event, args...));
    }

    Namespace& admin_;
    const Hidden hidden_;
    Pages pages_;
    std::vector<Rate> rates_;  // of each loop, for itself only
};

}  // namespace sio::admin
