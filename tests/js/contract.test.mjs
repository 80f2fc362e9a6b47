// One story through all namespaces, told to staff and a customer: every event, acknowledgement and answer that the server gives is what
// docs/asyncapi.json and docs/openapi.json say, with no member that they do not name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAck, checkAnswer, checkEvent, checkRequest, seen, serverEvents } from "./lib/contract.mjs";
import { NAMESPACES, Person, token } from "./lib/desk.mjs";
import { within } from "./lib/inbox.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

/** Not part of this story; each is checked by the tests of its own. */
const ELSEWHERE = ["/ user:updated", "/tickets ticket:sla:warning", "/tickets ticket:sla:breached"];

let server;
const people = {};
before(async () => {
    server = await startInsightDesk({ args: ["--limit-rest-user", "1000/s,1000", "--typing-expiry", "1s"] });
    for (const [id, role] of Object.entries({ ada: "admin", ann: "agent", bob: "agent", carl: "customer" })) {
        people[id] = new Person(server.url, id, { role });
    }
});
after(() => server?.stop());

/** Requests whose answers are held against the document. */
async function ask(person, method, path, body) {
    const answer = await person.request(method, path, body);
    checkAnswer(method, path, answer.status, answer.body);
    return answer.body;
}

/** A socket whose every event is held against the document, and how to ask over it. */
async function join(t, person, namespace, auth = {}) {
    const client = await person.connect(t, namespace, { auth: { token: person.token, ...auth } });
    const problems = [];
    // From the first packet on, those before this line among them.
    const check = (name, ...args) => {
        try {
            checkEvent(namespace, name, args);
        } catch (error) {
            problems.push(error);
        }
    };
    client.socket.onAny(check);
    const emit = async (name, payload) => {
        checkRequest(namespace, name, payload);
        const answer = await client.socket.timeout(10_000).emitWithAck(name, payload);
        checkAck(namespace, name, answer);
        return answer;
    };
    const next = async (name) => {
        const args = await client.inbox.next(name);
        checkEvent(namespace, name, args);
        return args[0];
    };
    return { ...client, emit, next, problems };
}

test("all that the server says is in its documents", async (t) => {
    const { ada, ann, bob, carl } = people;
    const all = {};
    for (const person of [ada, ann, carl]) {
        for (const namespace of NAMESPACES) {
            if (namespace === "/dashboard" && person !== ada) continue;
            all[person.id + namespace] = await join(t, person, namespace);
        }
    }

    // The default namespace.
    await all["ann/"].emit("ping", { timestamp: Date.now() });
    await all["ann/"].next("pong");
    await all["ann/"].emit("token:update", { token: token("ann", { role: "agent" }) });
    await all["ann/"].next("token:updated");
    await ask(ada, "POST", "/v1/maintenance", { message: "Soon", startsAt: new Date(Date.now() + 3.6e6).toISOString() });
    await all["carl/"].next("system:maintenance");
    await ask(ada, "GET", "/v1/maintenance");

    // A ticket.
    const cursor = (await ask(ann, "GET", "/v1/tickets/updates")).cursor;
    const ticket = await ask(carl, "POST", "/v1/tickets", { subject: "Broken", message: { content: "Help" }, tags: ["a"], customFields: { x: 1 } });
    const ticketId = ticket.id;
    await all["ann/tickets"].next("ticket:created");
    for (const id of ["ann", "carl"]) await all[`${id}/tickets`].emit("ticket:subscribe", { ticketId });
    await all["carl/tickets"].next("ticket:subscribed");
    await all["ann/tickets"].emit("ticket:subscribe", { ticketId: "nowhere" });
    await all["ann/tickets"].emit("ticket:subscribe", { ticketId, since: cursor });
    await all["ann/tickets"].next("sync:ready");
    all["ann/tickets"].socket.emit("ticket:subscribe", {});
    await all["ann/tickets"].next("error");
    await all["carl/tickets"].emit("ticket:typing", { ticketId });
    await all["ann/tickets"].next("ticket:typing");
    await all["carl/tickets"].emit("ticket:stopTyping", { ticketId });
    await all["ann/tickets"].next("ticket:stopTyping");
    await ask(ann, "POST", `/v1/tickets/${ticketId}/messages`, {
        content: "See",
        clientMessageId: "k1",
        attachments: [{ id: "f1", name: "a.txt", mime: "text/plain", size: 3, url: "/f/1" }],
    });
    await ask(ann, "POST", `/v1/tickets/${ticketId}/messages`, { content: "Note", visibility: "internal" });
    await ask(ann, "PATCH", `/v1/tickets/${ticketId}`, { assigneeId: "ann", status: "open" });
    await ask(ada, "PATCH", `/v1/tickets/${ticketId}`, { status: "resolved", priority: "high" });
    for (const name of ["ticket:updated", "ticket:message", "ticket:assigned", "ticket:status"]) await all["carl/tickets"].next(name);
    await ask(ann, "PATCH", `/v1/tickets/${ticketId}`, { status: "shut" });
    for (const path of [`/v1/tickets/${ticketId}`, `/v1/tickets/${ticketId}/messages`, "/v1/tickets?status=resolved", "/v1/tickets/nowhere"]) {
        await ask(ann, "GET", path);
        await ask(carl, "GET", path);
    }
    for (const person of [ann, carl]) {
        const { updates } = await ask(person, "GET", `/v1/tickets/updates?since=${cursor}`);
        assert.ok(updates.length > 5);
        for (const { event, data } of updates) checkEvent("/tickets", event, [data]);
    }
    await ask(ann, "GET", "/tickets/updates?since=garbage!");

    // Access lost: the requester is another one now.
    await ask(bob, "POST", "/v1/tickets", { subject: "hello" });
    await ask(ada, "PATCH", `/v1/tickets/${ticketId}`, { requesterId: "bob" });
    await all["carl/tickets"].next("ticket:unsubscribed");
    await all["ann/tickets"].emit("ticket:unsubscribe", { ticketId });

    // A chat.
    const { id: conversationId } = await ask(carl, "POST", "/v1/conversations", {});
    await all["ann/chat"].next("chat:updated");
    for (const id of ["carl", "ann"]) await all[`${id}/chat`].emit("chat:join", { conversationId });
    await all["carl/chat"].next("chat:online");
    await all["ann/chat"].emit("chat:join", { conversationId: "nowhere" });
    await all["carl/chat"].emit("chat:typing", { conversationId });
    await all["ann/chat"].next("chat:typing");
    await all["ann/chat"].next("chat:stopTyping");
    const sent = await all["carl/chat"].emit("chat:message", { conversationId, content: "Hello", type: "text", clientMessageId: "k" });
    await all["ann/chat"].next("chat:message");
    await all["ann/chat"].emit("chat:read", { conversationId, messageId: sent.id });
    await all["carl/chat"].next("chat:read");
    await ask(ann, "POST", `/v1/conversations/${conversationId}/messages`, { content: "Over HTTP" });
    await ask(carl, "POST", `/v1/conversations/${conversationId}/read`, { messageId: sent.id });
    await ask(ada, "POST", `/v1/conversations/${conversationId}/assign`, { agentId: "ann" });
    await all["ann/chat"].emit("chat:leave", { conversationId: "none" });
    await ask(ann, "POST", `/v1/conversations/${conversationId}/end`, {});
    await all["carl/chat"].next("chat:ended");
    await all["carl/chat"].emit("chat:message", { conversationId, content: "Too late" });
    await ask(ann, "POST", `/v1/conversations/${conversationId}/messages`, { content: "Too late" });
    for (const path of [`/v1/conversations/${conversationId}`, `/v1/conversations/${conversationId}/messages`, "/v1/conversations"]) await ask(ann, "GET", path);

    // Notifications: of the assignment among others.
    await ask(ada, "POST", "/v1/notifications", { userIds: ["ann", "carl"], title: "T", message: "M", data: { ticketId }, link: "/t" });
    const notice = await all["ann/notifications"].next("notification");
    await all["ann/notifications"].next("notification:count");
    await all["ann/notifications"].emit("notification:markRead", { id: notice.id });
    await all["ann/notifications"].next("notification:read");
    await all["ann/notifications"].emit("notification:markAllRead", {});
    await all["ann/notifications"].emit("notification:markRead", { id: "nowhere" });
    await ask(ann, "GET", "/v1/notifications?limit=1");
    await ask(ann, "GET", "/v1/notifications/count");
    await ask(ann, "POST", `/v1/notifications/${notice.id}/read`, {});
    await ask(ann, "POST", "/v1/notifications/read-all", {});

    // Who is there.
    await all["ann/presence"].emit("presence:subscribe", { userIds: ["ada", "ann", "carl"] });
    await all["ann/presence"].next("presence:list");
    await all["ada/presence"].emit("presence:status", { status: "busy" });
    await all["ann/presence"].next("presence:update");
    await all["ann/presence"].emit("presence:status", { status: "away", auto: true });
    await all["carl/presence"].emit("presence:status", { status: "busy" });
    await all["ann/presence"].emit("presence:unsubscribe", { userIds: ["ada"] });
    await ask(ann, "GET", "/v1/presence?userIds=ada,carl,bob");
    await ask(ann, "GET", "/v1/presence");
    await ask(ann, "PUT", "/v1/presence/me", { status: "offline" });
    await ask(carl, "PUT", "/v1/presence/me", { status: "offline" });

    // How it all goes.
    for (const metric of ["tickets", "queue", "agents", "sla"]) {
        await all["ada/dashboard"].next(`metrics:${metric}`);
        await ask(ada, "GET", `/v1/metrics/${metric}`);
        await ask(ann, "GET", `/v1/metrics/${metric}`);
    }

    // Backends, operations.
    const key = await ask(ada, "POST", "/v1/api-keys", { name: "k", scopes: ["publish"] });
    await ask(ada, "GET", "/v1/api-keys");
    await ask(ada, "POST", "/v1/publish", [{ event: "chat:message", data: {} }, { namespace: "/", rooms: ["user:nobody"], event: "hi", data: 1, id: "i1" }]);
    await ask(ada, "DELETE", `/v1/api-keys/${key.id}`);
    for (const path of ["/healthz", "/readyz", "/version"]) {
        const answer = await http(server.url + path);
        checkAnswer("GET", path, answer.status, JSON.parse(answer.text));
    }

    // Coming back: what was missed, and too much of it.
    const back = await join(t, ann, "/tickets", { since: cursor, tickets: [ticketId] });
    await back.next("sync:ready");
    const talking = await join(t, ann, "/chat", { since: cursor, conversations: [conversationId] });
    await talking.next("chat:joined");
    const lost = await join(t, ann, "/tickets", { since: "garbage" });
    await lost.next("sync:required");

    // A token that ends soon is asked for again.
    const brief = new Person(server.url, "bob", { role: "agent" });
    brief.token = token("bob", { role: "agent", ttl: 61 });
    const asked = await join(t, brief, "/");
    await within(asked.next("token:refresh"), "token:refresh");

    for (const [name, { problems }] of Object.entries({ ...all, back, lost, talking, asked })) assert.deepEqual(problems.map(String), [], name);
    // What all namespaces have was seen in one of them.
    const everywhere = / (error|token:refresh|token:updated|sync:ready|sync:required)$/;
    const expected = serverEvents.filter((event) => !ELSEWHERE.includes(event) && !everywhere.test(event));
    assert.deepEqual(expected.filter((event) => !seen.has(event)), [], "every event is part of the story");
});
