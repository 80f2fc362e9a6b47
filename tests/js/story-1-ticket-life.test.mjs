// Acceptance story 1, the life of a ticket: everybody hears exactly their part of it, in order, and another org with the same ids nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startInsightDesk } from "./lib/server.mjs";
import { MARK, Stage } from "./lib/stage.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--limits", "high"] })));
after(() => server?.stop());

const WEBSOCKET = ["websocket"];
const POLLING = ["polling"];
const UPGRADED = ["polling", "websocket"];

const updated = (id, changes) => ["ticket:updated", { ticketId: id, changes, eventId: String, seq: Number.isInteger }];

for (const [round, [first, second, third]] of [
    [WEBSOCKET, POLLING, UPGRADED],
    [POLLING, UPGRADED, WEBSOCKET],
    [UPGRADED, WEBSOCKET, POLLING],
].entries()) {
    test(`a ticket is posted, assigned, answered, noted on and resolved, over ${first.join("+")}, ${second.join("+")}, ${third.join("+")}`, async (t) => {
        const stage = new Stage(server);
        const org = `acme-${round}`;
        const other = `globex-${round}`;
        const cast = (in_org) => ({
            a: stage.add(in_org, "ann", { role: "agent", teams: ["t1"], transports: first }),
            b: stage.add(in_org, "bob", { role: "agent", teams: ["t1"], transports: second }),
            d: stage.add(in_org, "dan", { role: "admin", transports: third }),
            c: stage.add(in_org, "carl", { role: "customer", transports: second }),
        });
        const [{ a, b, c, d }, x] = [cast(org), cast(other)];
        await stage.known();
        await stage.arrive(t);
        for (const { arrival } of stage.parties) {
            // Three namespaces greet, in any order among them.
            assert.deepEqual(arrival.map(([event]) => event).sort(), ["notification:count", "sync:ready", "sync:ready", "sync:ready"]);
            assert.equal(arrival.find(([event]) => event === "notification:count")[1].unread, 0);
        }
        const { cursor: start } = await c.polled("");

        // C posts a ticket; the other org gets one of the same id, and its people subscribe to theirs.
        const { id } = await c.made("POST", "/v1/tickets", { subject: "The printer burns", teamId: "t1" });
        await x.d.made("POST", "/v1/tickets", { id, subject: "Another printer", teamId: "t1", requesterId: "carl" });
        // Of several servers another may answer who subscribes before it tells them of the ticket.
        await stage.settle();
        for (const party of Object.values(x)) await party.does("ticket:subscribe", { ticketId: id });
        await stage.settle();
        const created = ["ticket:created", { id, orgId: org, subject: "The printer burns", status: "new", requester: { id: "carl" }, assignee: null }];
        const theirs = [["ticket:created", { id, orgId: other, subject: "Another printer" }], ["ticket:subscribed", { ticketId: id }]];
        stage.heard(new Map([[a, [created]], [b, [created]], [d, [created]], [c, [["ticket:created", { ...created[1], sla: undefined }]]], ...Object.values(x).map((party) => [party, theirs])]));

        // A and C subscribe.
        const answers = [await a.does("ticket:subscribe", { ticketId: id }), await c.does("ticket:subscribe", { ticketId: id })];
        for (const answer of answers) assert.deepEqual([answer.ticketId, typeof answer.cursor], [id, "string"]);

        // D assigns A.
        await d.made("PATCH", `/v1/tickets/${id}`, { assigneeId: "ann" }, 200);
        // A answers.
        await a.hears("notification:count", 1, { unread: 1 });
        const reply = await a.made("POST", `/v1/tickets/${id}/messages`, { content: "Use water" });
        await b.hears("ticket:updated", 2);
        // B subscribes, A writes an internal note.
        await b.does("ticket:subscribe", { ticketId: id });
        const note = await a.made("POST", `/v1/tickets/${id}/messages`, { content: "He burns them himself", visibility: "internal" });
        // A resolves.
        await a.made("PATCH", `/v1/tickets/${id}`, { status: "resolved" }, 200);
        await stage.settle();

        const assigning = [
            updated(id, { assignee: { id: "ann" } }),
            ["ticket:assigned", { ticket: { id }, agent: { id: "ann" }, previousAgent: null, by: { id: "dan" } }],
        ];
        const message = ["ticket:message", { id: reply.id, ticketId: id, content: "Use water", visibility: "public", author: { id: "ann" } }];
        const internal = ["ticket:message", { id: note.id, ticketId: id, content: "He burns them himself", visibility: "internal" }];
        const resolving = [updated(id, { status: "resolved" }), ["ticket:status", { ticketId: id, status: "resolved", by: { id: "ann" } }]];
        const subscribed = ["ticket:subscribed", { ticketId: id }];
        const forCustomer = ([event, like]) => [event, { ...like, previous: undefined, sla: undefined }];
        stage.heard(
            new Map([
                [a, [
                    created, subscribed, ...assigning,
                    ["notification", { type: "ticket_assigned", data: { ticketId: id }, read: false }],
                    ["notification:count", { unread: 1 }],
                    updated(id, { messageCount: 1 }), message, updated(id, { messageCount: 2 }), internal, ...resolving,
                ]],
                [b, [created, ...assigning, updated(id, { messageCount: 1 }), subscribed, updated(id, { messageCount: 2 }), internal, ...resolving]],
                [d, [created, ...assigning, updated(id, { messageCount: 1 }), updated(id, { messageCount: 2 }), ...resolving]],
                [c, [created, subscribed, ...assigning, updated(id, { messageCount: 1 }), message, ...resolving].map(forCustomer)],
                ...Object.values(x).map((party) => [party, theirs]),
            ]),
        );
        const sequence = a.logged().map(([, , { seq }]) => seq);
        assert.deepEqual(sequence, [...sequence].sort((one, two) => one - two));

        // Those who never had a socket read the same, byte by byte; who did not subscribe reads the messages too.
        for (const party of [a, c]) assert.deepEqual((await party.polled(start, 3)).events.filter(([, , data]) => !isMark(data)), party.logged());
        for (const party of [b, d]) {
            const polled = (await party.polled(start, 3)).events.filter(([, , data]) => !isMark(data));
            assert.deepEqual(polled.filter(([eventId]) => party.logged().some(([known]) => known === eventId)), party.logged());
            assert.deepEqual(polled.map(([eventId]) => eventId), a.logged().map(([eventId]) => eventId));
        }
        for (const party of Object.values(x)) {
            const polled = (await party.polled("0")).events.filter(([, , data]) => !isMark(data));
            assert.deepEqual(polled, party.logged().filter(([, event]) => event !== "ticket:subscribed"));
        }
    });
}

const isMark = (data) => data.subject === MARK;
