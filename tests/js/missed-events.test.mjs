// Who was away gets all of what they missed, in order, or is told to read anew; who loses access gets nothing more.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Person } from "./lib/desk.mjs";
import { startInsightDesk } from "./lib/server.mjs";

describe("missed events", () => {
    let server;
    let admin;
    let agent;
    before(async () => {
        server = await startInsightDesk({ args: ["--limits", "high"] });
        admin = new Person(server.url, "ada", { role: "admin" });
        agent = new Person(server.url, "grace");
    });
    after(() => server.stop());

    async function ticket(body = {}) {
        const created = await admin.request("POST", "/v1/tickets", { subject: "Help", ...body });
        assert.equal(created.status, 201);
        return created.body.id;
    }
    const say = async (id, content) => assert.equal((await admin.request("POST", `/v1/tickets/${id}/messages`, { content })).status, 201);
    const subscribe = (socket, ticketId, since) => socket.timeout(10_000).emitWithAck("ticket:subscribe", { ticketId, since });

    it("come in order before the live ones, and not twice", async (t) => {
        const id = await ticket();
        const first = await agent.connect(t, "/tickets");
        const { cursor } = await subscribe(first.socket, id);
        first.socket.disconnect();
        for (const content of ["one", "two", "three"]) await say(id, content);

        const { socket, inbox } = await agent.connect(t, "/tickets");
        const answer = await subscribe(socket, id, cursor);
        assert.equal(answer.ok, true);
        const messages = [];
        for (let i = 0; i < 3; i++) messages.push((await inbox.next("ticket:message"))[0]);
        assert.deepEqual(messages.map((message) => message.content), ["one", "two", "three"]);
        assert.deepEqual((await inbox.next("sync:ready"))[0], { cursor: answer.cursor });
        await say(id, "live");
        assert.equal((await inbox.next("ticket:message"))[0].content, "live");
        await inbox.nothing(() => subscribe(socket, id), "ticket:message", "sync:ready");
    });

    it("are none after the eventId of the last one", async (t) => {
        const id = await ticket();
        const { socket, inbox } = await agent.connect(t, "/tickets");
        await subscribe(socket, id);
        await say(id, "seen");
        const [{ eventId }] = await inbox.next("ticket:message");
        const again = await agent.connect(t, "/tickets");
        await subscribe(again.socket, id, eventId);
        await again.inbox.next("sync:ready");
        await again.inbox.nothing(() => subscribe(again.socket, id), "ticket:message");
    });

    it("are not given in part: an unknown position asks to read anew", async (t) => {
        const id = await ticket();
        const { socket, inbox } = await agent.connect(t, "/tickets");
        assert.equal((await subscribe(socket, id, "nowhere.1")).ok, true);
        assert.equal((await inbox.next("sync:required"))[0].reason, "EPOCH");
        assert.equal((await subscribe(socket, id, "rubbish")).ok, true);
        assert.equal((await inbox.next("sync:required"))[0].reason, "INVALID_CURSOR");
    });

    it("lose nothing while somebody writes and readers come and go", async (t) => {
        const id = await ticket();
        const total = 120;
        const writing = (async () => {
            for (let i = 0; i < total; i++) await say(id, String(i));
        })();
        const seen = new Map();
        let since;
        while (!seen.has(String(total - 1))) {
            const { socket } = await agent.connect(t, "/tickets");
            let previous = 0;
            const enough = new Promise((resolve) => {
                let left = 7;
                socket.on("ticket:message", (message) => {
                    assert.ok(message.seq > previous, "in seq order");
                    previous = message.seq;
                    seen.set(message.content, (seen.get(message.content) ?? 0) + 1);
                    since = message.eventId;
                    if (--left === 0 || message.content === String(total - 1)) resolve();
                });
            });
            const answer = await subscribe(socket, id, since);
            since ??= answer.cursor;
            await enough;
            socket.removeAllListeners("ticket:message");
            socket.disconnect();
        }
        await writing;
        const contents = [...seen.keys()].map(Number);
        assert.deepEqual(contents, [...contents].sort((a, b) => a - b));
        assert.deepEqual(contents, Array.from({ length: total - contents[0] }, (_, i) => contents[0] + i), "no hole");
        assert.ok([...seen.values()].every((times) => times === 1), "nothing twice");
    });

    it("end with the access: the loser is put out before the change is told", async (t) => {
        const carl = new Person(server.url, "carl", { role: "customer" });
        const eve = new Person(server.url, "eve", { role: "customer" });
        const visitor = await carl.connect(t, "/tickets");
        await carl.made("POST", "/v1/tickets", { subject: "Mine" });
        const { id: shared } = await eve.made("POST", "/v1/tickets", { subject: "Eve's" });
        assert.equal((await admin.request("PATCH", `/v1/tickets/${shared}`, { participantIds: ["carl"] })).status, 200);
        assert.equal((await subscribe(visitor.socket, shared)).ok, true);
        await visitor.inbox.next("ticket:subscribed");

        assert.equal((await admin.request("PATCH", `/v1/tickets/${shared}`, { participantIds: [], subject: "secret" })).status, 200);
        assert.deepEqual((await visitor.inbox.next("ticket:unsubscribed"))[0], { ticketId: shared, reason: "ACCESS_LOST" });
        await say(shared, "not for carl");
        const refused = await subscribe(visitor.socket, shared);
        assert.equal(refused.error.code, "FORBIDDEN");
        await visitor.inbox.nothing(() => subscribe(visitor.socket, shared), "ticket:message");
        const all = await carl.request("GET", "/tickets/updates?since=0");
        assert.ok(!JSON.stringify(all.body).includes("not for carl"));
        assert.ok(!JSON.stringify(all.body).includes("secret"));
    });
});
