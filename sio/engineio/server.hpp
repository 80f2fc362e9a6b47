#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/engineio/options.hpp"
#include "sio/engineio/session.hpp"
#include "sio/engineio/sid.hpp"
#include "sio/http/server.hpp"
#include "sio/runtime/listener.hpp"

namespace sio::engineio {

struct Refusal;

/// Takes each new session and gives it its handler (owned by the application until on_close). Called on the session's loop, after the open
/// packet was queued.
using OnSession = std::function<SessionHandler*(Session&)>;

/// Counters for metrics. Thread: any.
struct Counts {
    std::size_t polling = 0;
    std::size_t websocket = 0;
};

/// Engine.IO 4, and 3 when allowed, on an HTTP server: verifies requests, opens sessions, routes by session id. One hub a loop holds that
/// loop's sessions.
class Server final : public http::Handler {
public:
    Server(runtime::LoopGroup& loops, Options options, OnSession on_session);
    ~Server() override;

    const Options& options() const { return options_; }
    ServerTag server_tag() const { return server_tag_; }
    Counts counts() const;
    /// Thread: that loop.
    const SessionTotals& totals(const runtime::Loop& loop) const;
    /// Ends every session of one loop with ServerShuttingDown; new ones are refused. Thread: that loop.
    void close_sessions(runtime::Loop& loop);
    /// No new sessions from now on (503), existing ones go on. Thread: any.
    void refuse_new_sessions();

    Head on_head(http::Exchange& exchange) override;
    void on_request(http::Exchange& exchange) override;
    void on_upgrade(http::Exchange& exchange) override;
    void on_aborted(http::Exchange& exchange, Abort why) override;

private:
    friend class Hub;
    Hub& hub(runtime::Loop& loop);
    void announce(Session& session);
    void open_polling(http::Exchange& exchange);
    void refuse(http::Exchange& exchange, const Refusal& refusal);
    void refuse_closing(http::Exchange& exchange, bool close);

    Options options_;
    OnSession on_session_;
    runtime::LoopGroup& loops_;
    std::vector<std::unique_ptr<Hub>> hubs_;
    ServerTag server_tag_;
    std::atomic<bool> refusing_{false};
};

}  // namespace sio::engineio
