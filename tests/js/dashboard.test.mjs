// The live dashboard (domain.md 3.11): what an admin sees, when, and what nobody else does.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { backend, Person, token } from "./lib/desk.mjs";
import { within } from "./lib/inbox.mjs";
import { METRICS, Screen, still } from "./lib/screen.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { tamper } from "./lib/store.mjs";
import { testClock } from "./lib/time.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--limits", "high", "--presence-grace", "100ms"] })));
after(() => server?.stop());

let orgs = 0;
/** The people of an org of its own. */
function cast(at = server) {
    const org = `org-${++orgs}`;
    const person = (id, role) => new Person(at.url, id, { org, role });
    return { org, dora: person("dora", "admin"), ann: person("ann", "agent"), bob: person("bob", "agent"), carl: person("carl", "customer") };
}
const create = (person, body = {}) => person.made("POST", "/v1/tickets", { subject: "Help", ...body });
const change = (person, id, body) => person.made("PATCH", `/v1/tickets/${id}`, body, 200);
const shown = async (person, metric) => person.made("GET", `/v1/metrics/${metric}`, undefined, 200);

describe("the dashboard", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`shows all metrics at once, and every change within the second, over ${title}`, async (t) => {
            const { org, dora, carl } = cast();
            await create(carl, { priority: "urgent" });
            const screen = await Screen.open(t, dora, { transports });
            assert.deepEqual(screen.shown.slice(0, METRICS.length).map(({ metric }) => metric), METRICS);
            const { data: first } = screen.of("tickets")[0];
            assert.deepEqual(still(first), {
                orgId: org,
                byStatus: { new: 1, open: 0, pending: 0, on_hold: 0, resolved: 0, closed: 0 },
                byPriority: { low: 0, normal: 0, high: 0, urgent: 1 },
                open: 1, unassigned: 1, createdToday: 1, resolvedToday: 0, reopenedToday: 0, backlog: 0,
                oldestOpenAt: first.oldestOpenAt,
            });
            const { id, createdAt } = await create(carl);
            const begun = performance.now();
            const next = await screen.shows("tickets", { open: 2, createdToday: 2 });
            assert.ok(performance.now() - begun < 1500);
            assert.ok(next.rev > first.rev);
            assert.ok(next.asOf >= createdAt);
            await change(dora, id, { status: "resolved" });
            await screen.shows("tickets", { open: 1, resolvedToday: 1, byStatus: { resolved: 1 } });
            await change(dora, id, { status: "open", priority: "high" });
            await screen.shows("tickets", { open: 2, resolvedToday: 1, reopenedToday: 1, byStatus: { new: 1, open: 1, resolved: 0 }, byPriority: { high: 1 } });
        });
    }

    test("tells each metric once a second at most, and the last change in any case", async (t) => {
        const { dora, carl } = cast();
        const screen = await Screen.open(t, dora);
        const count = 60;
        for (let i = 0; i < count; i++) await create(carl);
        await screen.shows("tickets", { open: count });
        const times = screen.of("tickets").map(({ at }) => at);
        assert.ok(times.length >= 2 && times.length < 12, `${times.length} of ${count}`);
        // Clocks of two processes, and a busy machine: what was held up may come closer to its successor.
        for (let i = 1; i < times.length; i++) assert.ok(times[i] - times[i - 1] > 700, `${times[i] - times[i - 1]} ms`);
        const revs = screen.of("tickets").map(({ data }) => data.rev);
        assert.deepEqual(revs, [...new Set(revs)].sort((a, b) => a - b));
        assert.equal(screen.of("queue").length, 1, "what did not change was told");
    });

    test("shows who waits, who is served, and who has left", async (t) => {
        const { dora, ann, carl } = cast();
        await dora.made("POST", "/v1/teams", { id: "sales", name: "Sales" });
        const screen = await Screen.open(t, dora);
        await screen.shows("queue", { waiting: 0, avgWaitTime: 0, longestWait: 0, handled1h: 0, avgWaitTime1h: null, abandoned1h: 0, byTeam: [] });
        const first = await carl.made("POST", "/v1/conversations", {});
        const second = await carl.made("POST", "/v1/conversations", { teamId: "sales" });
        await screen.shows("queue", { waiting: 2, byTeam: [{ teamId: null, waiting: 1 }, { teamId: "sales", waiting: 1 }] });
        const { socket } = await ann.connect(t, "/chat");
        assert.equal((await socket.emitWithAck("chat:join", { conversationId: first.id })).ok, true);
        const served = await screen.shows("queue", { waiting: 1, handled1h: 1, abandoned1h: 0 });
        assert.ok(served.avgWaitTime1h >= 0 && served.avgWaitTime1h < 60);
        await screen.shows("agents", { agents: (agents) => agents.some(({ userId, activeChats, load }) => userId === "ann" && activeChats === 1 && load === 0.25) });
        await carl.made("POST", `/v1/conversations/${second.id}/end`, {}, 200);
        await screen.shows("queue", { waiting: 0, handled1h: 1, abandoned1h: 1, avgWaitTime: 0, byTeam: [] });
        await dora.made("POST", `/v1/conversations/${first.id}/end`, {}, 200);
        await screen.shows("agents", { agents: (agents) => agents.every(({ activeChats }) => activeChats === 0) });
        await screen.shows("queue", { handled1h: 1, abandoned1h: 1 });
    });

    test("shows who is there and what they have to do", async (t) => {
        const { dora, ann, bob, carl } = cast();
        await create(bob);
        const screen = await Screen.open(t, dora);
        const agent = (id, like) => (agents) => agents.some((each) => each.userId === id && Object.keys(like).every((key) => each[key] === like[key]));
        await screen.shows("agents", { online: 1, offline: 1, agents: agent("bob", { status: "offline", lastSeen: null }) });
        const { socket } = await ann.connect(t, "/presence");
        await screen.shows("agents", { online: 2, offline: 1, agents: agent("ann", { status: "online", openTickets: 0, capacity: 4, load: 0 }) });
        await socket.emitWithAck("presence:status", { status: "busy" });
        await screen.shows("agents", { online: 1, busy: 1, agents: agent("ann", { status: "busy" }) });
        const { id } = await create(carl);
        await change(dora, id, { assigneeId: "ann" });
        await screen.shows("agents", { agents: agent("ann", { openTickets: 1, load: 0 }) });
        await screen.shows("tickets", { open: 2, unassigned: 1 });
        await change(dora, id, { assigneeId: "bob" });
        await screen.shows("agents", { agents: agent("bob", { openTickets: 1 }) });
        await change(dora, id, { status: "closed" });
        await screen.shows("agents", { agents: agent("bob", { openTickets: 0 }) });
        socket.disconnect();
        const { agents } = await screen.shows("agents", { busy: 0, offline: 2 });
        assert.ok(Math.abs(Date.parse(agents.find(({ userId }) => userId === "ann").lastSeen) - Date.now()) < 10_000);
    });

    test("is one of its org's, and of no other's, though the ids are the same", async (t) => {
        const [here, there] = [cast(), cast()];
        const screens = [await Screen.open(t, here.dora), await Screen.open(t, there.dora)];
        const quiet = screens[1].shown.length;
        for (let i = 0; i < 3; i++) await create(here.carl, { priority: "high" });
        await here.carl.made("POST", "/v1/conversations", {});
        await screens[0].shows("tickets", { open: 3 });
        await screens[0].shows("queue", { waiting: 1 });
        assert.equal(screens[1].shown.length, quiet);
        for (const metric of METRICS) assert.equal((await shown(there.dora, metric)).orgId, there.org);
        assert.equal((await shown(there.dora, "tickets")).open, 0);
        assert.equal((await shown(there.dora, "queue")).waiting, 0);
    });

    test("is the same over REST, watched or not, for admins and for keys that read", async (t) => {
        const { dora, ann, carl } = cast();
        const { id } = await create(carl);
        await create(ann);
        await change(dora, id, { assigneeId: "ann", priority: "high" });
        await carl.made("POST", "/v1/conversations", {});
        const { socket } = await ann.connect(t, "/");
        const before = {};
        for (const metric of METRICS) before[metric] = await shown(dora, metric);
        const screen = await Screen.open(t, dora);
        for (const metric of METRICS) {
            if (metric !== "agents") assert.deepEqual(still(await screen.shows(metric)), still(before[metric]), metric);
            const again = await shown(dora, metric);
            assert.deepEqual(still(again), still(await screen.shows(metric)), metric);
            assert.ok(again.rev > before[metric].rev);
        }
        const { key } = await dora.made("POST", "/v1/api-keys", { name: "reads", scopes: ["read"] });
        assert.deepEqual(still(await shown(backend(server.url, key), "tickets")), still(before.tickets));
        const { key: publishes } = await dora.made("POST", "/v1/api-keys", { name: "publishes", scopes: ["publish"] });
        for (const person of [ann, carl, backend(server.url, publishes)]) {
            for (const metric of METRICS) assert.equal((await person.request("GET", `/v1/metrics/${metric}`)).body.code, "FORBIDDEN");
        }
        socket.disconnect();
    });

    test("ends for an admin who is one no more, at once and there only", async (t) => {
        const { org, dora, carl } = cast();
        const chief = new Person(server.url, "chief", { org, role: "admin" });
        await create(chief);
        await create(dora);
        const { socket: main } = await dora.connect(t, "/", { forceNew: false });
        const screen = await Screen.open(t, dora, { forceNew: false });
        assert.equal(screen.socket.io, main.io);
        await chief.made("PATCH", "/v1/users/dora", { role: "agent" }, 200);
        const { code, details } = await screen.shows("error");
        assert.deepEqual([code, details.reason], ["FORBIDDEN", "ROLE_CHANGED"]);
        await screen.shows("(disconnect)");
        const ended = screen.shown.length;
        await create(carl);
        await main.emitWithAck("ping", { timestamp: 1 });
        assert.equal(screen.shown.length, ended);
        screen.socket.connect();
        const error = await within(new Promise((resolve) => screen.socket.once("connect_error", resolve)), "connect_error");
        assert.equal(error.message, "FORBIDDEN");
        assert.equal(main.connected, true);
        await chief.made("PATCH", "/v1/users/dora", { role: "admin" }, 200);
        screen.forget();
        screen.socket.connect();
        await screen.shows("tickets", { open: 3 });
    });

    test("ends by a token of less, too", async (t) => {
        const { org, dora } = cast();
        const screen = await Screen.open(t, dora);
        const less = token("dora", { org, role: "agent", iat: Math.floor(Date.now() / 1000) });
        screen.socket.emit("token:update", { token: less });
        assert.equal((await screen.shows("error")).details.reason, "ROLE_CHANGED");
        assert.equal(await screen.shows("(disconnect)"), "io server disconnect");
    });
});

test("counters that are wrong are found and counted again, while somebody watches", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const checked = await startInsightDesk({ store, args: ["--metrics-check", "1s"] });
    t.after(() => checked.stop());
    const { org, dora } = cast(checked);
    const { id } = await create(dora);
    await change(dora, id, { assigneeId: "dora" });
    const screen = await Screen.open(t, dora);
    await screen.shows("tickets", { open: 1, unassigned: 0 });
    assert.doesNotMatch(checked.log(), /counters/);
    tamper(store, "UPDATE ticket_counts SET tickets = 8");
    tamper(store, "UPDATE open_ticket_counts SET tickets = 9");
    tamper(store, "UPDATE ticket_activity SET created = 40, resolved = 1");
    tamper(store, `INSERT INTO promise_counts VALUES ('${org}', 'resolution', 'running', 0, 7)`);
    await create(dora);
    await screen.shows("tickets", { open: 2, unassigned: 1, createdToday: 2, resolvedToday: 0 });
    await screen.shows("sla", { targets: { resolution: { running: 0 } } });
    await screen.shows("agents", { agents: [{ userId: "dora", openTickets: 1 }] });
    const line = checked.log().split("\n").find((each) => each.includes("the dashboard's counters"));
    assert.ok(line.includes(org), line);
});

describe("time on the dashboard", { concurrency: true }, () => {
    test("shows how promises are kept", async (t) => {
        const clock = testClock();
        const moved = await startInsightDesk({ args: ["--limits", "high"], env: clock.env });
        t.after(() => moved.stop());
        const { dora, ann, carl } = cast(moved);
        const screen = await Screen.open(t, dora);
        const nothing = { met: 0, breached: 0, running: 0, paused: 0, atRisk: 0, compliance: null };
        await screen.shows("sla", { windowHours: 24, compliance: null, nextDue: [], targets: { first_response: nothing, next_response: nothing, resolution: nothing } });
        const all = (seconds) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds });
        const policy = await dora.made("POST", "/v1/sla-policies", { name: "All", targets: { first_response: all(600), resolution: all(3600) } });
        const [first, second] = [await create(carl), await create(carl)];
        const { nextDue } = await screen.shows("sla", { targets: { first_response: { running: 2, atRisk: 0 }, resolution: { running: 2 } }, nextDue: { length: 4 } });
        assert.deepEqual(nextDue.map(({ target }) => target), ["first_response", "first_response", "resolution", "resolution"]);
        assert.equal(Date.parse(nextDue[0].dueAt), Date.parse(first.createdAt) + 600_000);
        // Another promise, of which no ticket's event tells.
        await dora.made("PATCH", `/v1/sla-policies/${policy.id}`, { targets: { first_response: all(600), resolution: all(7200) } }, 200);
        const due = new Date(Date.parse(first.createdAt) + 7_200_000).toISOString();
        await screen.shows("sla", { nextDue: (all_due) => all_due[2].ticketId === first.id && all_due[2].dueAt === due });
        await ann.made("POST", `/v1/tickets/${first.id}/messages`, { content: "Hello" });
        await screen.shows("sla", { compliance: 100, targets: { first_response: { met: 1, running: 1, compliance: 100 } } });
        await change(ann, first.id, { status: "pending" });
        await screen.shows("sla", { targets: { resolution: { running: 1, paused: 1, compliance: null } } });
        clock.set(500_000);
        await screen.shows("sla", { targets: { first_response: { running: 1, atRisk: 1 } } });
        clock.set(700_000);
        await screen.shows("sla", { compliance: 50, targets: { first_response: { met: 1, breached: 1, running: 0, atRisk: 0, compliance: 50 } }, nextDue: [{ ticketId: second.id, target: "resolution" }] });
        await change(ann, second.id, { status: "resolved" });
        await screen.shows("sla", { compliance: 66.7, targets: { resolution: { met: 1, running: 0, paused: 1 } }, nextDue: [] });
        assert.deepEqual(still(await shown(dora, "sla")), still(await screen.shows("sla")));
        // What is over is forgotten after a day.
        clock.set(25 * 3_600_000);
        await screen.shows("sla", { compliance: null, targets: { first_response: { met: 0, breached: 0, compliance: null }, resolution: { paused: 1 } } });
    });

    test("makes who waits wait longer, every five seconds, and moves what is counted by the day and the hour", async (t) => {
        const clock = testClock();
        const moved = await startInsightDesk({ args: ["--limits", "high"], env: clock.env });
        t.after(() => moved.stop());
        const { org, dora, ann, carl } = cast(moved);
        await create(dora);
        await dora.made("PATCH", `/v1/orgs/${org}`, { timezone: "Asia/Tokyo" }, 200);
        const waits = await carl.made("POST", "/v1/conversations", {});
        const served = await carl.made("POST", "/v1/conversations", {});
        const { socket } = await ann.connect(t, "/chat");
        await socket.emitWithAck("chat:join", { conversationId: served.id });
        const screen = await Screen.open(t, dora);
        await screen.shows("tickets", { createdToday: 1, backlog: 0 });
        const { avgWaitTime: was } = await screen.shows("queue", { waiting: 1, handled1h: 1 });
        const begun = performance.now();
        const { avgWaitTime: is, longestWait } = await screen.shows("queue", { avgWaitTime: (seconds) => seconds > was });
        const [waited, grown] = [(performance.now() - begun) / 1000, is - was];
        assert.ok(waited > 4 && waited < 8, `${waited} s`);
        assert.ok(Math.abs(waited - grown) < 2 && longestWait === is, `${grown} s in ${waited} s`);
        clock.set(42_000);
        await screen.shows("queue", { avgWaitTime: (seconds) => seconds > 42 && seconds < 80 });
        clock.set(2 * 3_600_000);
        await screen.shows("queue", { waiting: 1, handled1h: 0, avgWaitTime1h: null });
        clock.set(24 * 3_600_000 + 60_000);
        await screen.shows("tickets", { createdToday: 0, open: 1, backlog: 1 });
        await carl.made("POST", `/v1/conversations/${waits.id}/end`, {}, 200);
        await screen.shows("queue", { waiting: 0, abandoned1h: 1, avgWaitTime: 0 });
        clock.set(0);
        await screen.shows("tickets", { createdToday: 1, backlog: 0 });
    });
});
