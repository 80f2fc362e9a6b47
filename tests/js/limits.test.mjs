// Every limit of domain.md 5, met by stock clients and over REST.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connected, open } from "./lib/clients.mjs";
import { Person, barrier, chatBarrier, refusedWith, token } from "./lib/desk.mjs";
import { all, assertProblem, assertSocketError, bearer, failsBothWays, serve } from "./lib/errors.mjs";
import { once, within } from "./lib/inbox.mjs";
import { http } from "./lib/raw.mjs";

describe("rates of a socket", { concurrency: true }, () => {
    const KINDS = {
        events: ["limit_events", "/tickets", "ticket:unsubscribe", { ticketId: "t" }],
        ping: ["limit_pings", "/", "ping", { timestamp: 1 }],
        subscribe: ["limit_subscriptions", "/tickets", "ticket:subscribe", { ticketId: "t" }],
        read: ["limit_reads", "/notifications", "notification:markAllRead", {}],
    };
    for (const [limit, [setting, namespace, event, payload]] of Object.entries(KINDS)) {
        it(`${limit}: RATE_LIMITED in each acknowledgement, as an event once a second`, async (t) => {
            const server = await serve(t, { [setting]: "1/1m,3" });
            const { socket, inbox } = await new Person(server.url, "ann").connect(t, namespace);
            const answers = await all(6, () => socket.emitWithAck(event, payload));
            const refused = answers.filter(({ error }) => error?.code === "RATE_LIMITED");
            assert.equal(refused.length, 3);
            for (const { error } of refused) {
                assertSocketError(error, "RATE_LIMITED", { event, limit });
                assert.ok(error.details.retryAfterMs > 0 && error.details.retryAfterMs <= 60_100);
            }
            for (let i = 0; i < 30; i++) socket.emit(event, payload);
            await inbox.next("error");
            await inbox.nothing(() => socket.emitWithAck(event, payload), "error");
            const told = [];
            socket.on("error", (error) => told.push([Date.now(), error]));
            const feed = setInterval(() => socket.emit(event, payload), 20);
            while (told.length < 3) await once(socket, "error");
            clearInterval(feed);
            for (const [, error] of told) assertSocketError(error, "RATE_LIMITED", { limit });
            assert.ok(told[2][0] - told[0][0] >= 1900, "a second apart");
            assert.equal(socket.connected, true);
        });
    }

    it("one that is back may subscribe to 200 tickets at once", async (t) => {
        const server = await serve(t);
        const { socket } = await new Person(server.url, "ann", { role: "admin" }).connect(t, "/tickets");
        const answers = await all(200, (i) => socket.emitWithAck("ticket:subscribe", { ticketId: `T-${i}` }));
        for (const { error } of answers) assert.equal(error.code, "ROOM_NOT_FOUND");
    });

    it("token updates of a connection, whichever socket asks", async (t) => {
        const server = await serve(t, { limit_token_updates: "1/1m,2" });
        const { socket } = await new Person(server.url, "ann").connect(t, "/");
        const update = (newer) => socket.emitWithAck("token:update", { token: newer });
        const [first, second, third] = [4000, 5000, 6000].map((ttl) => token("ann", { ttl }));
        assert.equal((await update(first)).ok, true);
        assert.equal((await update(second)).ok, true);
        assertSocketError((await update(third)).error, "RATE_LIMITED", { limit: "token_updates" });
        assert.equal((await update(second)).ok, true, "the one in force costs nothing");
        assert.equal(socket.connected, true);
    });

    it("a flood of ten times the limit ends the connection after five seconds, less does not", async (t) => {
        const server = await serve(t, { limit_events: "20/s,20" });
        const flood = async (who, perTick) => {
            const { socket } = await new Person(server.url, who).connect(t, "/tickets");
            const began = Date.now();
            const timer = setInterval(() => {
                for (let i = 0; i < perTick; i++) socket.emit("ticket:unsubscribe", { ticketId: "t" });
            }, 50);
            t.after(() => clearInterval(timer));
            return { socket, began };
        };
        const [mild, wild] = await Promise.all([flood("mild", 5), flood("wild", 20)]);
        const [reason] = await once(wild.socket, "disconnect");
        assert.equal(reason, "io server disconnect");
        assert.ok(Date.now() - wild.began >= 4000, `after ${Date.now() - wild.began} ms`);
        assert.equal(mild.socket.connected, true);
    });

    it("as much at once does it too", async (t) => {
        const server = await serve(t);
        const { socket } = await new Person(server.url, "wild").connect(t, "/tickets");
        let last;
        socket.on("error", (error) => (last = error));
        for (let i = 0; i < 10_000; i++) socket.emit("ticket:unsubscribe", { ticketId: "t" });
        await once(socket, "disconnect");
        assertSocketError(last, "RATE_LIMITED", { limit: "events" });
        assert.equal((await http(`${server.url}/healthz`)).status, 200);
    });
});

describe("typing", { concurrency: true }, () => {
    for (const [namespace, enter, event, name] of [
        ["/tickets", "ticket:subscribe", "ticket:typing", "ticketId"],
        ["/chat", "chat:join", "chat:typing", "conversationId"],
    ]) {
        it(`${event} on every keystroke is never an error, and is told to others now and then`, async (t) => {
            const server = await serve(t, { limit_typing: "2/s,5", limit_events: "1/1m,2" });
            const carl = new Person(server.url, "carl", { role: "customer" });
            const ann = new Person(server.url, "ann", { role: "admin" });
            const path = namespace === "/chat" ? "/v1/conversations" : "/v1/tickets";
            const { id } = await carl.made("POST", path, { subject: "typing" });
            const [typist, watcher] = [await ann.connect(t, namespace), await carl.connect(t, namespace)];
            for (const { socket } of [typist, watcher]) assert.equal((await socket.emitWithAck(enter, { [name]: id })).ok, true);
            for (let i = 0; i < 100; i++) typist.socket.emit(event, { [name]: id });
            await watcher.inbox.next(event);
            const roundTrip = namespace === "/chat" ? chatBarrier : barrier;
            await typist.inbox.nothing(roundTrip(typist.socket), "error");
            await watcher.inbox.nothing(roundTrip(watcher.socket), event);
        });
    }
});

describe("rates of a user and of an address", { concurrency: true }, () => {
    it("chat:message over all sockets of a user: once a second without an acknowledgement", async (t) => {
        const server = await serve(t, { limit_chat_messages: "1/1m,3" });
        const carl = new Person(server.url, "carl", { role: "customer" });
        const { id } = await carl.made("POST", "/v1/conversations", {});
        const tabs = await all(2, () => carl.connect(t, "/chat"));
        for (const { socket } of tabs) await socket.emitWithAck("chat:join", { conversationId: id });
        const [one, other] = tabs;
        for (const content of ["a", "b", "c"]) {
            assert.equal((await one.socket.emitWithAck("chat:message", { conversationId: id, content })).ok, true);
        }
        const refused = await other.socket.emitWithAck("chat:message", { conversationId: id, content: "d" });
        assertSocketError(refused.error, "RATE_LIMITED", { limit: "chat_messages" });
        assert.ok(refused.error.details.retryAfterMs > 0);
        for (let i = 0; i < 10; i++) one.socket.emit("chat:message", { conversationId: id, content: `${i}` });
        assertSocketError((await one.inbox.next("error"))[0], "RATE_LIMITED", { limit: "chat_messages" });
        await one.inbox.nothing(chatBarrier(one.socket), "error");
    });

    it("REST requests of a user: 429 with Retry-After, others go on", async (t) => {
        const server = await serve(t, { limit_rest_user: "1/30s,2" });
        const ann = new Person(server.url, "ann");
        const answers = await all(4, () => ann.request("GET", "/v1/tickets/updates"));
        const refused = answers.filter(({ status }) => status !== 200);
        assert.equal(refused.length, 2);
        assertProblem(refused[0], 429, "RATE_LIMITED");
        assert.equal(refused[0].body.details.limit, "rest_user");
        assert.match(refused[0].headers["retry-after"], /^([1-9]|[12]\d|3[01])$/);
        assert.equal((await new Person(server.url, "bob").request("GET", "/v1/tickets/updates")).status, 200);
        assert.equal((await new Person(server.url, "ann", { org: "other" }).request("GET", "/v1/tickets/updates")).status, 200);
    });

    it("connects of an address", async (t) => {
        const server = await serve(t, { limit_connects: "1/1m,2" });
        const ann = new Person(server.url, "ann");
        await all(2, () => ann.connect(t, "/"));
        const { message, data } = await refusedWith(t, server.url, { token: ann.token });
        assert.equal(message, "RATE_LIMITED");
        assertSocketError(data, "RATE_LIMITED", { limit: "connects" });
        assert.ok(data.details.retryAfterMs > 0);
    });

    it("connections of a user", async (t) => {
        const server = await serve(t, { limit_connections_per_user: 2 });
        const ann = new Person(server.url, "ann");
        await all(2, () => ann.connect(t, "/"));
        const { data } = await refusedWith(t, server.url, { token: ann.token });
        assertSocketError(data, "RATE_LIMITED", { limit: "connections_per_user" });
        await new Person(server.url, "ann", { org: "other" }).connect(t, "/");
    });

    it("connections of an address are cut off above it", async (t) => {
        const server = await serve(t, { limit_connections_per_address: 2 });
        const ann = new Person(server.url, "ann");
        await all(2, () => ann.connect(t, "/"));
        const third = open(t, server.url, { transports: ["websocket"], auth: { token: ann.token } });
        await once(third.socket, "connect_error");
    });

    const via = (address) => ({ extraHeaders: { "x-forwarded-for": address } });

    it("of clients behind a trusted proxy each has its own", async (t) => {
        const server = await serve(t, { trusted_proxies: "127.0.0.1", limit_connections_per_address: 2, limit_failed_auth: "1/1m,2" });
        const ann = new Person(server.url, "ann");
        const first = await ann.connect(t, "/", via("192.0.2.1"));
        await ann.connect(t, "/", via("198.51.100.7, 192.0.2.1"));
        const { data } = await refusedWith(t, server.url, { token: ann.token }, via("192.0.2.1"));
        assertSocketError(data, "RATE_LIMITED", { limit: "connections_per_address" });
        for (const address of ["192.0.2.2", "192.0.2.2", "2001:db8::1"]) await ann.connect(t, "/", via(address));
        await ann.connect(t, "/", via("2001:db8::2"));
        assert.equal((await refusedWith(t, server.url, { token: ann.token }, via("2001:db8::3"))).data.details.limit, "connections_per_address");
        first.socket.disconnect();
        for (let tries = 0; ; tries++) {
            const { socket } = open(t, server.url, { transports: ["websocket"], auth: { token: ann.token }, ...via("192.0.2.1") });
            if (await connected(socket).then(() => true, () => false)) break;
            assert.ok(tries < 200, "its place is free again");
        }
        for (let i = 0; i < 3; i++) await refusedWith(t, server.url, { token: "x" }, via("203.0.113.9"));
        assert.equal((await refusedWith(t, server.url, { token: ann.token }, via("203.0.113.9"))).message, "RATE_LIMITED");
        await ann.connect(t, "/", via("203.0.113.10"));
    });

    it("of others X-Forwarded-For is not believed", async (t) => {
        const server = await serve(t, { limit_connects: "1/1m,2" });
        const ann = new Person(server.url, "ann");
        await ann.connect(t, "/", via("192.0.2.1"));
        await ann.connect(t, "/", via("192.0.2.2"));
        assert.equal((await refusedWith(t, server.url, { token: ann.token }, via("192.0.2.3"))).message, "RATE_LIMITED");
    });

    it("refused tokens block their address, at every door, for a while", async (t) => {
        const server = await serve(t, { limit_failed_auth: "1/1h,4", limit_failed_auth_block: "1s" });
        const ann = new Person(server.url, "ann");
        const old = token("ann", { ttl: -1 });
        for (let i = 0; i < 10; i++) assert.equal((await refusedWith(t, server.url, { token: old })).message, "AUTH_TOKEN_EXPIRED");
        assert.equal((await ann.request("GET", "/v1/tickets/updates")).status, 200, "those that were good once do not count");
        for (let i = 0; i < 3; i++) assert.equal((await refusedWith(t, server.url, { token: "x" })).message, "AUTH_TOKEN_INVALID");
        for (let i = 0; i < 2; i++) assert.equal((await bearer(server.url, "/v1/tickets/updates", "x")).status, 401);
        const { data } = await refusedWith(t, server.url, { token: ann.token });
        assertSocketError(data, "RATE_LIMITED");
        assert.ok(data.details.retryAfterMs > 0 && data.details.retryAfterMs <= 1000);
        assertProblem(await ann.request("GET", "/v1/tickets/updates"), 429, "RATE_LIMITED");
        for (const end = Date.now() + 10_000; (await ann.request("GET", "/v1/tickets/updates")).status !== 200; ) assert.ok(Date.now() < end);
        await ann.connect(t, "/");
    });
});

describe("what one may hold", { concurrency: true }, () => {
    it("tickets of a socket; what it left makes room", async (t) => {
        const server = await serve(t, { limit_ticket_subscriptions: 2 });
        const ann = new Person(server.url, "ann", { role: "admin" });
        const ids = (await all(3, (i) => ann.made("POST", "/v1/tickets", { subject: `${i}` }))).map(({ id }) => id);
        const client = await ann.connect(t, "/tickets");
        const ask = (event, ticketId) => client.socket.emitWithAck(event, { ticketId });
        for (const id of [ids[0], ids[1], ids[0]]) assert.equal((await ask("ticket:subscribe", id)).ok, true);
        await failsBothWays(client, "ticket:subscribe", { ticketId: ids[2] }, "RATE_LIMITED", { limit: "ticket_subscriptions" });
        await ask("ticket:unsubscribe", ids[0]);
        assert.equal((await ask("ticket:subscribe", ids[2])).ok, true);
        assert.equal((await (await ann.connect(t, "/tickets")).socket.emitWithAck("ticket:subscribe", { ticketId: ids[0] })).ok, true);
    });

    it("conversations of a socket", async (t) => {
        const server = await serve(t, { limit_chat_subscriptions: 1 });
        const carl = new Person(server.url, "carl", { role: "customer" });
        const ids = (await all(2, () => carl.made("POST", "/v1/conversations", {}))).map(({ id }) => id);
        const client = await carl.connect(t, "/chat");
        assert.equal((await client.socket.emitWithAck("chat:join", { conversationId: ids[0] })).ok, true);
        await failsBothWays(client, "chat:join", { conversationId: ids[1] }, "RATE_LIMITED", { limit: "chat_subscriptions" });
        await client.socket.emitWithAck("chat:leave", { conversationId: ids[0] });
        assert.equal((await client.socket.emitWithAck("chat:join", { conversationId: ids[1] })).ok, true);
    });

    it("characters and attachments of a message, as configured, in chats and tickets", async (t) => {
        const server = await serve(t, { limit_message_characters: 5, limit_attachments: 1 });
        const carl = new Person(server.url, "carl", { role: "customer" });
        const file = { id: "f", name: "f.png", mime: "image/png", size: 1, url: "https://files.example/f" };
        for (const path of ["/v1/conversations", "/v1/tickets"]) {
            const { id } = await carl.made("POST", path, { subject: "s", message: "short" });
            const send = (body) => carl.request("POST", `${path}/${id}/messages`, body);
            assert.equal((await send({ content: "12345", attachments: [file] })).status, 201);
            assertProblem(await send({ content: "123456" }), 413, "PAYLOAD_TOO_LARGE");
            assertProblem(await send({ content: "1", attachments: [file, file] }), 413, "PAYLOAD_TOO_LARGE");
        }
    });

    it("bytes of an event, as configured", async (t) => {
        const server = await serve(t, { limit_payload: "1KiB" });
        const ann = new Person(server.url, "ann", { role: "admin" });
        const client = await ann.connect(t, "/tickets");
        await failsBothWays(client, "ticket:unsubscribe", { ticketId: "t", pad: "x".repeat(1024) }, "PAYLOAD_TOO_LARGE", { limit: 1024 });
        assertProblem(await ann.request("POST", "/v1/tickets", { subject: "x".repeat(1024) }), 413, "PAYLOAD_TOO_LARGE");
    });

    it("a frame over a megabyte ends its connection and no other", async (t) => {
        const server = await serve(t);
        const ann = new Person(server.url, "ann");
        const [quiet, loud] = [await ann.connect(t, "/"), await ann.connect(t, "/tickets")];
        loud.socket.emit("ticket:unsubscribe", { ticketId: "x".repeat(1_100_000) });
        await once(loud.socket, "disconnect");
        await quiet.socket.emitWithAck("ping", { timestamp: 1 });
    });

    it("missed events that are replayed, as configured: more, and the client is told to read anew", async (t) => {
        const server = await serve(t, { limit_replay_events: 2 });
        const ann = new Person(server.url, "ann", { role: "admin" });
        const { id } = await ann.made("POST", "/v1/tickets", { subject: "s" });
        const { cursor } = await ann.made("GET", "/v1/tickets/updates", undefined, 200);
        for (const priority of ["low", "high", "urgent"]) await ann.made("PATCH", `/v1/tickets/${id}`, { priority }, 200);
        const client = await ann.connect(t, "/tickets");
        client.socket.emit("ticket:subscribe", { ticketId: id, since: cursor });
        const [told] = await client.inbox.next("sync:required");
        assert.equal(typeof told.reason, "string");
        await client.inbox.nothing(() => client.socket.emitWithAck("ticket:unsubscribe", { ticketId: id }), "ticket:updated");
    });

    it("a connection that joins no namespace is closed", async (t) => {
        const server = await serve(t, { connect_timeout: "300ms" });
        for (const transport of ["websocket", "polling"]) {
            const { socket } = open(t, server.url, { transports: [transport], autoConnect: false });
            const began = Date.now();
            socket.io.open();
            await within(new Promise((resolve) => socket.io.once("close", resolve)), "close");
            assert.ok(Date.now() - began >= 250);
        }
        const refused = open(t, server.url, { transports: ["websocket"], auth: { token: "x" } });
        const closed = new Promise((resolve) => refused.socket.io.once("close", resolve));
        await once(refused.socket, "connect_error");
        await within(closed, "close of who was refused");
        const { socket } = await new Person(server.url, "ann").connect(t, "/");
        await new Promise((resolve) => setTimeout(resolve, 400));
        assert.equal(socket.connected, true, "who is in, stays");
    });
});
