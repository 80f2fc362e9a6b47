#include "sio/admin/instrument.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sio/admin/commands.hpp"
#include "sio/admin/door.hpp"
#include "sio/admin/password.hpp"
#include "sio/admin/stats_ticker.hpp"
#include "sio/admin/watch.hpp"

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

std::vector<std::string_view> features_of(const Options& options) {
    std::vector<std::string_view> features;
    if (!options.readonly) features = {"EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"};
    features.emplace_back("AGGREGATED_EVENTS");
    if (options.mode == Mode::Development) features.emplace_back("ALL_EVENTS");
    return features;
}

}  // namespace

/// Owned by the namespace's handlers too.
struct Instrument::Parts {
    Parts(Namespace& nsp, Options chosen)
        : options(std::move(chosen)),
          door(options),
          ticker(std::make_shared<StatsTicker>(nsp, name_of(options), options.stats_interval)),
          watch(options.mode == Mode::Development ? std::make_shared<Watch>(nsp, options.hidden) : nullptr) {}

    const Options options;
    Door door;
    std::shared_ptr<StatsTicker> ticker;
    std::shared_ptr<Watch> watch;
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
    // Before the page's own handler: a page is in the list that it gets, and not told of itself.
    if (parts->watch) parts->watch->begin(parts->watch);
    if (!parts->options.readonly) add_commands(nsp);
    nsp.use([parts](Socket& socket, Next next) { parts->door.enter(socket, std::move(next)); });
    nsp.on_connection([features = features_of(parts->options), watch = parts->watch](Socket& socket) {
        Door::greet(socket);
        socket.emit("config", json::object({{"supportedFeatures", features}}));
        if (watch) watch->show(socket);
    });
    parts->ticker->start();
    return std::unique_ptr<Instrument>(new Instrument(parts));
}

}  // namespace sio::admin
