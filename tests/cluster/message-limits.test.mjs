// How many messages somebody may send in chats, over three servers: together while Valkey is there, on each by itself while it is not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Person } from "../js/lib/desk.mjs";

const BURST = 3;
let desks;
before(async () => (desks = await Desks.together({ args: ["--limit-chat-messages", `1/1m,${BURST}`] })));
after(() => desks?.stop());

/** Somebody in a chat of theirs on each of the servers: what sends a message there. */
async function tabs(t, who) {
    const people = desks.all.map(({ url }) => new Person(url, who, { role: "customer" }));
    const { id: conversationId } = await people[0].made("POST", "/v1/conversations", {});
    return Promise.all(people.map(async (person) => {
        const { socket } = await person.connect(t, "/chat");
        assert.equal((await socket.emitWithAck("chat:join", { conversationId })).ok, true);
        return (content) => socket.emitWithAck("chat:message", { conversationId, content });
    }));
}
const ready = async ({ url }) => (await (await fetch(`${url}/readyz`)).json()).status;
async function until(status) {
    for (const desk of desks.all) while ((await ready(desk)) !== status);
}

test("a user's messages on all servers count together, and nobody else's", async (t) => {
    await until("ready");
    const [carl, dan] = [await tabs(t, "carl"), await tabs(t, "dan")];
    for (const send of carl) assert.equal((await send("within")).ok, true);
    const answers = [];
    for (let i = 0; i < 2; i++) for (const send of carl) answers.push(await send("beyond"));
    const refused = answers.filter(({ ok }) => !ok);
    // Who is not answered by Valkey in time is let in by the server's own count.
    assert.ok(refused.length >= answers.length - 2, JSON.stringify(answers));
    for (const { error } of refused) {
        assert.deepEqual([error.code, error.details.limit], ["RATE_LIMITED", "chat_messages"]);
        assert.ok(error.details.retryAfterMs > 0 && error.details.retryAfterMs <= 60_000, JSON.stringify(error));
    }
    for (const send of dan) assert.equal((await send("of mine")).ok, true);
});

test("without Valkey each server counts for itself", async (t) => {
    const erin = await tabs(t, "erin");
    await desks.valkey.kill();
    await until("degraded");
    for (const send of erin) {
        const answers = [];
        for (let i = 0; i <= BURST; i++) answers.push((await send(`${i}`)).error?.details.limit);
        assert.deepEqual(answers, [...Array(BURST).fill(undefined), "chat_messages"]);
    }
});
