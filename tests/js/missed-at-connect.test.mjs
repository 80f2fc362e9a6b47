// What a client that comes back asks for at CONNECT: its rooms, what it missed in them in order, and then live events (domain.md 3.12).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { barrier, chatBarrier, Person } from "./lib/desk.mjs";
import { startInsightDesk } from "./lib/server.mjs";

describe("at CONNECT", () => {
    let server;
    before(async () => {
        server = await startInsightDesk({ args: ["--limits", "high"] });
    });
    after(() => server.stop());

    let orgs = 0;
    /** An org of its own for each test. */
    function org() {
        const name = `org-${++orgs}`;
        const person = (id, options) => new Person(server.url, id, { org: name, ...options });
        return {
            admin: person("ada", { role: "admin" }),
            ann: person("ann"),
            bob: person("bob"),
            carl: person("carl", { role: "customer" }),
            person,
        };
    }
    const back = (person, t, nsp, wanted) => person.connect(t, nsp, { auth: { token: person.token, ...wanted } });
    const message = (person, id, content) => person.made("POST", `/v1/tickets/${id}/messages`, { content });
    const subscribe = (socket, ticketId, since) => socket.timeout(10_000).emitWithAck("ticket:subscribe", { ticketId, since });
    const brief = (events) => events.map(([event, data]) => (data?.content === undefined ? event : `${event} ${data.content}`));

    it("without `since` a socket is told from where on it hears everything", async (t) => {
        const { ann, admin } = org();
        for (const since of [undefined, "", null, "undefined", "null"]) {
            for (const nsp of ["/tickets", "/chat", "/notifications"]) {
                const { inbox } = await back(ann, t, nsp, { since });
                const came = await inbox.until(nsp === "/notifications" ? "notification:count" : "sync:ready");
                assert.deepEqual(brief(came), nsp === "/notifications" ? ["sync:ready", "notification:count"] : ["sync:ready"]);
                assert.match(came[0][1].cursor, /^[0-9a-z]+\.\d+$/);
            }
        }
        // That position is good for the next connect.
        const { inbox } = await back(ann, t, "/tickets", {});
        const [[, { cursor }]] = await inbox.until("sync:ready");
        const { id } = await admin.made("POST", "/v1/tickets", { subject: "New" });
        assert.equal((await inbox.next("ticket:created"))[0].id, id);
        const again = await back(ann, t, "/tickets", { since: cursor });
        const [created, ready, ...more] = await again.inbox.until("sync:ready");
        assert.deepEqual([created[0], created[1].id, ready[0], more], ["ticket:created", id, "sync:ready", []]);
    });

    it("story 3: who was away gets a reply, an answer and a change, in order, before a live sixth", async (t) => {
        const { ann, bob, carl, admin } = org();
        const { id } = await carl.made("POST", "/v1/tickets", { subject: "Help" });
        const other = org();
        await other.admin.made("POST", "/v1/tickets", { id, subject: "The same id" });

        const gone = await ann.connect(t, "/tickets");
        await subscribe(gone.socket, id);
        const b = await bob.connect(t, "/tickets");
        await subscribe(b.socket, id);
        await message(carl, id, "Anybody?");
        const [{ eventId: seen }] = await gone.inbox.next("ticket:message");
        const { cursor: poll } = await ann.made("GET", "/tickets/updates", undefined, 200);
        gone.socket.disconnect();

        await message(bob, id, "Yes");
        await message(carl, id, "Good");
        await admin.made("PATCH", `/v1/tickets/${id}`, { priority: "high" }, 200);
        await message(other.admin, id, "not yours");

        const { socket, inbox } = await back(ann, t, "/tickets", { since: seen, tickets: [id] });
        const came = await inbox.until("sync:ready");
        assert.deepEqual(brief(came), [
            "ticket:subscribed", "ticket:updated", "ticket:message Yes", "ticket:updated", "ticket:message Good", "ticket:updated", "sync:ready",
        ]);
        const missed = came.slice(1, -1).map(([event, data]) => [data.seq, data.eventId, event]);
        assert.deepEqual(missed, [...missed].sort(([a], [z]) => a - z));
        await message(bob, id, "live");
        assert.deepEqual(brief(await inbox.until("ticket:message")), ["ticket:updated", "ticket:message live"]);
        await inbox.nothing(barrier(socket));

        // Without a socket: the same, once each.
        const polled = [];
        for (let since = poll, more = true; more; ) {
            const page = await ann.made("GET", `/tickets/updates?limit=2&since=${since}`, undefined, 200);
            polled.push(...page.updates.map(({ seq, eventId, event }) => [seq, eventId, event]));
            [since, more] = [page.cursor, page.hasMore];
        }
        assert.deepEqual(polled.slice(0, missed.length), missed);
        assert.deepEqual(polled.slice(missed.length).map(([, , event]) => event), ["ticket:updated", "ticket:message"]);
    });

    it("an entry that is refused is answered by `error`, the others are entered, the socket stays", async (t) => {
        const { carl, admin } = org();
        const eve = new Person(server.url, "eve", { org: `org-${orgs}`, role: "customer" });
        const mine = await carl.made("POST", "/v1/tickets", { subject: "Mine" });
        const theirs = await eve.made("POST", "/v1/tickets", { subject: "Eve's" });
        const { cursor } = await carl.made("GET", "/tickets/updates", undefined, 200);
        for (const { id } of [mine, theirs]) await message(admin, id, `to ${id}`);
        const { socket, inbox } = await back(carl, t, "/tickets", { since: cursor, tickets: [theirs.id, mine.id, "nowhere", mine.id] });
        const came = await inbox.until("sync:ready");
        assert.deepEqual(brief(came), ["error", "ticket:subscribed", "error", "ticket:updated", `ticket:message to ${mine.id}`, "sync:ready"]);
        assert.deepEqual([came[0][1].code, came[0][1].details.ticketId], ["FORBIDDEN", theirs.id]);
        assert.deepEqual([came[2][1].code, came[2][1].details.ticketId], ["ROOM_NOT_FOUND", "nowhere"]);
        await message(admin, theirs.id, "secret");
        await message(admin, mine.id, "open");
        assert.equal((await inbox.next("ticket:message"))[0].content, "open");
        await inbox.nothing(barrier(socket), "ticket:message", "error");
    });

    it("rubbish in `auth` is answered, and nothing is replayed for it", async (t) => {
        const { ann } = org();
        const { id } = await ann.made("POST", "/v1/tickets", { subject: "Mine" });
        const errors = async (wanted) => {
            const { inbox } = await back(ann, t, "/tickets", wanted);
            return (await inbox.until(wanted.since ? "sync:required" : "sync:ready")).map(([event, data]) => [event, data.code ?? data.reason ?? data.ticketId, data.details?.reason]);
        };
        assert.deepEqual((await errors({ tickets: "one" })).slice(0, -1), [["error", "INVALID_PAYLOAD", "NOT_A_LIST"]]);
        assert.deepEqual((await errors({ tickets: [7, id, "a b", {}] })).slice(0, -1), [["error", "INVALID_PAYLOAD", "BAD_ID"], ["ticket:subscribed", id, undefined]]);
        for (const since of [{}, 17, true, ["x"], "rubbish", "1.2.3", "x".repeat(5000)]) {
            assert.deepEqual((await errors({ since })).at(-1).slice(0, 2), ["sync:required", "INVALID_CURSOR"], JSON.stringify(since));
        }
        assert.deepEqual((await errors({ since: "nowhere.1" })).at(-1).slice(0, 2), ["sync:required", "EPOCH"]);
        const { cursor } = await ann.made("GET", "/tickets/updates", undefined, 200);
        assert.deepEqual((await errors({ since: `${cursor}0` })).at(-1).slice(0, 2), ["sync:required", "FUTURE"]);
    });

    it("more than the limit is not given in part", async (t) => {
        const small = await startInsightDesk({ args: ["--limits", "high"], env: { INSIGHTDESK_LIMIT_REPLAY_EVENTS: "3", INSIGHTDESK_LIMIT_TICKET_SUBSCRIPTIONS: "2" } });
        t.after(() => small.stop());
        const ann = new Person(small.url, "ann");
        const { cursor: start } = await ann.made("GET", "/tickets/updates", undefined, 200);
        const ids = [];
        for (const subject of ["one", "two", "three"]) ids.push((await ann.made("POST", "/v1/tickets", { subject })).id);
        const whole = await back(ann, t, "/tickets", { since: start, tickets: [ids[0], ids[0], ids[1], ids[2]] });
        const came = await whole.inbox.until("sync:ready");
        assert.deepEqual(brief(came), ["error", "ticket:subscribed", "ticket:subscribed", "ticket:created", "ticket:created", "ticket:created", "sync:ready"]);
        assert.deepEqual([came[0][1].code, came[0][1].details.limit], ["RATE_LIMITED", "ticket_subscriptions"]);
        await ann.made("POST", "/v1/tickets", { subject: "four" });
        const part = await back(ann, t, "/tickets", { since: start });
        const [required] = await part.inbox.until("sync:required");
        assert.equal(required[0], "sync:required");
        assert.equal(required[1].reason, "TOO_MUCH_MISSED");
        await part.inbox.nothing(barrier(part.socket));
        const next = await back(ann, t, "/tickets", { since: required[1].cursor });
        assert.deepEqual(brief(await next.inbox.until("sync:ready")), ["sync:ready"]);
    });

    it("conversations are joined, and their messages come in order", async (t) => {
        const { ann, bob, carl } = org();
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const first = await ann.connect(t, "/chat");
        const joined = await first.socket.emitWithAck("chat:join", { conversationId: id });
        first.socket.disconnect();
        const c = await back(carl, t, "/chat", { conversations: [id] });
        const [[name, entry]] = await c.inbox.until("sync:ready");
        assert.deepEqual([name, entry.conversationId, entry.conversation.id, entry.conversation.status], ["chat:joined", id, id, "active"]);
        for (const content of ["one", "two"]) await c.socket.emitWithAck("chat:message", { conversationId: id, content });

        const a = await back(ann, t, "/chat", { since: joined.cursor, conversations: [id, "nowhere"] });
        const came = (await a.inbox.until("sync:ready")).filter(([event]) => event !== "chat:online");
        assert.deepEqual(brief(came), ["chat:joined", "error", "chat:message one", "chat:message two", "sync:ready"]);
        assert.deepEqual([came[1][1].code, came[1][1].details.conversationId], ["ROOM_NOT_FOUND", "nowhere"]);
        await c.socket.emitWithAck("chat:message", { conversationId: id, content: "live" });
        assert.equal((await a.inbox.next("chat:message"))[0].content, "live");
        assert.equal((await a.socket.emitWithAck("chat:message", { conversationId: id, content: "I am in" })).ok, true);

        // An agent who was not in it yet takes part, as by chat:join.
        const b = await back(bob, t, "/chat", { conversations: [id] });
        const [[, taken]] = await b.inbox.until("sync:ready");
        assert.deepEqual(taken.conversation.agents.map(({ id: user }) => user), ["ann", "bob"]);

        // After its end it is told once, by the replay or by the answer.
        await ann.made("POST", `/v1/conversations/${id}/end`, { reason: "agent_ended" }, 200);
        for (const since of [undefined, taken.cursor]) {
            const late = await back(carl, t, "/chat", { since, conversations: [id] });
            const told = await late.inbox.until("sync:ready");
            assert.equal(told.filter(([event]) => event === "chat:ended").length, 1, JSON.stringify(told));
            await late.inbox.nothing(chatBarrier(late.socket), "chat:ended");
        }
    });

    it("notifications come without counts, and one count after sync:ready", async (t) => {
        const { ann, admin } = org();
        await ann.made("POST", "/v1/tickets", { subject: "makes her known" });
        const first = await ann.connect(t, "/notifications");
        first.socket.disconnect();
        for (const title of ["one", "two"]) {
            await admin.made("POST", "/v1/notifications", { userIds: ["ann"], title, message: "x" });
        }
        const { socket, inbox } = await back(ann, t, "/notifications", { since: first.cursor });
        const came = await inbox.until("notification:count");
        assert.deepEqual(came.map(([event, data]) => [event, data.title ?? data.unread]), [
            ["notification", "one"], ["notification", "two"], ["sync:ready", undefined], ["notification:count", 2],
        ]);
        await admin.made("POST", "/v1/notifications", { userIds: ["ann"], title: "three", message: "x" });
        const live = await inbox.until("notification:count");
        assert.deepEqual(live.map(([event, data]) => [event, data.title ?? data.unread]), [["notification", "three"], ["notification:count", 3]]);
        await inbox.nothing(() => socket.emitWithAck("notification:markRead", { id: "none" }));
    });

    it("what the socket sends meanwhile waits for the replay", async (t) => {
        const { ann, admin } = org();
        const { id } = await admin.made("POST", "/v1/tickets", { subject: "Busy" });
        const { cursor } = await ann.made("GET", "/tickets/updates", undefined, 200);
        await message(admin, id, "missed");
        const { socket, inbox } = await back(ann, t, "/tickets", { since: cursor, tickets: [id] });
        assert.equal((await subscribe(socket, id)).ok, true);
        assert.deepEqual(brief(await inbox.until("sync:ready")), ["ticket:subscribed", "ticket:updated", "ticket:message missed", "sync:ready"]);
    });

    it("nothing is lost or repeated while somebody writes and readers come and go", async (t) => {
        const { ann, bob } = org();
        const { id } = await bob.made("POST", "/v1/tickets", { subject: "Busy" });
        const total = 150;
        let { cursor: since } = await ann.made("GET", "/tickets/updates", undefined, 200);
        const writing = (async () => {
            for (let i = 0; i < total; i++) await message(bob, id, String(i));
        })();
        const seen = [];
        let previous = 0;
        for (let visits = 0; seen.at(-1) !== String(total - 1); visits++) {
            const { socket, inbox } = await back(ann, t, "/tickets", { since, tickets: [id] });
            for (let left = 1 + (visits % 9); left > 0 && seen.at(-1) !== String(total - 1); left--) {
                for (const [event, data] of await inbox.until("ticket:message")) {
                    if (data.seq === undefined) continue;
                    assert.ok(data.seq > previous, `${event} ${data.seq} after ${previous}`);
                    previous = data.seq;
                    since = data.eventId;
                    if (event === "ticket:message") seen.push(data.content);
                }
            }
            socket.disconnect();
        }
        await writing;
        assert.deepEqual(seen, Array.from({ length: total }, (_, i) => String(i)));
    });
});
