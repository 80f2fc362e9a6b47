#!/usr/bin/env python3
"""fill_tickets.py STORE TICKETS OPEN_PERCENT AGENTS DAYS: fills a store that `insightdesk migrate` has made, with one org `big` whose
tickets were made over DAYS days, evenly. The counters are filled as the migrations fill them; the log has what happened in the last days."""
import json
import re
import sqlite3
import sys
import time
from pathlib import Path

store, tickets, open_percent, agents, days = sys.argv[1], *map(int, sys.argv[2:6])
now = int(time.time() * 1e6)
step = days * 86_400_000_000 // tickets
db = sqlite3.connect(store, isolation_level=None)
db.execute("PRAGMA synchronous=OFF")
db.execute("PRAGMA foreign_keys=OFF")
db.execute("PRAGMA cache_size=-1000000")
db.execute("BEGIN")
db.execute("INSERT INTO orgs VALUES ('big', 'Big', 'Europe/Berlin', 'org', 0, 1, ?)", (now,))
db.execute("INSERT INTO org_counters (org, epoch, seq, ticket_number, last_at, pruned_to) VALUES ('big', 'e', 0, ?, ?, 0)", (tickets, now))
user = "INSERT INTO users (org, id, name, role, team_ids, active, source, claims_iat, version, updated_at) VALUES ('big', ?, ?, ?, '[]', 1, 'claims', 1, 1, ?)"
db.executemany(user, ((f"agent-{i:05}", f"Agent {i}", "agent", now) for i in range(agents)))
db.executemany(user, ((f"customer-{i:04}", f"Customer {i}", "customer", now) for i in range(1000)))


def rows():
    for i in range(tickets):
        is_open = i * 7919 % 100 < open_percent
        status = ("new", "open", "pending", "on_hold")[i % 4] if is_open else ("resolved", "closed")[i % 2]
        made = now - (tickets - i) * step
        done = None if is_open else min(now, made + 3_600_000_000)
        yield (f"ticket_{i:026}", i + 1, f"Ticket {i}", status, ("low", "normal", "high", "urgent")[i % 4], f"customer-{i % 1000:04}",
               f"agent-{i % agents:05}" if i % 5 else None, done, made, made)


db.executemany("INSERT INTO tickets (org, id, number, subject, status, priority, channel, requester_id, assignee_id, participant_ids, tags, "
               "custom_fields, message_count, public_message_count, resolved_at, created_at, updated_at, version) "
               "VALUES ('big', ?, ?, ?, ?, ?, 'web', ?, ?, '[]', '[]', '{}', 0, 0, ?, ?, ?, 1)", rows())


def promises():
    hour = 3_600_000_000
    for i in range(tickets):
        made = now - (tickets - i) * step
        is_open = i * 7919 % 100 < open_percent
        yield f"ticket_{i:026}", "first_response", made, None, "breached" if i % 20 == 0 else "met", 0, made + hour, min(now, made + hour // 2), None
        if is_open:
            yield f"ticket_{i:026}", "resolution", made, "p", "running", int(i % 10 == 0), now + i + hour, None, now + i + hour
        else:
            yield f"ticket_{i:026}", "resolution", made, None, "met", 0, made + 4 * hour, min(now, made + hour), None


db.executemany("INSERT INTO sla_targets (org, ticket_id, target, cycle, policy_id, state, warned, due_at, finished_at, fires_at) "
               "VALUES ('big', ?, ?, ?, ?, ?, ?, ?, ?, ?)", promises())
migrations = (Path(__file__).parent.parent / "desk/store/migrations.cpp").read_text()
for name in ("kDashboard", "kPromiseCounts"):
    script = re.search(name + r' = R"sql\((.*?)\)sql"', migrations, re.S).group(1)
    for statement in script.split(";"):
        if "INSERT INTO" in statement:
            db.execute(statement)


def moves():
    """What the log tells of tickets: when, event, payload."""
    recent = now - 3 * 86_400_000_000
    for ticket, status, made, done in db.execute("SELECT id, status, created_at, resolved_at FROM tickets WHERE created_at > ? OR resolved_at > ?",
                                                 (recent, recent)):
        if made > recent:
            yield made, "ticket:created", ticket, {"status": "new"}
        if done is not None:
            yield done, "ticket:status", ticket, {"status": status, "previousStatus": "new"}


log = sorted(moves(), key=lambda move: move[0])
db.executemany("INSERT INTO event_log VALUES ('big', ?, ?, ?, 1, ?, 'admin', '{}', ?, 1, '', ?)",
               ((i + 1, f"evt_{i:026}", event, ticket, json.dumps(payload), at) for i, (at, event, ticket, payload) in enumerate(log)))
db.execute("UPDATE org_counters SET seq = ?", (len(log),))
db.execute("COMMIT")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.close()
