// The code of the API document (docs/api.md), run as it stands by lib/api-document.mjs against the server, with the stock client.
import assert from "node:assert/strict";
import { test } from "node:test";
import { io } from "socket.io-client";
import { BLOCKS, runBlock } from "./lib/api-document.mjs";
import { connected } from "./lib/clients.mjs";
import { Person, token } from "./lib/desk.mjs";
import { Inbox, within } from "./lib/inbox.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

/** Calls of a function, to be waited for: `calls.fn` is the function, `await calls.next()` the arguments of the oldest not taken. */
function calls() {
    const made = [];
    const waiting = [];
    return {
        made,
        fn: (...args) => (waiting.length ? waiting.shift()(args) : made.push(args)),
        next: (timeout) => (made.length ? Promise.resolve(made.shift()) : within(new Promise((resolve) => waiting.push(resolve)), "call", timeout)),
    };
}

/** A server of its own for each test: the client shares connections by address. */
async function stage(t, ...args) {
    const server = await startInsightDesk({ args });
    t.after(() => server.stop());
    const people = Object.fromEntries(
        Object.entries({ ann: "agent", bob: "agent", ada: "admin", carl: "customer" }).map(([id, role]) => [id, new Person(server.url, id, { role })]),
    );
    return { server, url: server.url, ...people };
}

/** A console that keeps what is said. */
function listener() {
    const [log, error] = [calls(), calls()];
    return { console: { log: log.fn, error: error.fn }, log, error };
}

const ended = (t, ...sockets) => sockets.forEach((socket) => t.after(() => socket.disconnect()));
/** Ids are an admin's or a backend's to choose. */
const newTicket = ({ ada }) => ada.made("POST", "/v1/tickets", { id: "ticket_123", subject: "It does not work" });
/** A first write makes a person known. */
const introduce = (person) => person.made("POST", "/v1/tickets", { subject: "Hello" });

test("Client Connection", async (t) => {
    const { url, ann } = await stage(t);
    const heard = listener();
    // Only where to, and whose token, is the test's.
    const names = {
        console: heard.console,
        io: (address, options) => {
            assert.equal(address, "wss://api.insightdesk.com");
            assert.deepEqual(options.auth, { token: "your-access-token" });
            return io(url, { ...options, auth: { token: ann.token } });
        },
    };
    const { socket } = await runBlock("Client Connection", { names, gives: ["socket"] });
    ended(t, socket);
    assert.deepEqual(await heard.log.next(), ["Connected:", socket.id]);
    socket.disconnect();
    assert.deepEqual(await heard.log.next(), ["Disconnected:", "io client disconnect"]);
    socket.auth.token = "your-access-token";
    socket.connect();
    assert.deepEqual(await heard.error.next(), ["Connection error:", "AUTH_TOKEN_INVALID"]);
});

test("Token-Based Auth: an expired token is renewed", async (t) => {
    const { url, ann } = await stage(t);
    const refreshed = calls();
    const names = { WS_URL: url, accessToken: token("ann", { ttl: -10 }), refreshToken: async () => (refreshed.fn(), ann.token) };
    const { socket } = await runBlock("Token-Based Auth", { names, gives: ["socket"] });
    ended(t, socket);
    await refreshed.next();
    await within(new Promise((resolve) => socket.once("connect", resolve)), "connect");
});

test("Token Refresh During Connection", async (t) => {
    const { ann } = await stage(t);
    // A token is asked for again a minute before its end.
    const { socket } = await ann.connect(t, "/", { auth: { token: token("ann", { ttl: 62 }) } });
    const heard = listener();
    await runBlock("Token Refresh During Connection", { names: { socket, console: heard.console, refreshAccessToken: async () => ann.token } });
    assert.deepEqual(await heard.log.next(), ["Token refreshed successfully"]);
});

test("Connecting to Namespaces", async (t) => {
    const { url, ann } = await stage(t);
    const names = { WS_URL: url, token: ann.token };
    const sockets = await runBlock("Connecting to Namespaces", { names, gives: ["mainSocket", "ticketSocket", "chatSocket"] });
    ended(t, ...Object.values(sockets));
    for (const socket of Object.values(sockets)) await connected(socket);
});

test("Tickets: messages, typing that stops after 3 s, subscribing and unsubscribing", async (t) => {
    const { url, ann, bob, ada } = await stage(t);
    await newTicket({ ada });
    const other = await bob.connect(t, "/tickets");
    await other.socket.emitWithAck("ticket:subscribe", { ticketId: "ticket_123" });
    const [shown, typing, heard] = [calls(), calls(), listener()];
    const names = { WS_URL: url, token: ann.token, appendMessageToUI: shown.fn, showTypingIndicator: typing.fn, console: heard.console };
    const { ticketSocket, handleTyping } = await runBlock("Server → Client#tickets", {
        names,
        gives: ["ticketSocket", "handleTyping"],
    });
    ended(t, ticketSocket);
    const inbox = new Inbox(ticketSocket);
    assert.equal((await inbox.next("ticket:subscribed"))[0].ticketId, "ticket_123");
    // The block's last line has unsubscribed by now: nothing comes.
    await ticketSocket.timeout(5000).emitWithAck("ticket:unsubscribe", { ticketId: "none" });
    await ann.made("POST", "/v1/tickets/ticket_123/messages", { content: "unheard" });
    await ticketSocket.timeout(5000).emitWithAck("ticket:unsubscribe", { ticketId: "none" });
    assert.deepEqual(shown.made, []);
    await ticketSocket.emitWithAck("ticket:subscribe", { ticketId: "ticket_123" });
    await bob.made("POST", "/v1/tickets/ticket_123/messages", { content: "heard" });
    assert.equal((await shown.next())[0].content, "heard");
    assert.equal((await heard.log.next())[0], "New message:");
    other.socket.emit("ticket:typing", { ticketId: "ticket_123" });
    const [ticketId, user] = await typing.next();
    assert.deepEqual([ticketId, user.id], ["ticket_123", "bob"]);

    for (let i = 0; i < 5; ++i) handleTyping("ticket_123");
    const last = Date.now();
    assert.equal((await other.inbox.next("ticket:typing"))[0].user.id, "ann");
    assert.deepEqual((await other.inbox.next("ticket:stopTyping"))[0], { ticketId: "ticket_123", userId: "ann" });
    assert.ok(Date.now() - last >= 2990, "3 s after the last key, not before");
    await other.inbox.nothing(() => other.socket.emitWithAck("ticket:unsubscribe", { ticketId: "none" }), "ticket:typing", "ticket:stopTyping");
});

test("Chat: messages with read receipts", async (t) => {
    const { url, ann, ada, carl } = await stage(t);
    await introduce(carl);
    await ada.made("POST", "/v1/conversations", { id: "conv_123", customerId: "carl" });
    const customer = await carl.connect(t, "/chat");
    await customer.socket.emitWithAck("chat:join", { conversationId: "conv_123" });
    const shown = calls();
    const { chatSocket } = await runBlock("Server → Client#chat", { names: { WS_URL: url, token: ann.token, displayMessage: shown.fn }, gives: ["chatSocket"] });
    ended(t, chatSocket);
    assert.equal((await customer.inbox.next("chat:message"))[0].content, "Hello, how can I help you?");
    assert.equal((await shown.next())[0].senderId, "ann");
    const sent = await customer.socket.emitWithAck("chat:message", { conversationId: "conv_123", content: "It is broken", type: "text" });
    assert.equal((await shown.next())[0].id, sent.id);
    for (;;) {
        const [read] = await customer.inbox.next("chat:read");
        if (read.userId === "ann" && read.messageId === sent.id) break;
    }
});

test("Notifications: toast and badge", async (t) => {
    const { url, ann, ada } = await stage(t);
    const [toast, increment, update] = [calls(), calls(), calls()];
    const names = { WS_URL: url, token: ann.token, showToast: toast.fn, incrementBadge: increment.fn, updateBadge: update.fn };
    const { notifSocket } = await runBlock("Client → Server#notifications", { names, gives: ["notifSocket"] });
    ended(t, notifSocket);
    assert.deepEqual(await update.next(), [0]);
    await introduce(ann);
    await ada.made("POST", "/v1/notifications", { userIds: ["ann"], title: "Title", message: "Text" });
    assert.deepEqual(await toast.next(), ["Title", "Text"]);
    await increment.next();
    assert.deepEqual(await update.next(), [1]);
});

test("Presence and dashboard connect and emit", async (t) => {
    const { url, ada } = await stage(t);
    const nothing = () => {};
    const presence = await runBlock("Server → Client#presence", { names: { WS_URL: url, token: ada.token, updateAgentStatus: nothing }, gives: ["presenceSocket"] });
    const dashboard = await runBlock("Server → Client#dashboard", {
        names: { WS_URL: url, token: ada.token, updateTicketChart: nothing, updateQueueDisplay: nothing },
        gives: ["dashSocket"],
    });
    const sockets = [presence.presenceSocket, dashboard.dashSocket];
    ended(t, ...sockets);
    for (const socket of sockets) {
        const errors = calls();
        socket.on("error", errors.fn);
        await connected(socket);
        assert.deepEqual(errors.made, []);
    }
});

test("Error Events", async (t) => {
    const { ann } = await stage(t);
    const { socket } = await ann.connect(t, "/tickets");
    const heard = listener();
    await runBlock("Error Events", { names: { socket, console: heard.console } });
    socket.emit("ticket:subscribe", { ticketId: "nowhere" });
    const [text, error] = await heard.error.next();
    assert.deepEqual([text, error.code], ["Socket error:", "ROOM_NOT_FOUND"]);
    assert.equal(typeof error.message, "string");
});

test("Error Response Format: compiles", () => runBlock("Error Response Format"));

test("Connection Management: comes back with a new token and resubscribes", async (t) => {
    const { url, ann, bob, ada } = await stage(t, "--token-grace", "100ms");
    await newTicket({ ada });
    const resubscribed = calls();
    const names = {
        WS_URL: `${url}/tickets`,
        refreshAccessToken: async () => ann.token,
        resubscribe: (socket) => socket.emit("ticket:subscribe", { ticketId: "ticket_123" }, resubscribed.fn),
    };
    // Methods that the class calls and does not show.
    const types = "interface SocketManager { resubscribeRooms(): void; handleMaxReconnectReached(): void }";
    const { SocketManager } = await runBlock("Connection Management", { names, types, gives: ["SocketManager"] });
    SocketManager.prototype.resubscribeRooms = function () {
        names.resubscribe(this.socket);
    };
    const manager = new SocketManager();
    manager.connect(token("ann", { ttl: 2 }));
    t.after(() => manager.disconnect());
    assert.equal((await resubscribed.next())[0].ok, true);
    // The token ends, the server disconnects, the old token is refused, the new one lets in.
    assert.equal((await resubscribed.next())[0].ok, true);
    const message = calls();
    manager.socket.on("ticket:message", message.fn);
    await bob.made("POST", "/v1/tickets/ticket_123/messages", { content: "still there?" });
    assert.equal((await message.next())[0].content, "still there?");
});

test("Event Deduplication: a message that comes again is handled once", async (t) => {
    const { ann, bob, ada } = await stage(t);
    await newTicket({ ada });
    const { socket, inbox } = await ann.connect(t, "/tickets");
    const { cursor } = await socket.emitWithAck("ticket:subscribe", { ticketId: "ticket_123" });
    const handled = calls();
    await runBlock("Event Deduplication", { names: { socket, handleMessage: handled.fn } });
    const sent = await bob.made("POST", "/v1/tickets/ticket_123/messages", { content: "once" });
    assert.equal((await inbox.next("ticket:message"))[0].id, sent.id);
    await socket.emitWithAck("ticket:subscribe", { ticketId: "ticket_123", since: cursor });
    assert.equal((await inbox.next("ticket:message"))[0].id, sent.id);
    await socket.emitWithAck("ticket:unsubscribe", { ticketId: "none" });
    assert.deepEqual(handled.made.map(([message]) => message.id), [sent.id]);
});

test("Graceful Degradation: polls every 5 s and misses nothing", async (t) => {
    const { url, ann, ada } = await stage(t);
    const polled = calls();
    const timers = [];
    t.after(() => timers.forEach(clearInterval));
    const get = async (path) => {
        const answer = await http(url + path, { headers: { authorization: `Bearer ${ann.token}` } });
        assert.equal(answer.status, 200, answer.text);
        return JSON.parse(answer.text);
    };
    const first = await get("/tickets/updates");
    const names = { socket: { connected: false }, api: { get }, first, polled: polled.fn, timers };
    const declarations = `let lastUpdate = env.first.cursor;
const processUpdates = (updates: any) => { lastUpdate = updates.cursor; env.polled(updates); };
const setInterval = (work: () => void, ms: number) => env.timers.push(globalThis.setInterval(work, ms));`;
    const begin = Date.now();
    await runBlock("Graceful Degradation", { names, declarations });
    await newTicket({ ada });
    assert.deepEqual((await polled.next())[0].updates.map(({ event }) => event), ["ticket:created"]);
    assert.ok(Date.now() - begin >= 4990);
    await ann.made("POST", "/v1/tickets/ticket_123/messages", { content: "next" });
    assert.deepEqual((await polled.next())[0].updates.map(({ event }) => event), ["ticket:updated", "ticket:message"]);
    assert.ok(Date.now() - begin >= 9980);
});

test("every block of the document is run here, but the one of the server's own code", () => {
    assert.deepEqual(
        BLOCKS.map(({ heading }) => heading),
        [
            "Client Connection", "Token-Based Auth", "Token Refresh During Connection", "Connecting to Namespaces", "Server → Client#tickets",
            "Server → Client#chat", "Client → Server#notifications", "Server → Client#presence", "Server → Client#dashboard",
            // Its meaning is tested with the client's blocks: ticket:subscribed after the check, ticket:message to the room.
            "Room Subscription",
            "Error Events", "Error Response Format", "Connection Management", "Event Deduplication", "Graceful Degradation",
        ],
    );
});
