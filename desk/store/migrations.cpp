#include "desk/store/migrations.hpp"

#include <array>
#include <string_view>

namespace desk::store {
namespace {

/// People, tickets, chats, notifications, and the log.
constexpr std::string_view kHelpdesk = R"sql(
CREATE TABLE orgs (id TEXT PRIMARY KEY, name TEXT NOT NULL, timezone TEXT NOT NULL, visibility TEXT NOT NULL,
    share_company_tickets BIGINT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL) {clustered};
CREATE TABLE org_counters (org TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq BIGINT NOT NULL, ticket_number BIGINT NOT NULL,
    last_at BIGINT NOT NULL, pruned_to BIGINT NOT NULL) {clustered};
CREATE TABLE event_log (org TEXT NOT NULL, seq BIGINT NOT NULL, event_id TEXT NOT NULL, name TEXT NOT NULL,
    subject_kind BIGINT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL, meta TEXT NOT NULL, payload TEXT NOT NULL,
    customers BIGINT NOT NULL, customer_payload TEXT NOT NULL, occurred_at BIGINT NOT NULL, PRIMARY KEY (org, seq)) {clustered};

CREATE TABLE users (org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, avatar_url TEXT, role TEXT NOT NULL, email TEXT, company TEXT,
    team_ids TEXT NOT NULL, active BIGINT NOT NULL, locale TEXT, timezone TEXT, source TEXT NOT NULL, claims_iat BIGINT NOT NULL,
    version BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (org, id), FOREIGN KEY (org) REFERENCES orgs (id)) {clustered};
CREATE TABLE teams (org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (org, id)) {clustered};

CREATE TABLE tickets (org TEXT NOT NULL, id TEXT NOT NULL, number BIGINT NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL,
    priority TEXT NOT NULL, channel TEXT NOT NULL, requester_id TEXT NOT NULL, company TEXT, assignee_id TEXT, team_id TEXT,
    participant_ids TEXT NOT NULL, tags TEXT NOT NULL, custom_fields TEXT NOT NULL, message_count BIGINT NOT NULL, last_message_at BIGINT,
    public_message_count BIGINT NOT NULL, public_last_message_at BIGINT, waiting_since BIGINT, first_responded_at BIGINT,
    resolved_at BIGINT, closed_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version BIGINT NOT NULL,
    PRIMARY KEY (org, id), UNIQUE (org, number), FOREIGN KEY (org, requester_id) REFERENCES users (org, id)) {clustered};
CREATE INDEX tickets_by_update ON tickets (org, updated_at, id);
CREATE INDEX tickets_by_assignee ON tickets (org, assignee_id, updated_at);
CREATE INDEX tickets_by_requester ON tickets (org, requester_id, updated_at);
CREATE TABLE ticket_messages (org TEXT NOT NULL, ticket_id TEXT NOT NULL, number BIGINT NOT NULL, id TEXT NOT NULL, author_id TEXT NOT NULL,
    content TEXT NOT NULL, type TEXT NOT NULL, visibility TEXT NOT NULL, attachments TEXT NOT NULL, in_reply_to TEXT,
    client_message_id TEXT, created_at BIGINT NOT NULL, edited_at BIGINT, PRIMARY KEY (org, ticket_id, number),
    UNIQUE (org, id), FOREIGN KEY (org, ticket_id) REFERENCES tickets (org, id)) {clustered};
CREATE UNIQUE INDEX ticket_messages_resent ON ticket_messages (org, ticket_id, author_id, client_message_id)
    WHERE client_message_id IS NOT NULL;

CREATE TABLE conversations (org TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, customer_id TEXT NOT NULL, team_id TEXT,
    ticket_id TEXT, last_number BIGINT NOT NULL, waiting_since BIGINT, started_at BIGINT, ended_at BIGINT, end_reason TEXT,
    created_at BIGINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (org, id),
    FOREIGN KEY (org, customer_id) REFERENCES users (org, id)) {clustered};
CREATE INDEX conversations_by_customer ON conversations (org, customer_id);
CREATE INDEX conversations_open ON conversations (org, status, id) WHERE status <> 'ended';
CREATE TABLE conversation_agents (org TEXT NOT NULL, conversation_id TEXT NOT NULL, position BIGINT NOT NULL, user_id TEXT NOT NULL,
    PRIMARY KEY (org, conversation_id, position), UNIQUE (org, user_id, conversation_id),
    FOREIGN KEY (org, conversation_id) REFERENCES conversations (org, id)) {clustered};
CREATE TABLE chat_messages (org TEXT NOT NULL, conversation_id TEXT NOT NULL, number BIGINT NOT NULL, id TEXT NOT NULL,
    sender_id TEXT NOT NULL, content TEXT NOT NULL, type TEXT NOT NULL, attachments TEXT NOT NULL, client_message_id TEXT,
    created_at BIGINT NOT NULL, PRIMARY KEY (org, conversation_id, number), UNIQUE (org, id),
    FOREIGN KEY (org, conversation_id) REFERENCES conversations (org, id)) {clustered};
CREATE UNIQUE INDEX chat_messages_resent ON chat_messages (org, conversation_id, sender_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
CREATE TABLE read_markers (org TEXT NOT NULL, conversation_id TEXT NOT NULL, user_id TEXT NOT NULL, number BIGINT NOT NULL,
    message_id TEXT NOT NULL, PRIMARY KEY (org, conversation_id, user_id)) {clustered};

CREATE TABLE notifications (org TEXT NOT NULL, user_id TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL,
    message TEXT NOT NULL, data TEXT NOT NULL, link TEXT, actor_id TEXT, priority TEXT NOT NULL, read_at BIGINT,
    created_at BIGINT NOT NULL, PRIMARY KEY (org, user_id, id)) {clustered};
CREATE INDEX notifications_unread ON notifications (org, user_id, id) WHERE read_at IS NULL;
CREATE TABLE unread_counts (org TEXT NOT NULL, user_id TEXT NOT NULL, unread BIGINT NOT NULL, rev BIGINT NOT NULL,
    PRIMARY KEY (org, user_id)) {clustered};
)sql";

/// What keeps requests from being done twice, and who may not come in.
constexpr std::string_view kDoors = R"sql(
CREATE TABLE idempotency_keys (holder TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status BIGINT NOT NULL,
    response TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (holder, key)) {clustered};
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);
CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, orgs TEXT NOT NULL,
    created_at BIGINT NOT NULL) {clustered};
CREATE TABLE revocations (org TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, issued_before BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, PRIMARY KEY (org, kind, subject)) {clustered};
CREATE INDEX revocations_by_end ON revocations (expires_at);
CREATE TABLE maintenance (id TEXT PRIMARY KEY, org TEXT, message TEXT NOT NULL, starts_at BIGINT NOT NULL, ends_at BIGINT,
    cancelled BIGINT NOT NULL) {clustered};
)sql";

/// When chats end by themselves. `customer_here_until`: null, never there; the greatest integer, there now. `quiet_since`: nobody has
/// written from then on until, at least, the last time it was looked at; a message does not move it.
constexpr std::string_view kChatTimeouts = R"sql(
ALTER TABLE conversations ADD COLUMN customer_here_until BIGINT;
ALTER TABLE conversations ADD COLUMN quiet_since BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversations_by_absence ON conversations (customer_here_until) WHERE customer_here_until IS NOT NULL AND status <> 'ended';
CREATE INDEX conversations_by_quiet ON conversations (quiet_since) WHERE status <> 'ended';
)sql";

/// Lets servers see that a key was made or taken back by another program.
constexpr std::string_view kKeyChanges = R"sql(
CREATE TABLE api_key_changes (id BIGINT PRIMARY KEY, revision BIGINT NOT NULL) {clustered};
)sql";

/// When somebody wrote last, took the chat or opened it, by the clock of time-outs.
constexpr std::string_view kChatActivity = R"sql(
ALTER TABLE conversations ADD COLUMN active_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET active_at = COALESCE((SELECT m.created_at FROM chat_messages m WHERE m.org = conversations.org AND
    m.conversation_id = conversations.id AND m.number = conversations.last_number), started_at, created_at) WHERE status <> 'ended';
)sql";

/// Tickets in lists: by status, team and company; those that somebody takes part in. `published_version`: what the backend that keeps
/// the ticket last called its version; null: no backend has published it.
constexpr std::string_view kTicketLists = R"sql(
ALTER TABLE tickets ADD COLUMN published_version BIGINT;
CREATE INDEX tickets_by_status ON tickets (org, status, updated_at, id);
CREATE INDEX tickets_by_team ON tickets (org, team_id, updated_at, id);
CREATE INDEX tickets_by_company ON tickets (org, company, updated_at, id);
CREATE TABLE ticket_participants (org TEXT NOT NULL, user_id TEXT NOT NULL, ticket_id TEXT NOT NULL,
    PRIMARY KEY (org, user_id, ticket_id), FOREIGN KEY (org, ticket_id) REFERENCES tickets (org, id)) {clustered};
CREATE INDEX ticket_participants_by_ticket ON ticket_participants (org, ticket_id);
INSERT INTO ticket_participants (org, user_id, ticket_id) SELECT t.org, u.id, t.id FROM tickets t JOIN users u ON u.org = t.org
    WHERE t.participant_ids <> '[]' AND REPLACE(t.participant_ids, '"' || u.id || '"', '') <> t.participant_ids;
)sql";

/// What the backend that keeps the user last called its version; null: no backend has said.
constexpr std::string_view kPublishedUsers = "ALTER TABLE users ADD COLUMN published_version BIGINT;";

/// `tickets.sla`: what was promised, desk/model/ticket_sla.hpp. `sla_targets`: the same by target and cycle, `cycle` the time it began;
/// `fires_at`: when its next warning or breach is due; `policy_id`: of those that are not over. `sla_recounts`: policies whose tickets
/// count again, those behind `after_ticket` still have to.
constexpr std::string_view kSla = R"sql(
ALTER TABLE org_counters ADD COLUMN sla_policies BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN sla TEXT;
CREATE TABLE calendars (org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, timezone TEXT NOT NULL, hours TEXT NOT NULL,
    holidays TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (org, id)) {clustered};
CREATE TABLE sla_policies (org TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, position BIGINT NOT NULL, active BIGINT NOT NULL,
    conditions TEXT NOT NULL, targets TEXT NOT NULL, calendar_id TEXT, pause_on TEXT NOT NULL, warn_at TEXT NOT NULL, version BIGINT NOT NULL,
    PRIMARY KEY (org, id)) {clustered};
CREATE TABLE sla_targets (org TEXT NOT NULL, ticket_id TEXT NOT NULL, target TEXT NOT NULL, cycle BIGINT NOT NULL, policy_id TEXT,
    state TEXT NOT NULL, warned BIGINT NOT NULL, due_at BIGINT, finished_at BIGINT, fires_at BIGINT,
    PRIMARY KEY (org, ticket_id, target, cycle)) {clustered};
CREATE INDEX sla_targets_by_time ON sla_targets (fires_at) WHERE fires_at IS NOT NULL;
CREATE INDEX sla_targets_finished ON sla_targets (org, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX sla_targets_open ON sla_targets (org, policy_id, ticket_id) WHERE policy_id IS NOT NULL;
CREATE TABLE sla_recounts (org TEXT NOT NULL, policy_id TEXT NOT NULL, after_ticket TEXT NOT NULL, PRIMARY KEY (org, policy_id)) {clustered};
)sql";

struct Migration {
    std::string_view name;
    std::string_view script;
};

/// What of people's presence outlives the server: what they set, and when they were last there (desk/presence).
constexpr std::string_view kPresence = R"sql(
CREATE TABLE presence (org TEXT NOT NULL, user_id TEXT NOT NULL, manual TEXT, manual_at BIGINT NOT NULL, alive_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL, here BIGINT NOT NULL, PRIMARY KEY (org, user_id)) {clustered};
CREATE INDEX presence_remembered ON presence (org, user_id) WHERE here <> 0 OR manual IS NOT NULL;
)sql";

/// What a dashboard counts (desk/dashboard/counters.hpp), and the indexes from which it is counted again: `ticket_counts`, with priority
/// `low` and nobody assigned for tickets that are done; `open_ticket_counts` by assignee; `ticket_activity` by quarters of an hour since
/// 1970, for some days.
constexpr std::string_view kDashboard = R"sql(
CREATE TABLE ticket_counts (org TEXT NOT NULL, status TEXT NOT NULL, priority TEXT NOT NULL, assigned BIGINT NOT NULL,
    tickets BIGINT NOT NULL, PRIMARY KEY (org, status, priority, assigned)) {clustered};
CREATE TABLE open_ticket_counts (org TEXT NOT NULL, user_id TEXT NOT NULL, tickets BIGINT NOT NULL, PRIMARY KEY (org, user_id)) {clustered};
CREATE TABLE ticket_activity (org TEXT NOT NULL, quarter BIGINT NOT NULL, created BIGINT NOT NULL, resolved BIGINT NOT NULL,
    reopened BIGINT NOT NULL, PRIMARY KEY (org, quarter)) {clustered};
CREATE INDEX tickets_open ON tickets (org, created_at, status, priority, assignee_id) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX conversations_started ON conversations (org, started_at, created_at) WHERE started_at IS NOT NULL;
CREATE INDEX conversations_abandoned ON conversations (org, ended_at, end_reason) WHERE started_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX conversations_waiting ON conversations (org, team_id, waiting_since) WHERE status = 'waiting';
CREATE INDEX users_agents ON users (org, role, active, id, name) WHERE role IN ('admin', 'agent');
INSERT INTO ticket_counts (org, status, priority, assigned, tickets) SELECT org, status, 'low', 0, COUNT(*) FROM tickets
    WHERE status IN ('resolved', 'closed') GROUP BY org, status;
INSERT INTO ticket_counts (org, status, priority, assigned, tickets) SELECT org, status, priority,
    CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END, COUNT(*) FROM tickets WHERE status NOT IN ('resolved', 'closed')
    GROUP BY org, status, priority, CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END;
INSERT INTO open_ticket_counts (org, user_id, tickets) SELECT org, assignee_id, COUNT(*) FROM tickets
    WHERE status NOT IN ('resolved', 'closed') AND assignee_id IS NOT NULL GROUP BY org, assignee_id;
INSERT INTO ticket_activity (org, quarter, created, resolved, reopened) SELECT t.org, t.created_at / 900000000, COUNT(*), 0, 0
    FROM tickets t JOIN org_counters c ON c.org = t.org WHERE t.created_at > c.last_at - 259200000000
    GROUP BY t.org, t.created_at / 900000000;
INSERT INTO ticket_activity (org, quarter, created, resolved, reopened) SELECT t.org, t.resolved_at / 900000000, 0, COUNT(*), 0
    FROM tickets t JOIN org_counters c ON c.org = t.org WHERE t.resolved_at > c.last_at - 259200000000
    GROUP BY t.org, t.resolved_at / 900000000
    ON CONFLICT (org, quarter) DO UPDATE SET resolved = ticket_activity.resolved + excluded.resolved;
)sql";

/// For metrics:sla: what goes on, what falls due, and what was over lately, each from an index alone.
constexpr std::string_view kSlaMetrics = R"sql(
DROP INDEX sla_targets_finished;
CREATE INDEX sla_targets_finished ON sla_targets (org, finished_at, target, state) WHERE finished_at IS NOT NULL;
CREATE INDEX sla_targets_now ON sla_targets (org, state, target, warned) WHERE state IN ('running', 'paused');
CREATE INDEX sla_targets_next ON sla_targets (org, due_at, ticket_id, target) WHERE state = 'running';
)sql";

/// Promises that go on, as a dashboard counts them; and what happened to tickets, in the log, against which `ticket_activity` is held.
constexpr std::string_view kPromiseCounts = R"sql(
CREATE TABLE promise_counts (org TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL, warned BIGINT NOT NULL, promises BIGINT NOT NULL,
    PRIMARY KEY (org, target, state, warned)) {clustered};
INSERT INTO promise_counts (org, target, state, warned, promises) SELECT org, target, state, warned, COUNT(*) FROM sla_targets
    WHERE state IN ('running', 'paused') GROUP BY org, target, state, warned;
CREATE INDEX event_log_moves ON event_log (org, occurred_at) WHERE name IN ('ticket:created', 'ticket:status');
)sql";

/// For servers that share the store: what may have become of people on another one.
constexpr std::string_view kPeopleLog = R"sql(
CREATE INDEX event_log_people ON event_log (occurred_at, org, seq) WHERE name IN ('user:updated', 'session:revoked');
)sql";

/// How often people of an org were written anew, so that whoever remembers some of them sees that another server has.
constexpr std::string_view kPeopleChanges = "ALTER TABLE org_counters ADD COLUMN people BIGINT NOT NULL DEFAULT 0;";

constexpr std::array kMigrations{Migration{"helpdesk", kHelpdesk},
                                 Migration{"doors", kDoors},
                                 Migration{"chat timeouts", kChatTimeouts},
                                 Migration{"key changes", kKeyChanges},
                                 Migration{"chat activity", kChatActivity},
                                 Migration{"ticket lists", kTicketLists},
                                 Migration{"published users", kPublishedUsers},
                                 Migration{"presence", kPresence},
                                 Migration{"dashboard", kDashboard},
                                 Migration{"sla", kSla},
                                 Migration{"sla metrics", kSlaMetrics},
                                 Migration{"promise counts", kPromiseCounts},
                                 Migration{"people log", kPeopleLog},
                                 Migration{"people changes", kPeopleChanges}};

constexpr std::string_view kVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL);";
constexpr std::string_view kLock = "insightdesk schema";

std::expected<std::int64_t, std::string> stored_version(sql::Session& session) {
    constexpr sql::Sql kVersion{"SELECT MAX(version) FROM schema_version"};
    auto rows = session.query(kVersion);
    const std::int64_t version = rows.next() ? rows.integer(0) : 0;
    if (session.failed()) return std::unexpected(session.failure()->detail);
    return version;
}

std::string newer(std::int64_t version) {
    return "the store has schema " + std::to_string(version) + ", this program knows schema " + std::to_string(schema_version()) +
           " and nothing newer: use the program that wrote it, or a later one";
}

/// Applies the next migration, if there is one, in a transaction that nobody else migrates beside. Returns the version then.
std::expected<std::int64_t, std::string> apply_next(sql::Session& session) {
    auto& connection = session.connection();
    auto done = connection.begin(sql::Connection::Mode::Write);
    if (done) done = connection.lock(kLock);
    if (done) done = connection.execute(kVersionTable);
    if (!done) {
        connection.rollback();
        return std::unexpected(done.error().detail);
    }
    auto version = stored_version(session);
    if (!version || *version >= schema_version()) {
        connection.rollback();
        return version;
    }
    const Migration& migration = kMigrations[static_cast<std::size_t>(*version)];
    const std::string note = "INSERT INTO schema_version (version, name, applied_at) VALUES (" + std::to_string(*version + 1) + ", '" +
                             std::string(migration.name) + "', 0);";
    done = connection.execute(migration.script);
    if (done) done = connection.execute(note);
    if (done) done = connection.commit();
    if (done) return *version + 1;
    connection.rollback();
    return std::unexpected("migration " + std::string(migration.name) + ": " + done.error().detail);
}

}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

std::expected<void, std::string> migrate(sql::Session& session) {
    // Who finds everything in place waits for nobody.
    auto version = stored_version(session);
    session.clear_failure();
    while (!version || *version < schema_version()) {
        version = apply_next(session);
        if (!version) return std::unexpected(std::move(version.error()));
    }
    if (*version > schema_version()) return std::unexpected(newer(*version));
    return {};
}

std::expected<void, std::string> check_schema(sql::Session& session) {
    const auto version = stored_version(session);
    if (!version) return std::unexpected(version.error());
    if (*version > schema_version()) return std::unexpected(newer(*version));
    if (*version == schema_version()) return {};
    return std::unexpected("the store has schema " + std::to_string(*version) + ", this program needs schema " +
                           std::to_string(schema_version()) + ": run `insightdesk migrate`");
}

}  // namespace desk::store
