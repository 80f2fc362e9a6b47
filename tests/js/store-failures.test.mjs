// A store that cannot write: UNAVAILABLE at every door, readers go on, and all is well once it can again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Person } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { lockStore } from "./lib/store.mjs";

test("a locked store is UNAVAILABLE to sockets and REST, reading goes on, and writing comes back", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const server = await startInsightDesk({ store, args: ["--limits", "high"] });
    t.after(() => server.stop());
    const ann = new Person(server.url, "ann", { role: "admin" });
    const carl = new Person(server.url, "carl", { role: "customer" });
    const ticket = await ann.made("POST", "/v1/tickets", { subject: "Kept" });
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const { socket, inbox } = await carl.connect(t, "/chat");
    assert.equal((await socket.emitWithAck("chat:join", { conversationId: id })).ok, true);

    const unlock = await lockStore(t, store);
    const [ack, created, noted] = await Promise.all([
        socket.timeout(10_000).emitWithAck("chat:message", { conversationId: id, content: "lost", clientMessageId: "k" }),
        ann.request("POST", "/v1/tickets", { subject: "Lost" }),
        ann.request("POST", `/v1/tickets/${ticket.id}/messages`, { content: "lost" }),
    ]);
    assert.deepEqual([ack.ok, ack.error.code, ack.error.temporary ?? true], [false, "UNAVAILABLE", true]);
    for (const answer of [created, noted]) {
        assert.deepEqual([answer.status, answer.body.code], [503, "UNAVAILABLE"]);
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
    }
    assert.equal((await ann.made("GET", `/v1/tickets/${ticket.id}`, undefined, 200)).subject, "Kept");
    assert.equal((await http(`${server.url}/readyz`)).status, 503);
    await unlock();

    const again = await socket.timeout(10_000).emitWithAck("chat:message", { conversationId: id, content: "kept", clientMessageId: "k" });
    assert.deepEqual([again.ok, again.content], [true, "kept"]);
    assert.equal((await inbox.next("chat:message"))[0].id, again.id);
    const { items } = await carl.made("GET", `/v1/conversations/${id}/messages`, undefined, 200);
    assert.deepEqual(items.map(({ content }) => content), ["kept"], "what was refused did not happen");
    const { items: messages } = await ann.made("GET", `/v1/tickets/${ticket.id}/messages`, undefined, 200);
    assert.deepEqual(messages, []);
    assert.ok(server.alive);
});
