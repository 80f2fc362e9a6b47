#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "desk/app/config.hpp"
#include "desk/app/token_keys.hpp"
#include "sio/base/log.hpp"

namespace desk::app {

struct Parts;

/// The running helpdesk: every part made, wired and started, and ended in the right order.
/// Thread: one, the one that made it.
class DeskServer {
public:
    /// Errors (sentences for the operator): the store, a certificate, an address.
    static std::expected<std::unique_ptr<DeskServer>, std::string> start(const Config& config, const TokenKeys& keys, sio::Log& log);
    ~DeskServer();
    DeskServer(const DeskServer&) = delete;
    DeskServer& operator=(const DeskServer&) = delete;

    /// `http://127.0.0.1:3001`, one for each address listened on.
    const std::vector<std::string>& urls() const { return urls_; }
    /// What clients may ask: "/chat chat:join" for each event, "GET /v1/tickets/{id}" for each endpoint.
    std::vector<std::string> doors() const;
    /// Reads the certificate files again and fetches jwks_url; connections stay.
    void reload();
    /// Not ready from now on, no new connections; those there are are closed over `drain_time`, each when its writes are answered.
    void drain();
    /// Whether all have been closed, or those that are left have had time enough.
    bool drained() const;
    /// Ends what connections there are, finishes writes.
    void stop();

private:
    DeskServer(const Config& config, const TokenKeys& keys, sio::Log& log);
    std::expected<void, std::string> open();
    void fetch_token_keys();
    std::expected<void, std::string> listen();
    void reload_certificate();

    const Config config_;
    sio::Log& log_;
    std::vector<std::string> urls_;
    std::chrono::steady_clock::time_point drain_end_;
    bool serving_ = false;
    bool stopped_ = false;
    std::unique_ptr<Parts> parts_;
};

}  // namespace desk::app
