// domain.md 3.10: what is promised is warned of and told as broken once, in time, whatever becomes of the server, and only to staff of the org.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkEvent } from "./lib/contract.mjs";
import { Person } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";
import { testClock } from "./lib/time.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const all = (seconds) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds });
const GOLD = { id: "gold", name: "Gold", targets: { first_response: all(3600), resolution: all(36_000) } };

/** A server whose clock the test moves, and the people of one org on it. */
async function open(t, org = "acme") {
    const clock = testClock();
    const server = await startInsightDesk({ args: ["--limits", "high"], env: clock.env });
    t.after(() => server.stop());
    const stage = new Stage(server);
    const people = (name) => ({
        a: stage.add(name, "ann", { teams: ["t1"] }),
        b: stage.add(name, "bob", { teams: ["t2"] }),
        c: stage.add(name, "carl", { role: "customer" }),
        d: stage.add(name, "dan", { role: "admin" }),
    });
    return { clock, server, stage, people, ...people(org) };
}

const created_ms = (ticket) => Date.parse(ticket.createdAt);
const target = (ticket, name) => ticket.sla.targets.find((each) => each.target === name);
const ticketOf = (who, id) => who.made("GET", `/v1/tickets/${id}`, undefined, 200);
const fired = (party) => party.records.filter(([event]) => event.startsWith("ticket:sla:")).map(([event, data]) => `${data.ticket.id} ${event} ${data.target}`);

describe("promises", { concurrency: 2 }, () => {
    test("are warned of and told as broken once, to staff of the org alone", { timeout: 60_000 }, async (t) => {
        const { clock, stage, people, a, b, c, d } = await open(t);
        const x = people("rival");
        await stage.known();
        // Not of the tickets by which the stage settles, which have no team.
        await d.made("POST", "/v1/sla-policies", { ...GOLD, match: { teamId: "t1" } });
        await stage.arrive(t);
        const made = await d.made("POST", "/v1/tickets", { id: "T-1", subject: "help", requesterId: "carl", teamId: "t1" });
        // Of the same id, in an org that promises nothing.
        const theirs = await x.d.made("POST", "/v1/tickets", { id: "T-1", subject: "help", requesterId: "carl" });
        assert.equal(theirs.sla, undefined);
        assert.equal(Date.parse(target(made, "first_response").dueAt), created_ms(made) + HOUR);
        assert.equal((await ticketOf(c, "T-1")).sla, undefined, "customers do not see what is promised");
        await stage.settle();
        stage.forget();

        clock.set(48 * MINUTE);
        const warning = await a.hears("ticket:sla:warning");
        checkEvent("/tickets", "ticket:sla:warning", [warning]);
        assert.deepEqual([warning.ticket.id, warning.minutesLeft, warning.target], ["T-1", 12, "first_response"]);
        assert.equal((await a.hears("notification")).type, "sla_warning");

        // Close to its time, which then comes by itself.
        clock.set(created_ms(made) + HOUR - 2000 - Date.now());
        const breach = await a.hears("ticket:sla:breached");
        checkEvent("/tickets", "ticket:sla:breached", [breach]);
        assert.deepEqual([breach.target, breach.late, Date.parse(breach.dueAt)], ["first_response", undefined, created_ms(made) + HOUR]);
        assert.equal((await a.hears("notification", 2)).type, "sla_breached");
        await d.hears("ticket:sla:breached");
        await stage.settle();
        const both = ["T-1 ticket:sla:warning first_response", "T-1 ticket:sla:breached first_response"];
        assert.deepEqual([fired(a), fired(d)], [both, both]);
        for (const party of [b, c, ...Object.values(x)]) party.heard([]);
        assert.equal((await ticketOf(d, "T-1")).version, made.version, "telling is no change");
    });

    test("hold by policies and calendars that admins keep", { timeout: 60_000 }, async (t) => {
        const { stage, people, a, c, d } = await open(t);
        const x = people("rival");
        await stage.known();
        const office = { id: "office", name: "Office", timezone: "Europe/Berlin", hours: { mon: [["09:00", "12:00"], ["13:00", "24:00"]] }, holidays: [{ date: "2026-12-24", from: "12:00", to: "24:00", name: "Eve" }] };
        const calendar = await d.made("POST", "/v1/calendars", office);
        assert.equal(calendar.version, 1);
        const policy = await d.made("POST", "/v1/sla-policies", { ...GOLD, calendarId: "office", match: { tag: "vip" }, warnAt: { minutesBefore: 10 } });
        assert.deepEqual([policy.calendarId, policy.match.tag, policy.warnAt.minutesBefore, policy.pauseOn], ["office", "vip", 10, ["pending"]]);
        assert.deepEqual((await a.made("GET", "/v1/sla-policies", undefined, 200)).items.map(({ id }) => id), ["gold"]);
        assert.deepEqual((await a.made("GET", "/v1/calendars/office", undefined, 200)).hours.mon, office.hours.mon);
        const renamed = await d.made("PATCH", "/v1/sla-policies/gold", { name: "Golden" }, 200);
        assert.deepEqual([renamed.name, renamed.version], ["Golden", 2]);

        const refused = async (who, method, path, body) => (await who.request(method, path, body)).status;
        assert.equal(await refused(a, "POST", "/v1/sla-policies", { ...GOLD, id: "mine" }), 403);
        assert.equal(await refused(c, "GET", "/v1/sla-policies"), 403);
        assert.equal(await refused(d, "POST", "/v1/sla-policies", GOLD), 409);
        assert.equal(await refused(d, "POST", "/v1/sla-policies", { ...GOLD, id: "other", calendarId: "nowhere" }), 400);
        assert.equal(await refused(d, "POST", "/v1/calendars", { ...office, id: "moon", timezone: "Moon/Base" }), 400);
        assert.equal(await refused(d, "POST", "/v1/calendars", { ...office, id: "mad", hours: { mon: [["12:00", "09:00"]] } }), 400);
        // The rival's admin meets nothing of it, and has the same ids for their own.
        assert.equal(await refused(x.d, "GET", "/v1/sla-policies/gold"), 404);
        assert.equal(await refused(x.d, "PATCH", "/v1/calendars/office", { name: "taken over" }), 404);
        assert.deepEqual((await x.d.made("GET", "/v1/calendars", undefined, 200)).items, []);
        assert.equal(await refused(x.d, "POST", "/v1/sla-policies", { ...GOLD, calendarId: "office" }), 400);
        await x.d.made("POST", "/v1/sla-policies", GOLD);
    });

    test("stand still while a ticket is pending", { timeout: 60_000 }, async (t) => {
        const { clock, stage, a, d } = await open(t);
        await stage.known();
        await d.made("POST", "/v1/sla-policies", GOLD);
        await stage.arrive(t);
        await d.made("POST", "/v1/tickets", { id: "T-1", subject: "help", requesterId: "carl", teamId: "t1" });
        await a.made("POST", "/v1/tickets/T-1/messages", { content: "We look into it." });
        const before = target(await ticketOf(a, "T-1"), "resolution");
        const paused = target(await a.made("PATCH", "/v1/tickets/T-1", { status: "pending" }, 200), "resolution");
        assert.deepEqual([paused.state, paused.dueAt], ["paused", null]);
        assert.ok(paused.remainingSec > 35_900 && paused.remainingSec <= 36_000, String(paused.remainingSec));
        clock.set(20 * HOUR);
        while (Date.parse((await ticketOf(a, "T-1")).updatedAt) < Date.now() + 19 * HOUR) await a.made("PATCH", "/v1/tickets/T-1", { subject: String(Math.random()) }, 200);
        const resumed = target(await a.made("PATCH", "/v1/tickets/T-1", { status: "open" }, 200), "resolution");
        assert.equal(resumed.state, "running");
        const moved = Date.parse(resumed.dueAt) - Date.parse(before.dueAt);
        assert.ok(moved >= 20 * HOUR - MINUTE && moved < 20 * HOUR + MINUTE, String(moved));
        await stage.settle();
        assert.deepEqual(fired(a), []);
        clock.set(31 * HOUR);
        await a.hears("ticket:sla:breached", 1, { target: "resolution", late: true });
        await stage.settle();
        assert.deepEqual(fired(a), ["T-1 ticket:sla:breached resolution"], "no warning of what is broken already");
    });

    test("are those of the policy that matches now, from the ticket's beginning", { timeout: 60_000 }, async (t) => {
        const { clock, stage, a, d } = await open(t);
        await stage.known();
        await d.made("POST", "/v1/sla-policies", GOLD);
        await d.made("POST", "/v1/sla-policies", { id: "hot", name: "Hot", position: -1, match: { priority: "urgent" }, targets: { first_response: all(600) } });
        await stage.arrive(t);
        const made = await d.made("POST", "/v1/tickets", { id: "T-1", subject: "help", requesterId: "carl", teamId: "t1" });
        assert.equal(made.sla.policyId, "gold");
        const urgent = await a.made("PATCH", "/v1/tickets/T-1", { priority: "urgent" }, 200);
        assert.equal(urgent.sla.policyId, "hot");
        assert.equal(Date.parse(target(urgent, "first_response").dueAt), created_ms(made) + 10 * MINUTE);
        // An answer in time: nothing is told of it any more.
        await d.made("POST", "/v1/tickets", { id: "T-2", subject: "help", requesterId: "carl", teamId: "t1", priority: "urgent" });
        await a.made("POST", "/v1/tickets/T-2/messages", { content: "Here." });
        clock.set(11 * MINUTE);
        await a.hears("ticket:sla:breached", 1, { ticket: { id: "T-1" } });
        // A policy that promises more: open tickets count again, and what is due by that is told without a warning.
        const third = await d.made("POST", "/v1/tickets", { id: "T-3", subject: "help", requesterId: "carl", teamId: "t1" });
        clock.set(20 * MINUTE);
        while (Date.parse((await a.made("PATCH", "/v1/tickets/T-2", { subject: String(Math.random()) }, 200)).updatedAt) < created_ms(third) + 5 * MINUTE);
        await d.made("PATCH", "/v1/sla-policies/gold", { targets: { first_response: all(60) } }, 200);
        await a.hears("ticket:sla:breached", 1, { ticket: { id: "T-3" } });
        await stage.settle();
        assert.deepEqual(fired(a).sort(), ["T-1 ticket:sla:breached first_response", "T-3 ticket:sla:breached first_response"]);
    });
});

test("a server killed around the time tells of it once, now or when it is back", { timeout: 120_000 }, async (t) => {
    const clock = testClock();
    const store = join(temporaryFolder(), "desk.db");
    let server;
    const start = async () => {
        server = await startInsightDesk({ store, env: clock.env });
        return new Person(server.url, "dan", { role: "admin" });
    };
    t.after(() => server.alive && server.stop());
    const told = async (admin) => {
        const { updates, hasMore } = await admin.made("GET", "/v1/tickets/updates?limit=100&since=0", undefined, 200);
        assert.equal(hasMore, false);
        return updates.filter(({ event }) => event === "ticket:sla:breached").map(({ data }) => data.ticket.id).sort();
    };
    let admin = await start();
    await admin.made("POST", "/v1/sla-policies", { ...GOLD, targets: { first_response: all(3600) } });
    const expected = [];
    for (const after_ms of [250, 480, 520, 560, 620, 900]) {
        const id = `T-${after_ms}`;
        const { sla } = await admin.made("POST", "/v1/tickets", { id, subject: id });
        expected.push(id);
        clock.set(Date.parse(sla.targets[0].dueAt) - Date.now() - 500);
        await sleep(after_ms);
        await server.kill();
        admin = await start();
        while (!(await told(admin)).includes(id)) await sleep(50);
        assert.deepEqual(await told(admin), [...expected].sort());
    }
    await server.kill();
    admin = await start();
    // The timers have been looked at by the time a new one is told of.
    const { sla } = await admin.made("POST", "/v1/tickets", { id: "T-last", subject: "last" });
    clock.set(Date.parse(sla.targets[0].dueAt) - Date.now());
    while (!(await told(admin)).includes("T-last")) await sleep(50);
    assert.deepEqual(await told(admin), [...expected, "T-last"].sort());
});
