#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "sio/base/json_writer.hpp"
#include "sio/socketio/statistics.hpp"

namespace sio::admin {

/// Who tells, in every `server_stats`.
struct ServerName {
    std::string id;
    std::string host;
    int pid;
};

/// Writes `server_stats` (protocol 1.5, admin UI): what there is now, and in `aggregatedEvents` what happened since the look before.
/// Packets are Socket.IO events; bytes are all that connections read and write, HTTP and frames too. Of namespaces the first 500.
/// Thread: one.
class StatsWriter {
public:
    explicit StatsWriter(ServerName name) : name_(std::move(name)) {}

    json::Text next(const Statistics& now, std::chrono::milliseconds uptime, std::int64_t unix_ms);

private:
    struct Totals {
        std::uint64_t opened = 0;
        std::array<std::uint64_t, engineio::kCloseReasons> closed{};
        std::uint64_t packets_in = 0;
        std::uint64_t packets_out = 0;
        std::uint64_t bytes_in = 0;
        std::uint64_t bytes_out = 0;
    };
    static Totals totals_of(const Statistics& statistics);
    void write_changes(json::Writer& writer, const Totals& now, std::int64_t unix_ms) const;

    ServerName name_;
    Totals before_;
};

}  // namespace sio::admin
