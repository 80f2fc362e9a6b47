// domain.md 3.9: two orgs with the same user, team, ticket and conversation ids. Not one byte of one reaches the other, whatever it asks for,
// and what it is answered about the other's things is what it is answered about things that never were.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { NAMESPACES } from "./lib/desk.mjs";
import { Network } from "./lib/proxy.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { MARK, Stage } from "./lib/stage.mjs";

const PEOPLE = [["admin", "dan", "admin"], ["agent", "ann", "agent"], ["second", "bob", "agent"], ["customer", "carl", "customer"]];
const TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"], ["websocket"]];
const NOWHERE = "01ZZZZZZZZZZZZZZZZZZZZZZZZ";

/** Every way to name something over REST; `$x` is an id of the other org. Bodies are right, so that only the org stands in the way. */
const ROUTES = [
    ["GET", "/v1/tickets/$ticket"],
    ["PATCH", "/v1/tickets/$ticket", { subject: "taken over" }],
    ["GET", "/v1/tickets/$ticket/messages"],
    ["POST", "/v1/tickets/$ticket/messages", { content: "taken over" }],
    ["GET", "/v1/conversations/$conv"],
    ["GET", "/v1/conversations/$conv/messages?after=0"],
    ["POST", "/v1/conversations/$conv/messages", { content: "taken over" }],
    ["POST", "/v1/conversations/$conv/read", { messageId: "$chat" }],
    ["POST", "/v1/conversations/$conv/assign", { agentId: "ann" }],
    ["POST", "/v1/conversations/$conv/end", {}],
    ["POST", "/v1/conversations", { customerId: "$user" }],
    ["POST", "/v1/conversations", { customerId: "carl", ticketId: "$ticket" }],
    ["POST", "/v1/conversations", { customerId: "carl", teamId: "$team" }],
    ["POST", "/v1/conversations/V-1/read", { messageId: "$chat" }],
    ["POST", "/v1/tickets", { subject: "x", requesterId: "$user" }],
    ["POST", "/v1/tickets", { subject: "x", assigneeId: "$user" }],
    ["POST", "/v1/tickets", { subject: "x", teamId: "$team" }],
    ["PATCH", "/v1/tickets/T-1", { assigneeId: "$user" }],
    ["PATCH", "/v1/tickets/T-1", { participantIds: ["$user"] }],
    ["POST", "/v1/notifications/$notif/read", {}],
    ["POST", "/v1/notifications", { userIds: ["$user"], title: "x", message: "x" }],
    ["GET", "/v1/notifications?cursor=$notif"],
    ["POST", "/v1/publish", { org: "$org", event: "ticket:updated", data: { id: "T-1", subject: "taken over", version: 99 } }],
    ["POST", "/v1/publish", { org: "$org", namespace: "/tickets", rooms: ["ticket:T-1"], event: "ticket:updated", data: {} }],
    ["GET", "/v1/tickets/updates?since=$cursor"],
    ["GET", "/tickets/updates?since=$event"],
];

const EVENTS = [
    ["ticket:subscribe", { ticketId: "$ticket" }],
    ["ticket:subscribe", { ticketId: "$ticket", since: "$cursor" }],
    ["ticket:unsubscribe", { ticketId: "$ticket" }],
    ["ticket:typing", { ticketId: "$ticket" }],
    ["ticket:stopTyping", { ticketId: "$ticket" }],
    ["chat:join", { conversationId: "$conv" }],
    ["chat:join", { conversationId: "$conv", since: "$cursor", observe: true }],
    ["chat:message", { conversationId: "$conv", content: "taken over" }],
    ["chat:typing", { conversationId: "$conv" }],
    ["chat:read", { conversationId: "$conv", messageId: "$chat" }],
    ["chat:read", { conversationId: "V-1", messageId: "$chat" }],
    ["chat:leave", { conversationId: "$conv" }],
    ["notification:markRead", { id: "$notif" }],
];

/** The value with each `$name` in its texts replaced. */
function filled(value, ids) {
    const json = JSON.stringify(value).replace(/\$(\w+)/g, (_, name) => ids[name] ?? assert.fail(`no id for ${name}`));
    return JSON.parse(json);
}

const without = (text, ids) => Object.entries(ids).reduce((left, [name, id]) => left.replaceAll(id, `$${name}`), text);

describe("two orgs", () => {
    let server;
    const orgs = {};
    before(async () => {
        server = await startInsightDesk({ args: ["--limits", "high"] });
    });
    after(() => server?.stop());

    /** An org whose every text holds a word nobody else has. Its clients reach the server by a network that keeps all it carries. */
    async function found(t, label) {
        const words = new Set();
        const word = (what) => {
            const made = `zq${label}${what}${randomBytes(6).toString("hex")}`;
            words.add(made);
            return made;
        };
        const network = await Network.open(t, server.port);
        const org = { id: word("org"), stage: new Stage(server), network, words, word };
        words.delete(org.id);
        PEOPLE.forEach(([name, id, role], i) => {
            org[name] = org.stage.add(org.id, id, { role, teams: ["t1"], namespaces: NAMESPACES.slice(0, role === "admin" ? 6 : 5), transports: TRANSPORTS[i], at: network.url });
        });
        await org.stage.known();
        await org.stage.arrive(t);
        return org;
    }

    /** All that happens in a helpdesk on one day. Gives the ids of it. */
    async function aDay({ admin, agent, second, customer, word, stage }) {
        const staff = [admin, agent, second];
        const everybody = [...staff, customer];
        const given = await admin.made("POST", "/v1/tickets", {
            id: "T-1", subject: word("subject"), requesterId: "carl", teamId: "t1", tags: [word("tag")], customFields: { [word("field")]: word("value") },
        });
        const own = await customer.made("POST", "/v1/tickets", { subject: word("subject"), message: { content: word("first"), clientMessageId: word("client") } });
        for (const ticketId of [given.id, own.id]) for (const party of everybody) await party.does("ticket:subscribe", { ticketId });
        await agent.does("ticket:typing", { ticketId: given.id });
        await second.does("ticket:typing", { ticketId: given.id, internal: true });
        let message;
        for (const { id } of [given, own]) {
            await admin.made("PATCH", `/v1/tickets/${id}`, { assigneeId: "ann", participantIds: ["bob"], subject: word("renamed") }, 200);
            message = await agent.made("POST", `/v1/tickets/${id}/messages`, {
                content: `${word("reply")} @bob`, attachments: [{ id: "a1", name: word("file"), mime: "text/plain", size: 3, url: `https://files.example/${word("url")}` }],
            });
            await agent.made("POST", `/v1/tickets/${id}/messages`, { content: word("note"), visibility: "internal" });
            await customer.made("POST", `/v1/tickets/${id}/messages`, { content: word("answer"), inReplyTo: message.id });
        }
        await second.does("ticket:stopTyping", { ticketId: given.id });
        const refused = await customer.request("PATCH", `/v1/tickets/${own.id}`, { tags: [word("refused")] });
        assert.equal(refused.status, 403);

        const conversation = await admin.made("POST", "/v1/conversations", { id: "V-1", customerId: "carl", teamId: "t1" });
        const chat = await customer.made("POST", "/v1/conversations", {});
        let said;
        for (const { id } of [conversation, chat]) {
            for (const party of everybody) await party.does("chat:join", { conversationId: id });
            for (const party of everybody) await party.hears("chat:online", 1, { conversationId: id, users: ({ length }) => length === everybody.length });
            await customer.does("chat:typing", { conversationId: id });
            said = await customer.does("chat:message", { conversationId: id, content: word("chat"), clientMessageId: word("chatClient") });
            await agent.does("chat:message", { conversationId: id, content: word("chatAnswer") });
            await agent.does("chat:read", { conversationId: id, messageId: said.id });
        }
        await agent.made("POST", `/v1/conversations/${chat.id}/assign`, { agentId: "bob" }, 200);
        const { items } = await admin.made("POST", "/v1/notifications", {
            userIds: ["ann"], title: word("title"), message: word("toast"), data: { secret: word("data") }, link: `/${word("link")}`,
        });
        await agent.does("notification:markRead", { id: items[0].id });
        await admin.made("PATCH", `/v1/tickets/${own.id}`, { status: "resolved" }, 200);
        await stage.settle();
        const { cursor, events } = await admin.polled("0");
        return { ticket: own.id, conv: chat.id, chat: said.id, message: message.id, notif: items[0].id, cursor, event: events.at(-1)[0], user: "only-there", team: "only-there", org: admin.org };
    }

    /** What an org's people can read of their own. */
    async function state({ admin, agent, customer }, ids) {
        const read = [];
        for (const path of [`/v1/tickets/${ids.ticket}`, "/v1/tickets/T-1", "/v1/tickets/T-1/messages", "/v1/conversations/V-1", `/v1/conversations/${ids.conv}`, `/v1/conversations/${ids.conv}/messages`]) {
            read.push(await admin.made("GET", path, undefined, 200));
        }
        for (const party of [admin, agent, customer]) {
            read.push(await party.made("GET", "/v1/notifications/count", undefined, 200), await party.made("GET", "/v1/notifications", undefined, 200));
        }
        return { read, log: (await admin.polled("0")).events.filter(([, , { subject }]) => subject !== MARK) };
    }

    test("share nothing", { timeout: 60_000 }, async (t) => {
        const a = (orgs.a = await found(t, "A"));
        const b = (orgs.b = await found(t, "B"));
        // B first, so that its people sit in the rooms of the same names when A's day begins.
        const idsB = await aDay(b);
        const countsB = await state(b, idsB);
        const [heardB, heardBytes] = [b.stage.parties.map(({ records }) => records.length), b.network.arrived().length];
        const idsA = await aDay(a);
        // Somebody only A knows.
        const only = a.stage.add(a.id, "only-there", { role: "agent", teams: ["only-there"], at: a.network.url });
        await only.made("POST", "/v1/tickets", { subject: a.word("only") });
        await a.stage.settle();
        await b.stage.settle();
        b.stage.parties.forEach(({ name, records }, i) => assert.deepEqual(records.slice(heardB[i]), [], `${name} heard something of A's day`));
        assert.deepEqual(await state(b, idsB), countsB, "B's own things changed with A's day");

        // Now they ask for all that they can name: the answer is that of things which never were.
        const stateA = await state(a, idsA);
        const heardA = a.stage.parties.map(({ records }) => records.length);
        const never = { ticket: `ticket_${NOWHERE}`, conv: `conv_${NOWHERE}`, chat: `msg_${NOWHERE}`, notif: `notif_${NOWHERE}`, user: "never-was", team: "never-was", org: "never-was" };
        for (const asker of [b.admin, b.agent, b.customer]) {
            for (const [method, path, body] of ROUTES) {
                const foreign = await asker.request(method, filled(path, idsA), body && filled(body, idsA));
                const what = `${asker.name}: ${method} ${path} ${JSON.stringify(body)}: ${foreign.status} ${foreign.text}`;
                if (/since=/.test(path)) {
                    assert.deepEqual([foreign.status, foreign.body.code], [410, "CURSOR_EXPIRED"], what);
                    continue;
                }
                const unknown = await asker.request(method, filled(path, never), body && filled(body, never));
                const told = (answer, ids) => [answer.status, without(JSON.stringify({ ...answer.body, requestId: 0 }), ids)];
                assert.deepEqual(told(foreign, idsA), told(unknown, never), what);
                assert.ok(foreign.status >= 400 || path.startsWith("/v1/notifications?"), what);
            }
            for (const [event, payload] of EVENTS) {
                const foreign = await asker.tells(event, filled(payload, idsA));
                const unknown = await asker.tells(event, filled(payload, { ...never, cursor: idsB.cursor }));
                const told = (answer, ids) => without(JSON.stringify(answer), ids);
                assert.equal(told(foreign, idsA), told(unknown, never), `${asker.name}: ${event} ${JSON.stringify(payload)}`);
                assert.ok(foreign.error || /unsubscribe|leave/.test(event), `${asker.name}: ${event}: ${JSON.stringify(foreign)}`);
            }
            // Lists are of their own org; the bytes of these answers are looked through below.
            for (const path of ["/v1/tickets", "/v1/conversations", "/v1/notifications", "/v1/tickets/updates?since=0"]) {
                assert.equal((await asker.request("GET", path)).status, 200, path);
            }
            // A's positions in B's own ticket: read anew.
            for (const since of [idsA.cursor, idsA.event]) {
                const behind = asker.records.length;
                assert.equal((await asker.tells("ticket:subscribe", { ticketId: "T-1", since })).ok, true);
                await asker.settled();
                assert.deepEqual(asker.records.slice(behind).map(([event]) => event), ["ticket:subscribed", "sync:required"]);
            }
        }
        await a.stage.settle();
        assert.deepEqual(await state(a, idsA), stateA, "A's things changed by what B asked");
        a.stage.parties.forEach(({ name, records }, i) => assert.deepEqual(records.slice(heardA[i]), [], `${name} heard something of what B asked`));

        // The bytes on the wire, frames and answers alike.
        const [bytesA, bytesB] = [a.network.arrived(), b.network.arrived()];
        assert.ok(bytesB.length > heardBytes);
        const asked = new Set(Object.values(idsA)); // B named them, so errors may name them again
        for (const [here, there, bytes, foreign] of [[a, b, bytesA, bytesB], [b, a, bytesB, bytesA]]) {
            assert.ok(!/permessage-deflate|content-encoding/i.test(bytes), "what is compressed cannot be searched");
            assert.ok(bytes.includes(here.id));
            // What was refused is nobody's; all else has gone to those it was for, so the search can find it.
            for (const word of here.words) assert.ok(/refused/.test(word) || bytes.includes(word), `${word} was never sent`);
            // B named A itself, in its publishing; A never heard of B.
            for (const word of [...(here === a ? [] : [here.id]), ...here.words]) assert.ok(!foreign.includes(word), `${there.id} got ${word}`);
            const made = new Set(bytes.match(/\b(?:ticket|msg|conv|notif|evt)_[0-9A-Z]{26}\b|"cursor":"[0-9a-f]+\./g));
            assert.ok(made.size > 20);
            for (const id of made) assert.ok(asked.has(id) || !foreign.includes(id), `${there.id} got the id ${id}`);
        }
    });
});
