// Who is in a chat, and how chats end: story 9's chat part with the official client. Times are short by configuration.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Person, chatBarrier } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

const GRACE_MS = 1000;
const TIMEOUT_MS = 2000;
const ORGS = ["acme", "globex"];
const COMMON = ["--limit-chat-messages", "1000/s,1000", "--limit-rest-user", "1000/s,1000", "--chat-grace", `${GRACE_MS}ms`];

let server;
before(async () => {
    server = await startInsightDesk({ args: [...COMMON, "--chat-timeout", `${TIMEOUT_MS}ms`] });
});
after(() => server?.stop());

const people = (org, url = server.url) => ({
    ann: new Person(url, "ann", { org }),
    bob: new Person(url, "bob", { org }),
    dora: new Person(url, "dora", { org, role: "admin" }),
    carl: new Person(url, "carl", { org, role: "customer" }),
});

let made = 0;
/** The same id for every org in `orgs`, each with a conversation of its own carl. */
async function conversations(...casts) {
    const id = `conv-${++made}`;
    for (const { carl, dora } of casts) {
        // The store learns of carl by a write of his own.
        await carl.made("POST", "/v1/conversations", {});
        await dora.made("POST", "/v1/conversations", { id, customerId: "carl" });
    }
    return id;
}

async function enter(t, person, conversationId, fields = {}) {
    const client = await person.connect(t, "/chat");
    const answer = await client.socket.emitWithAck("chat:join", { conversationId, ...fields });
    assert.equal(answer.ok, true, JSON.stringify(answer));
    return { ...client, answer };
}

const ref = (id, org, role) => ({ id, name: `${id} of ${org}`, avatarUrl: null, role, status: "online" });
const carlOf = (org) => ref("carl", org, "customer");
const annOf = (org) => ref("ann", org, "agent");
const doraOf = (org) => ref("dora", org, "admin");
const without = ({ eventId, seq, ...event }) => {
    assert.equal(typeof eventId, "string");
    assert.equal(typeof seq, "number");
    return event;
};

async function shows(client, conversationId, users) {
    assert.deepEqual(await client.inbox.next("chat:online"), [{ conversationId, users }]);
}
const silent = (...clients) => Promise.all(clients.map(({ socket, inbox }) => inbox.nothing(chatBarrier(socket))));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("story 9: a live chat, in two orgs with the same ids", { timeout: 60_000 }, async (t) => {
    const casts = ORGS.map((org) => people(org));
    const id = await conversations(...casts);
    await Promise.all(casts.map(async ({ ann, carl }, i) => {
        const org = ORGS[i];
        const customer = await enter(t, carl, id);
        await shows(customer, id, [carlOf(org)]);

        const lists = await ann.connect(t, "/chat");
        const tabs = await Promise.all([1, 2, 3].map(() => enter(t, ann, id)));
        for (const each of [customer, ...tabs]) await shows(each, id, [carlOf(org), annOf(org)]);
        const [updated] = await lists.inbox.next("chat:updated");
        assert.deepEqual([updated.status, updated.agents.map(({ id }) => id)], ["active", ["ann"]]);
        await silent(customer, lists);

        const message = { conversationId: id, content: `hello ${org}`, clientMessageId: "k" };
        const [first, again] = await Promise.all([1, 2].map(() => customer.socket.emitWithAck("chat:message", message)));
        assert.deepEqual(again, first);
        assert.deepEqual([first.ok, first.content, first.clientMessageId], [true, `hello ${org}`, "k"]);
        const messages = [first];
        for (let n = 2; n <= 5; ++n) messages.push(await customer.socket.emitWithAck("chat:message", { conversationId: id, content: `m${n}` }));
        for (const each of [customer, ...tabs]) {
            for (const { ok, ...expected } of messages) assert.deepEqual(without((await each.inbox.next("chat:message"))[0]), expected);
        }

        for (const n of [5, 3]) assert.deepEqual(await tabs[0].socket.emitWithAck("chat:read", { conversationId: id, messageId: messages[n - 1].id }), { ok: true });
        for (const each of [customer, ...tabs]) {
            const [read] = await each.inbox.next("chat:read");
            assert.deepEqual(without(read), { conversationId: id, userId: "ann", messageId: messages[4].id });
            await each.inbox.nothing(chatBarrier(each.socket), "chat:read", "chat:message", "chat:online");
        }

        const left = Date.now();
        customer.socket.disconnect();
        for (const tab of tabs) await shows(tab, id, [annOf(org)]);
        assert.ok(Date.now() - left >= GRACE_MS, "before the grace was over");
        for (const tab of tabs) {
            assert.deepEqual(without((await tab.inbox.next("chat:ended"))[0]), { conversationId: id, reason: "customer_timeout" });
        }
        assert.ok(Date.now() - left >= GRACE_MS + TIMEOUT_MS, "before the time-out");
        const refused = await tabs[0].socket.emitWithAck("chat:message", { conversationId: id, content: "are you there?" });
        assert.deepEqual([refused.ok, refused.error.code], [false, "CONVERSATION_ENDED"]);
        for (const tab of tabs) await tab.inbox.nothing(chatBarrier(tab.socket), "chat:ended", "chat:message", "chat:online", "chat:read", "error");

        const late = await enter(t, carl, id);
        assert.equal(late.answer.conversation.endReason, "customer_timeout");
        assert.deepEqual(await late.inbox.next("chat:ended"), [{ conversationId: id, reason: "customer_timeout" }]);
        const { ok, ...resent } = await late.socket.emitWithAck("chat:message", message);
        assert.deepEqual({ ok, ...resent }, first);
        await shows(late, id, [annOf(org), carlOf(org)]);
        await silent(late);
    }));
});

test("who leaves or loses the connection stays listed for the grace; a reload is no event", async (t) => {
    const { ann, bob, carl } = people("acme");
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const customer = await enter(t, carl, id);
    await shows(customer, id, [carlOf("acme")]);
    const agent = await enter(t, ann, id);
    const other = await enter(t, bob, id);
    const all = [carlOf("acme"), annOf("acme"), ref("bob", "acme", "agent")];
    await shows(agent, id, all);
    await shows(other, id, all);
    await shows(customer, id, all);

    agent.socket.disconnect();
    const reloaded = await enter(t, ann, id);
    await shows(reloaded, id, all);
    await pause(GRACE_MS + 500);
    await silent(customer);

    assert.deepEqual(await reloaded.socket.emitWithAck("chat:leave", { conversationId: id }), { ok: true });
    other.socket.io.engine.transport.ws.terminate?.();
    other.socket.disconnect();
    await shows(customer, id, [carlOf("acme")]);
    await silent(customer);
    await reloaded.inbox.nothing(chatBarrier(reloaded.socket), "chat:online");
});

test("an observing admin sees the chat and changes nothing", async (t) => {
    const { ann, carl, dora } = people("acme");
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const customer = await enter(t, carl, id);
    await shows(customer, id, [carlOf("acme")]);
    const lists = await ann.connect(t, "/chat");
    const observer = await enter(t, dora, id, { observe: true });
    assert.deepEqual([observer.answer.conversation.status, observer.answer.conversation.agents, observer.answer.conversation.version], ["waiting", [], 1]);
    await shows(observer, id, [carlOf("acme")]);
    await customer.socket.emitWithAck("chat:message", { conversationId: id, content: "anybody?" });
    assert.equal((await observer.inbox.next("chat:message"))[0].content, "anybody?");
    await customer.inbox.next("chat:message");
    await pause(500);
    await silent(customer, lists, observer);
});

test("each reason is given by who may, and the end is told once", async (t) => {
    const { ann, carl, dora } = people("acme");
    const bot = new Person(server.url, "robot", { role: "bot" });
    for (const [person, reason] of [[ann, "agent_ended"], [carl, "customer_ended"], [ann, "transferred"], [dora, "merged"], [bot, "system"], [ann, undefined], [carl, undefined]]) {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const customer = await enter(t, carl, id);
        const agent = await enter(t, ann, id);
        for (const other of ["customer_ended", "customer_timeout", "inactivity", "system", "no_reason"]) {
            assert.equal((await ann.request("POST", `/v1/conversations/${id}/end`, { reason: other })).status, 400);
        }
        for (const other of ["agent_ended", "transferred"]) assert.equal((await carl.request("POST", `/v1/conversations/${id}/end`, { reason: other })).status, 400);
        agent.socket.emit("chat:typing", { conversationId: id });
        await customer.inbox.next("chat:typing");
        const ended = await person.made("POST", `/v1/conversations/${id}/end`, { reason }, 200);
        const expected = reason ?? (person === ann ? "agent_ended" : "customer_ended");
        assert.deepEqual([ended.status, ended.endReason], ["ended", expected]);
        const twice = await person.request("POST", `/v1/conversations/${id}/end`, { reason });
        assert.deepEqual([twice.status, twice.body.code], [409, "CONFLICT"]);
        for (const each of [customer, agent]) assert.deepEqual(without((await each.inbox.next("chat:ended"))[0]), { conversationId: id, reason: expected });
        assert.equal((await ann.request("POST", `/v1/conversations/${id}/messages`, { content: "late" })).body.code, "CONVERSATION_ENDED");
        assert.equal((await ann.request("POST", `/v1/conversations/${id}/assign`, { agentId: "ann" })).body.code, "CONVERSATION_ENDED");
        // Typing ended without a word, and more of it is dropped.
        assert.deepEqual(await agent.socket.emitWithAck("chat:typing", { conversationId: id }), { ok: true });
        await agent.socket.emitWithAck("chat:leave", { conversationId: "none" });
        await customer.inbox.nothing(chatBarrier(customer.socket), "chat:ended", "chat:typing", "chat:stopTyping", "chat:updated");
    }
});

test("who enters an ended chat is told of its end once, with and without since", async (t) => {
    const { ann, carl } = people("acme");
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const { answer } = await enter(t, carl, id);
    await ann.made("POST", `/v1/conversations/${id}/end`, {}, 200);
    for (const fields of [{}, { since: answer.cursor }]) {
        const late = await enter(t, carl, id, fields);
        const [ended] = await late.inbox.next("chat:ended");
        assert.deepEqual([ended.conversationId, ended.reason], [id, "agent_ended"]);
        assert.equal("eventId" in ended, "since" in fields);
        late.socket.emit("chat:typing", { conversationId: id });
        await late.inbox.next("chat:online");
        await late.inbox.nothing(chatBarrier(late.socket), "chat:ended", "chat:online");
    }
});

test("read markers of unknown and foreign messages are ROOM_NOT_FOUND", async (t) => {
    const { ann, carl } = people("acme");
    const [one, two] = [await carl.made("POST", "/v1/conversations", {}), await carl.made("POST", "/v1/conversations", {})];
    const { id: foreign } = await carl.made("POST", `/v1/conversations/${two.id}/messages`, { content: "elsewhere" });
    const agent = await enter(t, ann, one.id);
    await agent.inbox.next("chat:updated");
    await agent.inbox.next("chat:online");
    for (const messageId of ["msg_none", foreign]) {
        const answer = await agent.socket.emitWithAck("chat:read", { conversationId: one.id, messageId });
        assert.deepEqual([answer.ok, answer.error.code], [false, "ROOM_NOT_FOUND"]);
    }
    assert.equal((await agent.socket.emitWithAck("chat:read", { conversationId: two.id, messageId: foreign })).error.code, "FORBIDDEN");
    await agent.inbox.nothing(chatBarrier(agent.socket), "chat:read", "chat:online", "chat:updated");
});

test("a chat in which nobody writes ends by inactivity, also while both are there", { timeout: 60_000 }, async (t) => {
    const quiet = await startInsightDesk({ args: [...COMMON, "--chat-inactivity", "2s"] });
    t.after(() => quiet.stop());
    const { ann, carl } = people("acme", quiet.url);
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const customer = await enter(t, carl, id);
    const agent = await enter(t, ann, id);
    await pause(1000);
    const written = Date.now();
    await customer.socket.emitWithAck("chat:message", { conversationId: id, content: "hm" });
    for (const each of [customer, agent]) assert.deepEqual(without((await each.inbox.next("chat:ended"))[0]), { conversationId: id, reason: "inactivity" });
    assert.ok(Date.now() - written >= 2000);
    assert.ok(Date.now() - written < 6000);
    await customer.inbox.nothing(chatBarrier(customer.socket), "chat:ended");
});

test("a customer who does not come back after a restart is gone, one who does is not", { timeout: 60_000 }, async (t) => {
    const store = join(temporaryFolder(), "restart.db");
    const start = () => startInsightDesk({ store, args: [...COMMON, "--chat-timeout", `${TIMEOUT_MS}ms`] });
    let desk = await start();
    t.after(() => desk.alive && desk.kill());
    const ids = [];
    {
        const { carl } = people("acme", desk.url);
        for (let i = 0; i < 3; ++i) ids.push((await carl.made("POST", "/v1/conversations", {})).id);
        const customer = await carl.connect(t, "/chat", { reconnection: false });
        for (const id of ids.slice(0, 2)) {
            await customer.socket.emitWithAck("chat:join", { conversationId: id });
            await customer.inbox.next("chat:online");
        }
    }
    await desk.kill();
    desk = await start();
    const { ann, carl } = people("acme", desk.url);
    const agent = await ann.connect(t, "/chat");
    for (const conversationId of ids) await agent.socket.emitWithAck("chat:join", { conversationId });
    const back = await enter(t, carl, ids[0]);
    assert.deepEqual(without((await agent.inbox.next("chat:ended"))[0]), { conversationId: ids[1], reason: "customer_timeout" });
    await pause(1500);
    await agent.inbox.nothing(chatBarrier(agent.socket), "chat:ended");
    assert.equal((await back.socket.emitWithAck("chat:message", { conversationId: ids[0], content: "still here" })).ok, true);
    await desk.stop();
});
