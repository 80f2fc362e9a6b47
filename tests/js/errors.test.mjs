// Every error code of the API document and of domain.md 2, met by stock clients and over REST.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Person, claims, craft, refusedWith, token } from "./lib/desk.mjs";
import { assertProblem, assertSocketError, bearer, failsBothWays, serve } from "./lib/errors.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { lockStore, tamper } from "./lib/store.mjs";

describe("every code", { concurrency: true }, () => {
    let server, ann, carl, zed;
    before(async () => {
        server = await startInsightDesk({ env: { INSIGHTDESK_LIMIT_FAILED_AUTH: "1000/s,1000" } });
        ann = new Person(server.url, "ann", { role: "admin" });
        carl = new Person(server.url, "carl", { role: "customer" });
        zed = new Person(server.url, "zed", { org: "other", role: "admin" });
    });
    after(() => server.stop());

    it("AUTH_TOKEN_EXPIRED at connect and over REST", async (t) => {
        const old = token("ann", { ttl: -1 });
        const { message, data } = await refusedWith(t, server.url, { token: old });
        assert.equal(message, "AUTH_TOKEN_EXPIRED");
        assertSocketError(data, "AUTH_TOKEN_EXPIRED");
        assertProblem(await bearer(server.url, "/v1/tickets/updates", old), 401, "AUTH_TOKEN_EXPIRED");
    });

    for (const [what, bad, reason] of [
        ["none", "", "MISSING"],
        ["garbage", "garbage", "MALFORMED"],
        ["a foreign one", craft(claims("ann"), { secret: "somebody else's secret, 32 bytes." }), "SIGNATURE"],
        ["an unsigned one", craft(claims("ann"), { header: { alg: "none" } }), "ALGORITHM"],
        ["one of another algorithm", craft(claims("ann"), { header: { alg: "HS512" }, hash: "sha512" }), "ALGORITHM"],
        ["one that is not valid yet", craft(claims("ann", { nbf: 4_000_000_000 })), "NOT_YET_VALID"],
        ["one without an expiry", craft(claims("ann", { exp: undefined })), "BAD_EXP"],
        ["one without a role", craft({ ...claims("ann"), role: undefined }), "BAD_ROLE"],
        ["one without an org", craft({ ...claims("ann"), org: undefined }), "BAD_ORG"],
    ]) {
        it(`AUTH_TOKEN_INVALID at connect and over REST: ${what}`, async (t) => {
            const { message, data } = await refusedWith(t, server.url, { token: bad });
            assert.equal(message, "AUTH_TOKEN_INVALID");
            assertSocketError(data, "AUTH_TOKEN_INVALID", { reason });
            const answer = await bearer(server.url, "/v1/tickets/updates", bad);
            assertProblem(answer, 401, "AUTH_TOKEN_INVALID");
            assert.match(answer.headers["www-authenticate"], /^Bearer/);
        });
    }

    it("FORBIDDEN: a namespace, a ticket and a conversation of others in the org", async (t) => {
        const { message, data } = await refusedWith(t, `${server.url}/dashboard`, { token: carl.token });
        assert.equal(message, "FORBIDDEN");
        assertSocketError(data, "FORBIDDEN");
        const { id } = await ann.made("POST", "/v1/tickets", { subject: "not carl's" });
        await failsBothWays(await carl.connect(t, "/tickets"), "ticket:subscribe", { ticketId: id }, "FORBIDDEN");
        assertProblem(await carl.request("PATCH", `/v1/tickets/${id}`, { priority: "high" }), 403, "FORBIDDEN");
        const conversation = await new Person(server.url, "cleo", { role: "customer" }).made("POST", "/v1/conversations", {});
        await failsBothWays(await carl.connect(t, "/chat"), "chat:join", { conversationId: conversation.id }, "FORBIDDEN");
        await failsBothWays(await carl.connect(t, "/chat"), "chat:message", { conversationId: conversation.id, content: "x" }, "FORBIDDEN", {
            reason: "NOT_JOINED",
        });
    });

    it("ROOM_NOT_FOUND: what is unknown, and what is another org's", async (t) => {
        const { id } = await ann.made("POST", "/v1/tickets", { subject: "acme's" });
        for (const ticketId of ["nowhere", id]) {
            await failsBothWays(await zed.connect(t, "/tickets"), "ticket:subscribe", { ticketId }, "ROOM_NOT_FOUND");
            assertProblem(await zed.request("GET", `/v1/tickets/${ticketId}`), 404, "ROOM_NOT_FOUND");
        }
        await failsBothWays(await carl.connect(t, "/chat"), "chat:join", { conversationId: "nowhere" }, "ROOM_NOT_FOUND");
        await failsBothWays(await carl.connect(t, "/notifications"), "notification:markRead", { id: "nothing" }, "ROOM_NOT_FOUND");
    });

    it("INVALID_PAYLOAD: wrong fields, unknown events, no JSON", async (t) => {
        const tickets = await ann.connect(t, "/tickets");
        for (const payload of [{}, { ticketId: 7 }, { ticketId: "a:b" }, { ticketId: "x".repeat(129) }, "text", null]) {
            await failsBothWays(tickets, "ticket:subscribe", payload, "INVALID_PAYLOAD");
        }
        await failsBothWays(tickets, "ticket:subscrbe", { ticketId: "t" }, "INVALID_PAYLOAD", { reason: "UNKNOWN_EVENT" });
        await failsBothWays(await ann.connect(t, "/"), "ping", {}, "INVALID_PAYLOAD");
        assertProblem(await ann.request("POST", "/v1/tickets", { subject: 7 }), 400, "INVALID_PAYLOAD");
        const headers = { authorization: `Bearer ${ann.token}`, "content-type": "application/json" };
        const answer = await http(`${server.url}/v1/tickets`, { method: "POST", headers, body: "{" });
        assertProblem({ ...answer, body: JSON.parse(answer.text) }, 400, "INVALID_PAYLOAD");
        assertProblem(await ann.request("GET", "/v1/tickets/updates?since=garbage"), 400, "INVALID_PAYLOAD");
    });

    it("CONVERSATION_ENDED: a message after the end; CONFLICT: a second end, and an old version", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const chat = await carl.connect(t, "/chat");
        assert.equal((await chat.socket.emitWithAck("chat:join", { conversationId: id })).ok, true);
        await carl.made("POST", `/v1/conversations/${id}/end`, { reason: "customer_ended" }, 200);
        await failsBothWays(chat, "chat:message", { conversationId: id, content: "too late" }, "CONVERSATION_ENDED");
        assertProblem(await carl.request("POST", `/v1/conversations/${id}/messages`, { content: "too late" }), 409, "CONVERSATION_ENDED");
        assertProblem(await carl.request("POST", `/v1/conversations/${id}/end`, { reason: "customer_ended" }), 409, "CONFLICT");

        const ticket = await ann.made("POST", "/v1/tickets", { subject: "contested" });
        const patch = (version) =>
            http(`${server.url}/v1/tickets/${ticket.id}`, {
                method: "PATCH",
                headers: { authorization: `Bearer ${ann.token}`, "content-type": "application/json", "if-match": String(version) },
                body: JSON.stringify({ priority: version === ticket.version ? "high" : "low" }),
            }).then((answer) => ({ ...answer, body: JSON.parse(answer.text) }));
        assert.equal((await patch(ticket.version)).status, 200);
        assertProblem(await patch(ticket.version - 1 || 99), 409, "CONFLICT");
    });

    it("CURSOR_EXPIRED: a position in a log that is no more", async () => {
        const { cursor } = await ann.made("GET", "/v1/tickets/updates", undefined, 200);
        const [epoch] = cursor.split(".");
        assertProblem(await ann.request("GET", `/v1/tickets/updates?since=${epoch}.999999`), 410, "CURSOR_EXPIRED");
        assertProblem(await ann.request("GET", `/tickets/updates?since=${"0".repeat(epoch.length)}.1`), 410, "CURSOR_EXPIRED");
    });

    it("PAYLOAD_TOO_LARGE: an event, a message, a body", async (t) => {
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const chat = await carl.connect(t, "/chat");
        assert.equal((await chat.socket.emitWithAck("chat:join", { conversationId: id })).ok, true);
        await failsBothWays(chat, "chat:message", { conversationId: id, content: "x", pad: "x".repeat(65_536) }, "PAYLOAD_TOO_LARGE", { limit: 65_536 });
        await failsBothWays(chat, "chat:message", { conversationId: id, content: "x".repeat(10_001) }, "PAYLOAD_TOO_LARGE", { limit: 10_000 });
        assertProblem(await carl.request("POST", `/v1/conversations/${id}/messages`, { content: "x".repeat(10_001) }), 413, "PAYLOAD_TOO_LARGE");
        const huge = { content: "x", pad: "x".repeat(65_536) };
        assertProblem(await carl.request("POST", `/v1/conversations/${id}/messages`, huge), 413, "PAYLOAD_TOO_LARGE");
    });
});

describe("a store in trouble", { concurrency: true }, () => {
    async function chatting(t) {
        const path = join(temporaryFolder(), "desk.db");
        const server = await serve(t, {}, { store: path });
        const carl = new Person(server.url, "carl", { role: "customer" });
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const chat = await carl.connect(t, "/chat");
        await chat.socket.emitWithAck("chat:join", { conversationId: id });
        return { server, path, carl, chat, id };
    }

    it("that another process has locked is UNAVAILABLE, and then is not", { timeout: 60_000 }, async (t) => {
        const { path, carl, chat, id } = await chatting(t);
        const release = await lockStore(t, path);
        const ack = await chat.socket.emitWithAck("chat:message", { conversationId: id, content: "lost?" });
        assertSocketError(ack.error, "UNAVAILABLE");
        const answer = await carl.request("POST", `/v1/conversations/${id}/messages`, { content: "lost?" });
        assertProblem(answer, 503, "UNAVAILABLE");
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
        await release();
        assert.equal((await chat.socket.emitWithAck("chat:message", { conversationId: id, content: "kept" })).ok, true);
    });

    it("that has lost a table is INTERNAL, without a word of why", async (t) => {
        const { server, path, carl, chat, id } = await chatting(t);
        tamper(path, "DROP TABLE chat_messages");
        const failing = { socket: chat.socket, inbox: chat.inbox };
        await failsBothWays(failing, "chat:message", { conversationId: id, content: "x" }, "INTERNAL");
        const answer = await carl.request("POST", `/v1/conversations/${id}/messages`, { content: "x" });
        assertProblem(answer, 500, "INTERNAL");
        assert.doesNotMatch(answer.text, /chat_messages|sqlite|table/i);
        assert.ok(server.alive);
    });
});
