// Tickets live, with the official client: what is written over REST reaches whom it concerns, and nobody else.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { Person, barrier } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

let server;
const people = {};
before(async () => {
    // However long a busy machine takes over the keystrokes, they are one typing.
    server = await startInsightDesk({ args: ["--limit-rest-user", "1000/s,1000", "--limit-typing-repeat", "1m"] });
    const add = (name, id, options) => (people[name] = new Person(server.url, id, options));
    add("admin", "ada", { role: "admin" });
    add("ann", "ann", { role: "agent", teams: ["support"] });
    add("bob", "bob", { role: "agent" });
    add("carl", "carl", { role: "customer" });
    add("dora", "dora", { role: "customer" });
    // The same ids in another org: ids are unique within an org only.
    add("foreignAnn", "ann", { role: "agent", org: "globex" });
    add("foreignAdmin", "ada", { role: "admin", org: "globex" });
    add("foreignCarl", "carl", { role: "customer", org: "globex" });
});
after(() => server?.stop());

const newTicket = (by, fields = {}) => by.made("POST", "/v1/tickets", { subject: "It does not work", ...fields });

async function subscribed(t, person, ticketId, options) {
    const client = await person.connect(t, "/tickets", options);
    client.socket.emit("ticket:subscribe", { ticketId });
    const [answer] = await client.inbox.next("ticket:subscribed");
    assert.equal(answer.ticketId, ticketId);
    return client;
}

for (const [title, transports] of TRANSPORTS) {
    test(`a new ticket reaches the org's agents and its requester over ${title}`, async (t) => {
        const see = await Promise.all(["ann", "bob", "admin", "carl"].map((name) => people[name].connect(t, "/tickets", { transports })));
        const others = await Promise.all(
            ["dora", "foreignAnn", "foreignAdmin", "foreignCarl"].map((name) => people[name].connect(t, "/tickets", { transports })),
        );
        const ticket = await newTicket(people.carl, { message: { content: "Help!" } });
        assert.deepEqual([ticket.orgId, ticket.status, ticket.requester.id], ["acme", "new", "carl"]);
        for (const { inbox } of see) {
            const [created] = await inbox.next("ticket:created");
            assert.equal(created.id, ticket.id);
            assert.match(created.eventId, /^evt_/);
            assert.ok(Number.isInteger(created.seq));
        }
        for (const { socket, inbox } of others) await inbox.nothing(barrier(socket));
    });
}

test("a ticket of the same id in another org is another ticket", async (t) => {
    await newTicket(people.admin, { id: "T-1", subject: "ours" });
    const foreign = await people.foreignAnn.connect(t, "/tickets");
    const ours = await people.ann.connect(t, "/tickets");
    assert.equal((await foreign.socket.emitWithAck("ticket:subscribe", { ticketId: "T-1" })).error.code, "ROOM_NOT_FOUND");
    await newTicket(people.foreignAdmin, { id: "T-1", subject: "theirs" });
    assert.equal((await foreign.inbox.next("ticket:created"))[0].subject, "theirs");
    await ours.inbox.nothing(barrier(ours.socket));

    const ann = await subscribed(t, people.ann, "T-1");
    const foreignAnn = await subscribed(t, people.foreignAnn, "T-1");
    await people.bob.made("POST", "/v1/tickets/T-1/messages", { content: "for us" });
    assert.equal((await ann.inbox.next("ticket:message"))[0].content, "for us");
    await foreignAnn.inbox.nothing(barrier(foreignAnn.socket));
    ann.socket.emit("ticket:typing", { ticketId: "T-1" });
    await barrier(ann.socket)();
    await foreignAnn.inbox.nothing(barrier(foreignAnn.socket), "ticket:typing");
});

describe("messages", () => {
    test("a public one reaches all who subscribed, an internal one staff alone", async (t) => {
        const { id } = await newTicket(people.carl);
        const [ann, carl] = [await subscribed(t, people.ann, id), await subscribed(t, people.carl, id)];
        const elsewhere = await people.bob.connect(t, "/tickets");
        const dora = await people.dora.connect(t, "/tickets");
        await people.bob.made("POST", `/v1/tickets/${id}/messages`, { content: "We look into it" });
        for (const { inbox } of [ann, carl]) {
            const [updated] = await inbox.next("ticket:updated");
            const [message] = await inbox.next("ticket:message");
            assert.deepEqual([message.content, message.author.id, message.visibility], ["We look into it", "bob", "public"]);
            assert.equal(message.ticketId, id);
            assert.ok(message.seq > updated.seq, "the update comes first");
        }
        assert.equal((await elsewhere.inbox.next("ticket:updated"))[0].ticketId, id);
        await elsewhere.inbox.nothing(barrier(elsewhere.socket), "ticket:message");
        await dora.inbox.nothing(barrier(dora.socket));

        await people.bob.made("POST", `/v1/tickets/${id}/messages`, { content: "A difficult customer", visibility: "internal" });
        const [note] = await ann.inbox.next("ticket:message");
        assert.deepEqual([note.content, note.visibility], ["A difficult customer", "internal"]);
        await carl.inbox.nothing(barrier(carl.socket));
    });

    test("one sent twice with the same clientMessageId is one", async (t) => {
        const { id } = await newTicket(people.carl);
        const ann = await subscribed(t, people.ann, id);
        const body = { content: "once", clientMessageId: "c-1" };
        const first = await people.carl.made("POST", `/v1/tickets/${id}/messages`, body);
        const again = await people.carl.request("POST", `/v1/tickets/${id}/messages`, body);
        assert.equal(again.body.id, first.id);
        await ann.inbox.next("ticket:message");
        await ann.inbox.nothing(barrier(ann.socket), "ticket:message");
    });

    test("a customer writes no internal note, and nobody to a ticket not theirs", async () => {
        const { id } = await newTicket(people.carl);
        const note = await people.carl.request("POST", `/v1/tickets/${id}/messages`, { content: "x", visibility: "internal" });
        assert.deepEqual([note.status, note.body.code], [403, "FORBIDDEN"]);
        const other = await people.dora.request("POST", `/v1/tickets/${id}/messages`, { content: "x" });
        assert.deepEqual([other.status, other.body.code], [403, "FORBIDDEN"]);
        const foreign = await people.foreignAdmin.request("POST", `/v1/tickets/${id}/messages`, { content: "x" });
        assert.deepEqual([foreign.status, foreign.body.code], [404, "ROOM_NOT_FOUND"]);
    });

    test("text that is no text is repaired on the way in", async (t) => {
        const { id } = await newTicket(people.carl);
        const ann = await subscribed(t, people.ann, id);
        const headers = { authorization: `Bearer ${people.carl.token}`, "content-type": "application/json" };
        const answer = await http(`${server.url}/v1/tickets/${id}/messages`, { method: "POST", headers, body: '{"content":"a\\ud800b\\u0000c"}' });
        assert.equal(answer.status, 201, answer.text);
        assert.equal((await ann.inbox.next("ticket:message"))[0].content, "a\ufffdb\ufffdc");
    });
});

describe("subscribing", () => {
    test("is answered by event and ack, with a cursor", async (t) => {
        const { id } = await newTicket(people.carl);
        const { socket, inbox } = await people.ann.connect(t, "/tickets");
        const answer = await socket.emitWithAck("ticket:subscribe", { ticketId: id });
        assert.deepEqual([answer.ok, answer.ticketId, typeof answer.cursor], [true, id, "string"]);
        assert.equal((await inbox.next("ticket:subscribed"))[0].ticketId, id);
    });

    test("is refused where there is no access, as ack or as event", async (t) => {
        const { id } = await newTicket(people.carl);
        const { socket, inbox } = await people.dora.connect(t, "/tickets");
        const answer = await socket.emitWithAck("ticket:subscribe", { ticketId: id });
        assert.deepEqual([answer.ok, answer.error.code], [false, "FORBIDDEN"]);
        socket.emit("ticket:subscribe", { ticketId: id });
        const [error] = await inbox.next("error");
        assert.deepEqual([error.code, error.details.event], ["FORBIDDEN", "ticket:subscribe"]);
        assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: "nowhere" })).error.code, "ROOM_NOT_FOUND");
        await people.bob.made("POST", `/v1/tickets/${id}/messages`, { content: "secret" });
        await inbox.nothing(barrier(socket));
    });

    for (const wrong of [undefined, null, 1, "T-1", [], {}, { ticketId: 1 }, { ticketId: "" }, { ticketId: "a:b" }, { ticketId: "x".repeat(129) }, { ticketId: null }]) {
        test(`with ${JSON.stringify(wrong)?.slice(0, 30)} is INVALID_PAYLOAD`, async (t) => {
            const { socket } = await people.ann.connect(t, "/tickets");
            assert.equal((await socket.emitWithAck("ticket:subscribe", wrong)).error.code, "INVALID_PAYLOAD");
        });
    }

    test("ends with unsubscribe", async (t) => {
        const { id } = await newTicket(people.carl);
        const carl = await subscribed(t, people.carl, id);
        assert.equal((await carl.socket.emitWithAck("ticket:unsubscribe", { ticketId: id })).ok, true);
        await people.bob.made("POST", `/v1/tickets/${id}/messages`, { content: "unheard" });
        await carl.inbox.nothing(barrier(carl.socket), "ticket:message");
    });

    test("an event too large is PAYLOAD_TOO_LARGE", async (t) => {
        const { socket } = await people.ann.connect(t, "/tickets");
        const answer = await socket.emitWithAck("ticket:subscribe", { ticketId: "x", more: "y".repeat(70_000) });
        assert.equal(answer.error.code, "PAYLOAD_TOO_LARGE");
    });

    test("to more tickets than allowed is RATE_LIMITED", async (t) => {
        const small = await startInsightDesk({ args: ["--limit-ticket-subscriptions", "2"] });
        t.after(() => small.stop());
        const admin = new Person(small.url, "ada", { role: "admin" });
        const { socket } = await admin.connect(t, "/tickets");
        const codes = [];
        for (const id of ["T-1", "T-2", "T-3"]) {
            await newTicket(admin, { id });
            codes.push((await socket.emitWithAck("ticket:subscribe", { ticketId: id })).error?.code);
        }
        assert.deepEqual(codes, [undefined, undefined, "RATE_LIMITED"]);
    });
});

describe("typing", () => {
    test("is seen by the others, not by the typist in any tab, and ends with stopTyping", async (t) => {
        const { id } = await newTicket(people.carl);
        const [first, second] = [await subscribed(t, people.ann, id), await subscribed(t, people.ann, id)];
        const others = [await subscribed(t, people.bob, id), await subscribed(t, people.carl, id)];
        for (let key = 0; key < 12; ++key) first.socket.emit("ticket:typing", { ticketId: id });
        for (const { inbox } of others) {
            const [typing] = await inbox.next("ticket:typing");
            assert.deepEqual([typing.ticketId, typing.user.id], [id, "ann"]);
        }
        first.socket.emit("ticket:stopTyping", { ticketId: id });
        for (const { socket, inbox } of others) {
            assert.deepEqual(await inbox.next("ticket:stopTyping"), [{ ticketId: id, userId: "ann" }]);
            await inbox.nothing(barrier(socket), "ticket:typing", "ticket:stopTyping");
        }
        for (const { socket, inbox } of [first, second]) await inbox.nothing(barrier(socket));
    });

    test("beside an internal note is for staff alone", async (t) => {
        const { id } = await newTicket(people.carl);
        const [ann, bob, carl] = await Promise.all(["ann", "bob", "carl"].map((name) => subscribed(t, people[name], id)));
        ann.socket.emit("ticket:typing", { ticketId: id, internal: true });
        await bob.inbox.next("ticket:typing");
        await carl.inbox.nothing(barrier(carl.socket));
    });

    test("ends when the typist's connection is lost, and before his message", async (t) => {
        const { id } = await newTicket(people.carl);
        const [ann, carl] = [await subscribed(t, people.ann, id), await subscribed(t, people.carl, id)];
        ann.socket.emit("ticket:typing", { ticketId: id });
        await carl.inbox.next("ticket:typing");
        ann.socket.io.engine.transport.ws.terminate();
        assert.deepEqual(await carl.inbox.next("ticket:stopTyping"), [{ ticketId: id, userId: "ann" }]);

        const seen = [];
        carl.socket.onAny((event) => seen.push(event));
        const bob = await subscribed(t, people.bob, id);
        bob.socket.emit("ticket:typing", { ticketId: id });
        await carl.inbox.next("ticket:typing");
        await people.bob.made("POST", `/v1/tickets/${id}/messages`, { content: "done typing" });
        await carl.inbox.next("ticket:message");
        assert.deepEqual(seen.filter((event) => /typing|message/i.test(event)), ["ticket:typing", "ticket:stopTyping", "ticket:message"]);
    });

    test("in a ticket not subscribed is FORBIDDEN", async (t) => {
        const { id } = await newTicket(people.carl);
        const { socket } = await people.ann.connect(t, "/tickets");
        assert.equal((await socket.emitWithAck("ticket:typing", { ticketId: id })).error.code, "FORBIDDEN");
    });

    test("who forgets to stop is stopped by the server", async (t) => {
        const quick = await startInsightDesk({ args: ["--typing-expiry", "3500ms"] });
        t.after(() => quick.stop());
        const [ann, carl] = [new Person(quick.url, "ann"), new Person(quick.url, "carl", { role: "customer" })];
        const { id } = await newTicket(carl);
        const [typist, watcher] = [await subscribed(t, ann, id), await subscribed(t, carl, id)];
        typist.socket.emit("ticket:typing", { ticketId: id });
        await watcher.inbox.next("ticket:typing");
        assert.deepEqual(await watcher.inbox.next("ticket:stopTyping"), [{ ticketId: id, userId: "ann" }]);
    });
});

describe("REST", () => {
    test("refuses what is no ticket", async () => {
        for (const wrong of [{}, { subject: 1 }, { subject: "" }, { subject: "x", priority: "constructor" }, { subject: "x", requesterId: "a:b" }, { subject: "x", tags: "y" }]) {
            const { status, body } = await people.ann.request("POST", "/v1/tickets", wrong);
            assert.deepEqual([status, body.code], [400, "INVALID_PAYLOAD"], JSON.stringify(wrong));
        }
    });

    test("refuses an id chosen by a customer, and one taken", async () => {
        assert.equal((await people.carl.request("POST", "/v1/tickets", { subject: "x", id: "mine" })).status, 403);
        await newTicket(people.admin, { id: "taken" });
        assert.equal((await people.admin.request("POST", "/v1/tickets", { subject: "x", id: "taken" })).status, 409);
    });

    test("without a token is 401", async () => {
        const { status, text } = await http(`${server.url}/v1/tickets`, { method: "POST", body: "{}" });
        assert.deepEqual([status, JSON.parse(text).code], [401, "AUTH_TOKEN_INVALID"]);
    });

    test("more requests than the limit are 429 with Retry-After", async (t) => {
        const strict = await startInsightDesk({ args: ["--limit-rest-user", "1/m,2"] });
        t.after(() => strict.stop());
        const ann = new Person(strict.url, "ann");
        const statuses = [];
        for (let i = 0; i < 3; ++i) statuses.push(await ann.request("POST", "/v1/tickets", { subject: "x" }));
        assert.deepEqual(statuses.map(({ status }) => status), [201, 201, 429]);
        assert.ok(Number(statuses[2].headers["retry-after"]) >= 1);
    });
});
