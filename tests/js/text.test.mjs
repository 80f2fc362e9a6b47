// What text may hold, at every door (domain.md 9, Text).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Person } from "./lib/desk.mjs";
import { assertSocketError } from "./lib/errors.mjs";
import { startInsightDesk } from "./lib/server.mjs";

describe("text", () => {
    let server, carl, chat, id;
    before(async () => {
        server = await startInsightDesk();
        carl = new Person(server.url, "carl", { role: "customer" });
        ({ id } = await carl.made("POST", "/v1/conversations", {}));
    });
    after(() => server.stop());

    for (const [what, sent, kept] of [
        ["a lone surrogate becomes U+FFFD", "cut \ud83d here", "cut \ufffd here"],
        ["so does one at the end", "cut \ud83d", "cut \ufffd"],
        ["so does U+0000", "a\u0000b", "a\ufffdb"],
        ["a whole pair stays", "a 😀 face", "a 😀 face"],
        ["10,000 code points of four bytes fit", "😀".repeat(10_000), "😀".repeat(10_000)],
    ]) {
        it(`${what}, at every door`, async (t) => {
            chat = await carl.connect(t, "/chat");
            await chat.socket.emitWithAck("chat:join", { conversationId: id });
            const ack = await chat.socket.emitWithAck("chat:message", { conversationId: id, content: sent });
            assert.equal(ack.content, kept);
            assert.equal((await chat.inbox.next("chat:message"))[0].content, kept);
            const made = await carl.made("POST", `/v1/conversations/${id}/messages`, { content: sent });
            assert.equal(made.content, kept);
            const { items } = await carl.made("GET", `/v1/conversations/${id}/messages`, undefined, 200);
            assert.equal(items.filter(({ content }) => content === kept).length >= 2, true);
        });
    }

    it("more than 10,000 code points do not, counted after the repair", async (t) => {
        chat = await carl.connect(t, "/chat");
        await chat.socket.emitWithAck("chat:join", { conversationId: id });
        const ack = await chat.socket.emitWithAck("chat:message", { conversationId: id, content: "😀".repeat(10_001) });
        assertSocketError(ack.error, "PAYLOAD_TOO_LARGE", { field: "content", limit: 10_000 });
        const full = await chat.socket.emitWithAck("chat:message", { conversationId: id, content: "\ud83d".repeat(10_000) });
        assert.equal(full.content, "\ufffd".repeat(10_000));
    });
});
