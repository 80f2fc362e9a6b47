#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/app/cluster.hpp"
#include "desk/app/metrics.hpp"
#include "desk/app/readiness.hpp"
#include "desk/app/test_clock.hpp"
#include "desk/app/token_keys.hpp"
#include "desk/auth/key_fetcher.hpp"
#include "desk/auth/token_signer.hpp"
#include "desk/auth/token_verifier.hpp"
#include "desk/chat/online.hpp"
#include "desk/chat/sockets.hpp"
#include "desk/chat/timeouts.hpp"
#include "desk/cluster/peers.hpp"
#include "desk/dashboard/dashboard.hpp"
#include "desk/delivery/announcements.hpp"
#include "desk/delivery/arrival.hpp"
#include "desk/delivery/delivery.hpp"
#include "desk/delivery/mirror.hpp"
#include "desk/delivery/recheck.hpp"
#include "desk/delivery/socket_commands.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/maintenance/board.hpp"
#include "desk/maintenance/commands.hpp"
#include "desk/maintenance/refresh.hpp"
#include "desk/notifications/sockets.hpp"
#include "desk/people/live.hpp"
#include "desk/people/newcomers.hpp"
#include "desk/presence/presence.hpp"
#include "desk/presence/sockets.hpp"
#include "desk/rest/api.hpp"
#include "desk/rest/key_refresh.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/update_polls.hpp"
#include "desk/session/admission.hpp"
#include "desk/session/bare_rooms.hpp"
#include "desk/session/directory_refresh.hpp"
#include "desk/session/door.hpp"
#include "desk/session/identities.hpp"
#include "desk/session/token_updates.hpp"
#include "desk/sla/timers.hpp"
#include "desk/store/housekeeper.hpp"
#include "desk/store/store.hpp"
#include "desk/store/store_lock.hpp"
#include "desk/tickets/sockets.hpp"
#include "sio/admin/instrument.hpp"
#include "sio/base/clock.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::app {

/// Every part of the running helpdesk, in the order of construction; each uses only those before it, but for the store and delivery, which
/// know each other through callbacks. DeskServer fills in what needs the store and ends all of it.
struct Parts {
    Parts(const Config& config, const TokenKeys& keys, sio::Log& log);
    /// Hears of what other servers write, from before anything is read.
    void join_others(sio::Log& log);
    /// Everything that needs the store.
    void wire(const Config& config, sio::Log& log);
    /// The people who are here are left to the servers where they come back.
    void hand_over();
    /// There is that org.
    void saw(std::string_view org) {
        if (bare_rooms) bare_rooms->saw(org);
    }

    const Limits limits;
    std::optional<BareRooms> bare_rooms;  ///< where an adapter asks which rooms are meant
    Cluster cluster;
    std::optional<cluster::Peers> peers;
    auth::TokenVerifier verifier;
    sio::Server io;
    AddressGuard addresses;
    std::optional<auth::TokenSigner> signer;
    rest::TokenDoors token_doors;
    Directory directory;
    Identities identities{directory};
    Admission admission;
    Door door;
    TokenUpdates token_updates{door, verifier, identities};
    Typing typing;
    Delivery delivery;
    std::optional<Announcements> announcements;  ///< where other servers stand on the same store
    std::optional<Mirror> mirror;
    rest::KeyRing api_keys;
    rest::Api api;
    chat::OnlineLists online;
    std::optional<TestClock> test_clock;
    store::NowUs stored_now_us = sio::unix_us;  ///< of all that is stored
    std::optional<store::StoreLock> store_lock;
    std::unique_ptr<store::Store> store;
    std::optional<rest::KeyRefresh> key_refresh;
    std::optional<DirectoryRefresh> directory_refresh;
    RecoveryCounts recoveries;
    std::optional<SocketCommands> commands;
    std::optional<Arrivals> arrivals;
    std::optional<rest::UpdatePolls> update_polls;
    std::optional<Rechecks> rechecks;
    std::optional<people::LivePeople> people;
    std::optional<people::Newcomers> newcomers;
    std::optional<tickets::TicketSockets> tickets;
    std::optional<chat::ChatSockets> chat;
    std::optional<chat::ChatTimeouts> chat_timeouts;
    std::optional<sla::SlaTimers> sla_timers;
    std::optional<notifications::NotificationSockets> notifications;
    std::optional<presence::Presence> presence;
    std::optional<presence::PresenceSockets> presence_sockets;
    std::optional<dashboard::Dashboard> dashboard;
    std::shared_ptr<sio::runtime::TlsContext> tls;
    std::optional<auth::KeyFetcher> key_fetcher;
    const maintenance::Reach admins_reach;
    std::optional<maintenance::Board> maintenance;
    std::optional<maintenance::NoticeRefresh> notice_refresh;
    std::optional<Readiness> readiness;
    std::optional<Metrics> metrics;
    std::optional<store::Housekeeper> housekeeper;
    std::unique_ptr<sio::admin::Instrument> admin_ui;  ///< where it is wanted

private:
    LogSource log_source();
    /// Writes down for the time-outs that a conversation's customer is there, or gone.
    void note_customer(const std::string& org, std::string conversation, bool here, std::move_only_function<void(bool)> done);
    void add_presence(const Config& config, sio::Log& log);
    void add_dashboard(const Config& config, sio::Log& log);
    /// As chat:online shows somebody: customers have no presence, and are there while they are listed. Thread: the org's home loop.
    std::string_view status_of(const Actor& actor);
    /// What whoever runs the server asks it.
    void add_operations(const std::string& metrics_token);
};

}  // namespace desk::app
