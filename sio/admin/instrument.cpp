#include "sio/admin/instrument.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sio/admin/door.hpp"
#include "sio/admin/password.hpp"
#include "sio/admin/stats_ticker.hpp"

namespace sio::admin {
namespace {

std::string host_name() {
    std::array<char, 256> host{};
    return ::gethostname(host.data(), host.size() - 1) == 0 ? std::string(host.data()) : std::string("localhost");
}

ServerName name_of(const Options& options) {
    auto host = host_name();
    return {.id = options.server_id.empty() ? host : options.server_id, .host = host, .pid = ::getpid()};
}

std::vector<std::string_view> features_of(const Options&) { return {"AGGREGATED_EVENTS"}; }

}  // namespace

/// Owned by the namespace's handlers too.
struct Instrument::Parts {
    Parts(Namespace& nsp, Options chosen)
        : options(std::move(chosen)), door(options), ticker(std::make_shared<StatsTicker>(nsp, name_of(options), options.stats_interval)) {}

    const Options options;
    Door door;
    std::shared_ptr<StatsTicker> ticker;
};

Instrument::Instrument(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Instrument::~Instrument() {
    parts_->ticker->stop();
    parts_->door.stop();
}

std::unique_ptr<Instrument> instrument(Server& server, Options options) {
    if (options.username.empty()) throw std::invalid_argument("the admin UI needs a user name");
    if (!is_bcrypt_hash(options.password_hash)) throw std::invalid_argument("the admin UI's password is no bcrypt hash of cost 4 to 15");
    Namespace& nsp = server.of(options.nsp);
    const auto parts = std::make_shared<Instrument::Parts>(nsp, std::move(options));
    nsp.use([parts](Socket& socket, Next next) { parts->door.enter(socket, std::move(next)); });
    nsp.on_connection([features = features_of(parts->options)](Socket& socket) {
        Door::greet(socket);
        socket.emit("config", json::object({{"supportedFeatures", features}}));
    });
    parts->ticker->start();
    return std::unique_ptr<Instrument>(new Instrument(parts));
}

}  // namespace sio::admin
