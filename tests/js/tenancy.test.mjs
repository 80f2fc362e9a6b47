// domain.md 3.9: two orgs with the same user, team, ticket and conversation ids. Not one byte of one reaches the other, whatever it asks for,
// and what it is answered about the other's things is what it is answered about things that never were.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { attempts } from "./lib/attempts.mjs";
import { backend, NAMESPACES } from "./lib/desk.mjs";
import { Network } from "./lib/proxy.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { MARK, Stage } from "./lib/stage.mjs";

const PEOPLE = [["admin", "dan", "admin"], ["agent", "ann", "agent"], ["second", "bob", "agent"], ["customer", "carl", "customer"]];
const TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"], ["websocket"]];
const NOWHERE = "01ZZZZZZZZZZZZZZZZZZZZZZZZ";

/** What a body can say that no schema tells; all else is made from the server's own description. `$x` is an id of the other org. */
const PUBLISHED = [
    { org: "$org", event: "ticket:updated", data: { id: "T-1", subject: "taken over", version: 99 } },
    { org: "$org", event: "user:updated", data: { id: "ann", name: "taken over" } },
    { org: "$org", namespace: "/tickets", rooms: ["ticket:T-1"], event: "ticket:updated", data: {} },
    { namespace: "/tickets", rooms: ["org:$org"], event: "ticket:updated", data: {} },
    { event: "ticket:message", data: { ticketId: "$ticket", content: "taken over" } },
    { event: "chat:message", data: { conversationId: "$conv", content: "taken over" } },
    { event: "notification", data: { userIds: ["$user"], title: "x", message: "x" } },
].map((item) => ["POST", "/v1/publish", item]);
/** Ways that a schema cannot know to be right together. */
const TOGETHER = [
    ["POST", "/v1/conversations", { customerId: "carl", ticketId: "$ticket" }],
    ["POST", "/v1/conversations", { customerId: "carl", teamId: "$team" }],
    ["POST", "/v1/conversations/$conv/read", { messageId: "$chat" }],
    ["POST", "/v1/conversations/$conv/assign", { agentId: "ann" }],
    ["POST", "/v1/users/$user/revoke-tokens", { jti: "x" }],
    ["POST", "/v1/users/$user/revoke-tokens", { issuedBefore: 4_000_000_000 }],
    ["POST", "/v1/sockets/leave", { userId: "$user", room: "$room" }],
    ["GET", "/v1/conversations/$conv/messages?after=0"],
    ["GET", "/v1/tickets/updates?since=$event"],
    ["GET", "/tickets/updates?since=$event"],
];
/** What is answered without a look whether there is such a one, since tokens are made elsewhere; it acts within the asker's org. */
const BLIND = /revoke-tokens|disconnect|sockets\/leave|publish/;

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
    ["presence:subscribe", { userIds: ["$user"] }],
    ["presence:unsubscribe", { userIds: ["$user"] }],
];

/** The value with each `$name` in its texts replaced. */
function filled(value, ids) {
    const json = JSON.stringify(value).replace(/\$(\w+)/g, (_, name) => ids[name] ?? assert.fail(`no id for ${name}`));
    return JSON.parse(json);
}

const without = (text, ids) => Object.entries(ids).reduce((left, [name, id]) => left.replaceAll(id, `$${name}`), text);

/** What somebody heard, but for how their own org is doing: that comes when it comes. */
const heard = ({ records, org }, from) => records.slice(from).filter(([event, data]) => !(event.startsWith("metrics:") && data.orgId === org));

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
    async function aDay({ id: org, admin, agent, second, customer, word, words, network, stage }) {
        const staff = [admin, agent, second];
        const everybody = [...staff, customer];
        const given = await admin.made("POST", "/v1/tickets", {
            id: "T-1", subject: word("subject"), requesterId: "carl", teamId: "t1", tags: [word("tag")], customFields: { [word("field")]: word("value") },
        });
        const own = await customer.made("POST", "/v1/tickets", { subject: word("subject"), message: { content: word("first"), clientMessageId: word("client") } });
        for (const ticketId of [given.id, own.id]) for (const party of everybody) await party.does("ticket:subscribe", { ticketId });
        await agent.does("ticket:typing", { ticketId: given.id });
        await second.does("ticket:typing", { ticketId: given.id, internal: true });
        for (const party of everybody) await party.does("presence:subscribe", { userIds: ["ann", "bob", "dan"] });
        await agent.does("presence:status", { status: "busy" });
        await second.hears("presence:update", 1, { userId: "ann", status: "busy" });
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
        const { key, notice } = await anOffice({ org, admin, second, word, words, network });
        await stage.settle();
        const { cursor, events } = await admin.polled("0");
        const mine = { my_ticket: "T-1", my_conv: "V-1", my_notif: items[0].id, my_user: "uma", my_team: "t2", my_org: org, my_key: key, my_notice: notice };
        const ids = { ticket: own.id, conv: chat.id, chat: said.id, message: message.id, notif: items[0].id, cursor, event: events.at(-1)[0], user: "only-there", team: "only-there", org, room: `ticket:${own.id}`, key, notice };
        return { ids, mine };
    }

    /** People and settings are set up, and a backend tells of its own things by a key. */
    async function anOffice({ org, admin, second, word, words, network }) {
        await admin.made("POST", "/v1/teams", { id: "t2", name: word("team") });
        await admin.made("POST", "/v1/users", { id: "uma", name: word("uma"), email: `${word("mail")}@example.com`, company: word("company"), role: "agent", teamIds: ["t1", "t2"] });
        await admin.made("PATCH", "/v1/users/bob", { name: word("bob"), role: "agent", teamIds: ["t1"] }, 200);
        await second.hears("user:updated");
        await admin.made("PATCH", `/v1/orgs/${org}`, { name: word("orgName") }, 200);
        const { id: notice } = await admin.made("POST", "/v1/maintenance", { message: word("maintenance"), startsAt: new Date(Date.now() + 3_600_000).toISOString() });
        const { id: key, key: secret } = await admin.made("POST", "/v1/api-keys", { name: word("key"), scopes: ["publish"] });
        words.add(secret);
        const carl = { id: "carl", name: "Carl", role: "customer" };
        const raw = (namespace, room) => ({ namespace, rooms: [room], event: "crm:told", data: { told: word("raw") } });
        const { results } = await backend(network.url, secret).made("POST", "/v1/publish", [
            { event: "ticket:updated", data: { id: "T-1", subject: word("published"), version: 999 } },
            { event: "ticket:message", data: { ticketId: "T-1", content: word("publishedAnswer"), author: carl } },
            { event: "ticket:message", data: { ticketId: "T-1", content: word("publishedNote"), visibility: "internal" } },
            { event: "chat:message", data: { conversationId: "V-1", content: word("publishedChat"), sender: carl } },
            { event: "notification", data: { userIds: ["ann"], title: word("publishedTitle"), message: "x" } },
            { event: "user:updated", data: { id: "bob", name: word("publishedBob") } },
            ...[`org:${org}`, "team:t1", "user:ann", "ticket:T-1"].map((room) => raw("/tickets", room)),
            raw("/chat", "conv:V-1"),
        ], 202);
        assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(["accepted"]), JSON.stringify(results));
        return { key, notice };
    }

    /** What an org's people can read of their own. */
    async function state({ id: org, admin, agent, customer }, ids) {
        const read = [];
        for (const path of ["/v1/users?limit=200", "/v1/teams", `/v1/orgs/${org}`, "/v1/api-keys", "/v1/maintenance", `/v1/tickets/${ids.ticket}`, "/v1/tickets/T-1", "/v1/tickets/T-1/messages", "/v1/conversations/V-1", `/v1/conversations/${ids.conv}`, `/v1/conversations/${ids.conv}/messages`]) {
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
        const { ids: idsB, mine } = await aDay(b);
        const countsB = await state(b, idsB);
        const [heardB, heardBytes] = [b.stage.parties.map(({ records }) => records.length), b.network.arrived().length];
        const { ids: idsA } = await aDay(a);
        // Somebody only A knows.
        const only = a.stage.add(a.id, "only-there", { role: "agent", teams: ["only-there"], at: a.network.url });
        await only.made("POST", "/v1/tickets", { subject: a.word("only") });
        await a.stage.settle();
        await b.stage.settle();
        b.stage.parties.forEach((party, i) => assert.deepEqual(heard(party, heardB[i]), [], `${party.name} heard something of A's day`));
        assert.deepEqual(await state(b, idsB), countsB, "B's own things changed with A's day");

        // Now they ask for all that they can name: the answer is that of things which never were.
        const stateA = await state(a, idsA);
        const heardA = a.stage.parties.map(({ records }) => records.length);
        const never = { ticket: `ticket_${NOWHERE}`, conv: `conv_${NOWHERE}`, chat: `msg_${NOWHERE}`, notif: `notif_${NOWHERE}`, user: "never-was", team: "never-was", org: "never-was", room: `ticket:ticket_${NOWHERE}`, key: `key_${NOWHERE}`, notice: `maint_${NOWHERE}`, message: `msg_${NOWHERE}` };
        const document = JSON.parse((await http(`${server.url}/openapi.json`)).text);
        const routes = [...attempts(document), ...PUBLISHED, ...TOGETHER];
        for (const asker of [b.admin, b.agent, b.customer]) {
            for (const [method, path, body] of routes) {
                const foreign = await asker.request(method, filled(path, { ...mine, ...idsA }), body && filled(body, { ...mine, ...idsA }));
                const what = `${asker.name}: ${method} ${path} ${JSON.stringify(body)}: ${foreign.status} ${foreign.text}`;
                if (/since=/.test(path)) {
                    assert.deepEqual([foreign.status, foreign.body.code], [410, "CURSOR_EXPIRED"], what);
                    continue;
                }
                // Without a foreign id in it, or with one as a place to go on from, it is about the asker's own org: see the bytes below.
                if (!/\$(?!my_)/.test(path + JSON.stringify(body)) || /cursor=/.test(path)) continue;
                const unknown = await asker.request(method, filled(path, { ...mine, ...never }), body && filled(body, { ...mine, ...never }));
                const told = (answer, ids) => [answer.status, without(JSON.stringify({ ...answer.body, requestId: 0 }), ids)];
                assert.deepEqual(told(foreign, idsA), told(unknown, never), what);
                assert.ok(foreign.status >= 400 || (method === "GET" && path.includes("?")) || BLIND.test(path), what);
            }
            for (const [event, payload] of EVENTS) {
                const foreign = await asker.tells(event, filled(payload, idsA));
                const unknown = await asker.tells(event, filled(payload, { ...never, cursor: idsB.cursor }));
                const told = (answer, ids) => without(JSON.stringify(answer), ids);
                assert.equal(told(foreign, idsA), told(unknown, never), `${asker.name}: ${event} ${JSON.stringify(payload)}`);
                assert.ok(foreign.error || /unsubscribe|leave|presence:/.test(event), `${asker.name}: ${event}: ${JSON.stringify(foreign)}`);
            }
            // Lists are of their own org; the bytes of these answers are looked through below.
            for (const path of ["/v1/tickets", "/v1/conversations", "/v1/notifications", "/v1/users", "/v1/orgs", "/v1/tickets/updates?since=0"]) {
                assert.equal((await asker.request("GET", path)).status, 200, path);
            }
            // A's positions in B's own ticket: read anew.
            for (const since of [idsA.cursor, idsA.event]) {
                const behind = asker.records.length;
                assert.equal((await asker.tells("ticket:subscribe", { ticketId: "T-1", since })).ok, true);
                await asker.settled();
                assert.deepEqual(heard(asker, behind).map(([event]) => event), ["ticket:subscribed", "sync:required"]);
            }
        }
        await a.stage.settle();
        assert.deepEqual(await state(a, idsA), stateA, "A's things changed by what B asked");
        a.stage.parties.forEach((party, i) => assert.deepEqual(heard(party, heardA[i]), [], `${party.name} heard something of what B asked`));

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
