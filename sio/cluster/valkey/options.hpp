#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/result.hpp"

namespace sio::cluster {

struct ValkeyAddress {
    std::string host;  ///< a name or an address, IPv6 without brackets
    std::uint16_t port = 6379;

    bool operator==(const ValkeyAddress&) const = default;
};

/// Where Valkey is and how to get in.
struct ValkeyOptions {
    enum class Topology : std::uint8_t {
        Single,    ///< one server; further addresses are tried when the first does not answer
        Sentinel,  ///< the addresses are Sentinels, which say where the primary of `sentinel_name` is
        Cluster,   ///< the addresses are nodes of a cluster, which say where each slot is
    };

    std::vector<ValkeyAddress> addresses;
    Topology topology = Topology::Single;
    std::string sentinel_name;
    std::string user;      ///< ACL user; empty: the default one
    std::string password;  ///< never logged
    bool tls = false;
    std::string tls_ca_file;  ///< certificates to trust, PEM; empty: those of the system
    std::chrono::milliseconds connect_timeout{5'000};
    /// How long an answer is waited for before the connection counts as lost; blocking reads have their own.
    std::chrono::milliseconds answer_timeout{5'000};
    std::chrono::milliseconds retry_min{100};  ///< pause before connecting again, doubled each time with jitter
    std::chrono::milliseconds retry_max{5'000};
    std::size_t max_waiting_bytes = 64 * 1024 * 1024;  ///< of commands that wait for Valkey or for its answer

    /// `redis[s]://[user:pass@]host[:port][,host[:port]...][?sentinel=NAME|?cluster=true][&ca=FILE]`; user and password are
    /// percent-encoded. Errors: BadRequest, with a detail that holds no part of the password.
    static Result<ValkeyOptions> parse(std::string_view url);
};

}  // namespace sio::cluster
