// Acceptance story 3: who was cut off gets exactly what they missed, in order, before anything live; who polls gets the same; and who was
// away too long is told so, and nothing in part.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { Network } from "./lib/proxy.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { MARK, Stage } from "./lib/stage.mjs";
import { testClock } from "./lib/time.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--limits", "high"] })));
after(() => server?.stop());

const unmarked = ([, , { subject }]) => subject !== MARK;

describe("a reply missed", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`is there on return, over ${title}`, async (t) => {
            const stage = new Stage(server);
            const org = `acme ${title}`.replace(/\W/g, "-");
            const network = await Network.open(t, server.port);
            const cast = (in_org) => ({
                b: stage.add(in_org, "bob", { transports }),
                c: stage.add(in_org, "carl", { role: "customer", transports }),
                d: stage.add(in_org, "dan", { role: "admin", transports }),
            });
            const [{ b, c, d }, x] = [cast(org), cast(`${org}-too`)];
            const a = stage.add(org, "ann", { transports, through: network.url });
            await stage.known();
            const { id } = await c.made("POST", "/v1/tickets", { subject: "Lost baggage" });
            await x.d.made("POST", "/v1/tickets", { id, subject: "Lost there too", requesterId: "carl" });
            await stage.arrive(t);
            for (const party of stage.parties) await party.does("ticket:subscribe", { ticketId: id });
            // The last thing A sees.
            await b.made("POST", `/v1/tickets/${id}/messages`, { content: "We search" });
            await stage.settle();
            const seen = a.logged();
            assert.deepEqual(seen.map(([, event]) => event), ["ticket:updated", "ticket:message"]);
            const { cursor } = await a.polled("");
            stage.forget();

            network.goSilent();
            a.cutOff = true;
            await b.made("POST", `/v1/tickets/${id}/messages`, { content: "Found it" });
            await c.made("POST", `/v1/tickets/${id}/messages`, { content: "Where?" });
            await d.made("PATCH", `/v1/tickets/${id}`, { priority: "high" }, 200);
            await stage.settle();
            const missed = [
                ["ticket:updated", { ticketId: id, by: { id: "bob" } }],
                ["ticket:message", { content: "Found it" }],
                ["ticket:updated", { ticketId: id, by: { id: "carl" } }],
                ["ticket:message", { content: "Where?" }],
                ["ticket:updated", { ticketId: id, changes: { priority: "high" } }],
            ];
            stage.heard(new Map([[b, missed], [c, missed], [d, missed]]));

            // A comes back by another way, with what it last saw; somebody writes before it can have settled.
            const back = stage.add(org, "ann", { name: "ann, back", transports, namespaces: ["/tickets"], auth: { since: seen.at(-1)[0], tickets: [id] } });
            const arriving = back.arrive(t);
            await b.made("POST", `/v1/tickets/${id}/messages`, { content: "In Oslo" });
            await arriving;
            await stage.settle();
            const sixth = [["ticket:updated", { by: { id: "bob" } }], ["ticket:message", { content: "In Oslo" }]];
            const got = [...back.arrival, ...back.records].filter(([, data]) => data.subject !== MARK);
            back.records = got.filter(([event]) => event !== "sync:ready");
            back.heard([["ticket:subscribed", { ticketId: id }], ...missed, ...sixth]);
            const ready = got.findIndex(([event]) => event === "sync:ready");
            assert.ok(ready > missed.length, "ready after all that was missed");
            assert.deepEqual(back.logged(), b.logged());
            assert.ok(back.logged().every(([, , { seq }], i, all) => i === 0 || seq > all[i - 1][2].seq));
            // None seen before comes again.
            for (const [eventId] of seen) assert.ok(!back.logged().some(([again]) => again === eventId));

            // Without any socket, page by page: the same, once each, by cursor and by the last event.
            for (const since of [cursor, seen.at(-1)[0]]) {
                for (const limit of [1, 4, 100]) assert.deepEqual((await a.polled(since, limit)).events.filter(unmarked), b.logged());
            }
            for (const party of Object.values(x)) party.heard([]);
        });
    }
});

test("a position older than the retention is answered with \"read anew\", at every door and never with a part", async (t) => {
    const time = testClock();
    const own = await startInsightDesk({ args: ["--log-retention", "7d", "--janitor-interval", "100ms", "--limits", "high"], env: time.env });
    t.after(() => own.stop());
    const stage = new Stage(own);
    const d = stage.add("acme", "dan", { role: "admin" });
    const c = stage.add("acme", "carl", { role: "customer" });
    const { id } = await c.made("POST", "/v1/tickets", { subject: "Lost baggage" });
    const { cursor, events } = await d.polled("0");
    await d.made("POST", `/v1/tickets/${id}/messages`, { content: "Found it" });
    const conversation = await c.made("POST", "/v1/conversations", {});
    const poll = (since) => d.request("GET", `/v1/tickets/updates?since=${encodeURIComponent(since)}`);
    assert.equal((await poll(cursor)).status, 200);

    time.set(8 * 24 * 3600 * 1000);
    while ((await poll(cursor)).status === 200);
    await d.made("POST", `/v1/tickets/${id}/messages`, { content: "Kept" });
    for (const since of [cursor, events.at(-1)[0]]) {
        const answer = await poll(since);
        assert.deepEqual([answer.status, answer.body.code, answer.body.updates], [410, "CURSOR_EXPIRED", undefined]);
        const back = stage.add("acme", "ann", { name: "ann, back", namespaces: ["/tickets", "/chat"], auth: { since, tickets: [id], conversations: [conversation.id] } });
        await back.arrive(t);
        const came = (nsp) => back.arrival.filter(([event, , at]) => at === nsp && event !== "sync:ready" && event !== "chat:online").map(([event, data]) => [event, data.reason]);
        assert.deepEqual(came("/tickets"), [["ticket:subscribed", undefined], ["sync:required", "PRUNED"]]);
        assert.deepEqual(came("/chat"), [["chat:joined", undefined], ["sync:required", "PRUNED"]]);
        back.forget();
        assert.equal((await back.tells("ticket:subscribe", { ticketId: id, since })).ok, true);
        await back.settled();
        assert.deepEqual(back.records.map(([event]) => event), ["ticket:subscribed", "sync:required"]);
    }
    // From where it is now, all is well.
    const { cursor: now } = await d.polled("");
    await d.made("POST", `/v1/tickets/${id}/messages`, { content: "Live" });
    assert.deepEqual((await d.polled(now)).events.map(([, event]) => event), ["ticket:updated", "ticket:message"]);
});

describe("a position that is no good any more", { concurrency: true }, () => {
    for (const [what, since, reason] of [
        ["of another epoch", () => "0123456789ab.1", "EPOCH"],
        ["of the future", (cursor) => cursor.replace(/\d+$/, "999999"), "FUTURE"],
        ["that is no position", () => "yesterday!", "INVALID_CURSOR"],
    ]) {
        test(`${what} is answered with "read anew", never with a part`, async (t) => {
            const stage = new Stage(server);
            const org = `away ${what}`.replace(/\W/g, "-");
            const d = stage.add(org, "dan", { role: "admin" });
            const { id } = await d.made("POST", "/v1/tickets", { subject: "Here" });
            const { cursor } = await d.polled("");
            const position = since(cursor);
            const answer = await d.request("GET", `/v1/tickets/updates?since=${encodeURIComponent(position)}`);
            assert.deepEqual([answer.status, answer.body.code], reason === "INVALID_CURSOR" ? [400, "INVALID_PAYLOAD"] : [410, "CURSOR_EXPIRED"]);
            const e = stage.add(org, "eve", { namespaces: ["/tickets"], auth: { since: position, tickets: [id] } });
            await e.arrive(t);
            const events = e.arrival.map(([event]) => event).filter((event) => event !== "sync:ready");
            assert.deepEqual(events, ["ticket:subscribed", "sync:required"]);
            assert.equal(e.arrival.find(([event]) => event === "sync:required")[1].reason, reason);
        });
    }
});
