// Live chat with the official client: join, message with ack, typing; and that a kill -9 loses no acknowledged message.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, open } from "./lib/clients.mjs";
import { Person, chatBarrier } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

let server, ann, bob, carl, dora, foreign;
before(async () => {
    server = await startInsightDesk({ args: ["--limit-chat-messages", "1000/s,1000", "--limit-rest-user", "1000/s,1000"] });
    ann = new Person(server.url, "ann");
    bob = new Person(server.url, "bob");
    carl = new Person(server.url, "carl", { role: "customer" });
    dora = new Person(server.url, "dora", { role: "customer" });
    foreign = new Person(server.url, "ann", { org: "globex" });
});
after(() => server?.stop());

async function joined(t, person, conversationId, options) {
    const client = await person.connect(t, "/chat", options);
    const answer = await client.socket.emitWithAck("chat:join", { conversationId });
    assert.equal(answer.ok, true, JSON.stringify(answer));
    assert.equal(answer.conversation.id, conversationId);
    return client;
}

for (const [title, transports] of TRANSPORTS) {
    test(`a message is acknowledged and reaches everybody in the room, the sender too, over ${title}`, async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const members = [await joined(t, carl, id, { transports }), await joined(t, ann, id, { transports }), await joined(t, ann, id, { transports })];
        const ack = await members[0].socket.emitWithAck("chat:message", { conversationId: id, content: "Hello, 世界 😀" });
        assert.deepEqual([ack.ok, ack.content, ack.senderId, ack.conversationId], [true, "Hello, 世界 😀", "carl", id]);
        for (const { inbox } of members) {
            const [message] = await inbox.next("chat:message");
            assert.deepEqual([message.id, message.content], [ack.id, "Hello, 世界 😀"]);
        }
    });
}

test("a resend with the same clientMessageId gets the first answer and no second event", async (t) => {
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const [customer, agent] = [await joined(t, carl, id), await joined(t, ann, id)];
    const message = { conversationId: id, content: "once", clientMessageId: "k" };
    const acks = await Promise.all([1, 2, 3].map(() => customer.socket.emitWithAck("chat:message", message)));
    assert.equal(new Set(acks.map((ack) => ack.id)).size, 1);
    await agent.inbox.next("chat:message");
    await agent.inbox.nothing(chatBarrier(agent.socket), "chat:message");
});

test("many messages in flight keep their order", async (t) => {
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const [customer, agent] = [await joined(t, carl, id), await joined(t, ann, id)];
    const acks = await Promise.all(Array.from({ length: 15 }, (_, i) => customer.socket.emitWithAck("chat:message", { conversationId: id, content: `${i}` })));
    assert.deepEqual(acks.map((ack) => ack.number), acks.map((_, i) => acks[0].number + i));
    for (let i = 0; i < 15; ++i) assert.equal((await agent.inbox.next("chat:message"))[0].content, `${i}`);
});

describe("who may", () => {
    test("a stranger, another customer and another org do not get in", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const inside = await joined(t, carl, id);
        const codes = [];
        for (const person of [dora, foreign]) {
            const { socket, inbox } = await person.connect(t, "/chat");
            codes.push((await socket.emitWithAck("chat:join", { conversationId: id })).error.code);
            assert.equal((await socket.emitWithAck("chat:message", { conversationId: id, content: "x" })).error.code, "FORBIDDEN");
            inside.socket.emit("chat:message", { conversationId: id, content: "private" });
            await inside.inbox.next("chat:message");
            await inbox.nothing(chatBarrier(socket));
        }
        assert.deepEqual(codes, ["FORBIDDEN", "ROOM_NOT_FOUND"]);
    });

    test("an agent who has not joined cannot write", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const { socket } = await ann.connect(t, "/chat");
        assert.equal((await socket.emitWithAck("chat:message", { conversationId: id, content: "x" })).error.code, "FORBIDDEN");
    });
});

test("typing is seen by the others and stops before the message", async (t) => {
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const [customer, tab, agent] = [await joined(t, carl, id), await joined(t, carl, id), await joined(t, ann, id)];
    customer.socket.emit("chat:typing", { conversationId: id });
    const [typing] = await agent.inbox.next("chat:typing");
    assert.deepEqual([typing.conversationId, (typing.user ?? { id: typing.userId }).id], [id, "carl"]);
    await tab.inbox.nothing(chatBarrier(tab.socket), "chat:typing");
});

describe("what is wrong is said", () => {
    for (const [wrong, code] of [
        [{}, "INVALID_PAYLOAD"],
        [{ conversationId: 7, content: "x" }, "INVALID_PAYLOAD"],
        [{ conversationId: "nowhere", content: "x" }, "FORBIDDEN"],
        ["text", "INVALID_PAYLOAD"],
        [null, "INVALID_PAYLOAD"],
    ]) {
        test(`${JSON.stringify(wrong)}: ${code}`, async (t) => {
            const { socket, inbox } = await carl.connect(t, "/chat");
            assert.equal((await socket.emitWithAck("chat:message", wrong)).error.code, code);
            socket.emit("chat:message", wrong);
            assert.equal((await inbox.next("error"))[0].code, code);
        });
    }

    test("a message without content, too long, or of no type", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const { socket } = await joined(t, carl, id);
        const answer = async (fields) => (await socket.emitWithAck("chat:message", { conversationId: id, ...fields })).error?.code;
        assert.equal(await answer({}), "INVALID_PAYLOAD");
        assert.equal(await answer({ content: { a: 1 } }), "INVALID_PAYLOAD");
        assert.equal(await answer({ content: "x", type: "__proto__" }), "INVALID_PAYLOAD");
        assert.equal(await answer({ content: "x".repeat(10_001) }), "PAYLOAD_TOO_LARGE");
        assert.equal(await answer({ content: "é".repeat(10_000) }), undefined);
    });

    test("more messages than the limit are RATE_LIMITED", async (t) => {
        const strict = await startInsightDesk();
        t.after(() => strict.stop());
        const hasty = new Person(strict.url, "hasty", { role: "customer" });
        const { id } = await hasty.made("POST", "/v1/conversations", {});
        const { socket } = await joined(t, hasty, id);
        const acks = await Promise.all(Array.from({ length: 40 }, (_, i) => socket.emitWithAck("chat:message", { conversationId: id, content: `${i}` })));
        const refused = acks.filter(({ ok }) => !ok);
        assert.ok(refused.length > 0 && refused.length < 40);
        assert.deepEqual([refused[0].error.code, refused[0].error.details.limit], ["RATE_LIMITED", "chat_messages"]);
        assert.ok(refused[0].error.details.retryAfterMs > 0);
    });

    test("binary where JSON belongs is an error, not a crash", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const { socket } = await joined(t, carl, id);
        const answer = await socket.emitWithAck("chat:message", { conversationId: id, content: Buffer.from([1, 2]) });
        assert.equal(answer.error.code, "INVALID_PAYLOAD");
    });
});

test("kill -9 at any moment loses no acknowledged message, ten times in a row", { timeout: 240_000 }, async (t) => {
    const store = join(temporaryFolder(), "crash.db");
    const start = () => startInsightDesk({ store, args: ["--limits", "high"] });
    const acknowledged = new Map();
    let desk = await start();
    t.after(() => desk.alive && desk.kill());
    const { id } = await new Person(desk.url, "carl", { role: "customer" }).made("POST", "/v1/conversations", {});
    const rounds = 10;
    for (let round = 0; round < rounds; ++round) {
        const customer = new Person(desk.url, "carl", { role: "customer" });
        const { socket } = open(t, `${desk.url}/chat`, { transports: ["websocket"], auth: { token: customer.token } });
        await socket.emitWithAck("chat:join", { conversationId: id });
        // Some milliseconds after some ack of this round: others are being written, acknowledged or on the way then.
        const last = 20 + Math.floor(Math.random() * 400);
        let sent = 0;
        let acks = 0;
        await new Promise((resolve) => {
            const send = () => {
                const content = `round ${round} message ${sent++}`;
                socket.emit("chat:message", { conversationId: id, content, clientMessageId: content.replaceAll(" ", "-") }, (ack) => {
                    if (!ack.ok) return;
                    acknowledged.set(ack.id, content);
                    if (++acks === last) setTimeout(() => resolve(desk.kill()), Math.random() * 8);
                    send();
                });
            };
            for (let window = 0; window < 8; ++window) send();
        });
        socket.disconnect();
        desk = await start();

        const reader = new Person(desk.url, "carl", { role: "customer" });
        const stored = new Map();
        for (let after = 0; ; ) {
            const { items } = await reader.made("GET", `/v1/conversations/${id}/messages?after=${after}&limit=200`, undefined, 200);
            for (const message of items) stored.set(message.id, message.content);
            if (items.length === 0) break;
            after = items.at(-1).number;
        }
        for (const [messageId, content] of acknowledged) assert.equal(stored.get(messageId), content, `lost in round ${round}`);
        assert.equal(new Set(stored.values()).size, stored.size, "a message stands twice");
    }
    assert.ok(acknowledged.size >= rounds * 20);
    await desk.stop();
});
