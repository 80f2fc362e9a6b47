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
