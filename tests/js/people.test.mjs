// Users, teams and the org over REST, and what a change of them means for those who are connected (domain.md 3.2, 3.8, 9).
import assert from "node:assert/strict";
import { after, before, describe, it, test } from "node:test";
import { Person, barrier, chatBarrier, refusedWith, token } from "./lib/desk.mjs";
import { once } from "./lib/inbox.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

let server;
let admin;
before(async () => {
    server = await startInsightDesk({ args: ["--limit-rest-user", "1000/s,1000"] });
    admin = new Person(server.url, "ada", { role: "admin" });
    for (const id of ["t1", "t2"]) await admin.made("POST", "/v1/teams", { id, name: `Team ${id}` });
});
after(() => server?.stop());

const patch = (path, body, headers = {}, by = admin) =>
    http(server.url + path, {
        method: "PATCH",
        headers: { authorization: `Bearer ${by.token}`, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
    }).then((answer) => ({ ...answer, body: JSON.parse(answer.text) }));

/** A connected staff member with a record. */
async function recorded(id, fields = {}) {
    const user = await admin.made("POST", "/v1/users", { id, name: `Record of ${id}`, role: "agent", ...fields });
    return { user, person: new Person(server.url, id, { role: "agent" }) };
}

async function subscribed(t, person, ticketId) {
    const client = await person.connect(t, "/tickets");
    assert.equal((await client.socket.emitWithAck("ticket:subscribe", { ticketId })).ok, true);
    await client.inbox.next("ticket:subscribed");
    return client;
}

describe("user records", () => {
    it("are written by admins, read by staff, and shown to customers as a name only", async () => {
        const made = await admin.made("POST", "/v1/users", {
            id: "ursula",
            name: "Ursula",
            role: "agent",
            teamIds: ["t1"],
            email: "u@example.com",
            timezone: "Europe/Berlin",
        });
        assert.deepEqual([made.orgId, made.version, made.teamIds, made.active], ["acme", 1, ["t1"], true]);
        const again = await admin.request("POST", "/v1/users", { id: "ursula", name: "Ursula" });
        assert.deepEqual([again.status, again.body.details.reason], [409, "EXISTS"]);

        const agent = new Person(server.url, "bob");
        const customer = new Person(server.url, "carl", { role: "customer" });
        assert.equal((await agent.request("GET", "/v1/users/ursula")).body.email, "u@example.com");
        const shown = await customer.request("GET", "/v1/users/ursula");
        assert.deepEqual(shown.body, { id: "ursula", name: "Ursula", avatarUrl: null, role: "agent" });
        await admin.made("POST", "/v1/users", { id: "cesar", name: "Cesar", role: "customer" });
        assert.equal((await customer.request("GET", "/v1/users/cesar")).status, 404);
        assert.equal((await agent.request("POST", "/v1/users", { name: "X" })).status, 403);
        assert.equal((await agent.request("PATCH", "/v1/users/ursula", { name: "X" })).status, 403);
        const foreign = new Person(server.url, "ada", { role: "admin", org: "globex" });
        assert.equal((await foreign.request("GET", "/v1/users/ursula")).status, 404);
        assert.equal((await foreign.request("PATCH", "/v1/users/ursula", { name: "X" })).status, 404);
    });

    it("are listed a page at a time", async () => {
        for (const id of ["p1", "p2", "p3"]) await admin.made("POST", "/v1/users", { id, name: id, role: "bot" });
        const first = (await admin.request("GET", "/v1/users?role=bot&limit=2")).body;
        assert.deepEqual(first.items.map((user) => user.id), ["p1", "p2"]);
        const second = (await admin.request("GET", `/v1/users?role=bot&limit=2&cursor=${first.nextCursor}`)).body;
        assert.deepEqual([second.items.map((user) => user.id), second.nextCursor], [["p3"], null]);
        const customer = new Person(server.url, "carl", { role: "customer" });
        const seen = (await customer.request("GET", "/v1/users?limit=200")).body.items;
        assert.ok(seen.length > 0 && seen.every((user) => user.role !== "customer" && !("email" in user)));
    });

    it("change only at the version that was read", async () => {
        await admin.made("POST", "/v1/users", { id: "vera", name: "Vera" });
        assert.equal((await patch("/v1/users/vera", { name: "V" }, { "if-match": '"1"' })).body.version, 2);
        const late = await patch("/v1/users/vera", { name: "W" }, { "if-match": '"1"' });
        assert.deepEqual([late.status, late.body.code, late.body.details.version], [409, "CONFLICT", 2]);
        assert.equal((await patch("/v1/users/vera", { name: "V" })).body.version, 2, "nothing changed, no new version");
    });

    for (const [field, value] of [
        ["name", " "],
        ["name", 7],
        ["role", "system"],
        ["role", "boss"],
        ["teamIds", ["nowhere"]],
        ["teamIds", "t1"],
        ["active", "yes"],
        ["email", "nobody"],
        ["avatarUrl", "javascript:alert(1)"],
        ["timezone", "../../etc/passwd"],
        ["locale", "<b>"],
    ]) {
        it(`refuse ${field} ${JSON.stringify(value)}`, async () => {
            const answer = await admin.request("POST", "/v1/users", { name: "Bad", [field]: value });
            assert.equal(answer.status, 400, answer.text);
            assert.equal(answer.body.details.field, field);
        });
    }

    it("beat what a token says, also in a token that comes later", async (t) => {
        await recorded("rita", { role: "customer", name: "Rita" });
        const boss = new Person(server.url, "rita", { role: "admin" });
        assert.equal((await refusedWith(t, `${server.url}/dashboard`, { token: boss.token })).message, "FORBIDDEN");
        assert.equal((await boss.request("PATCH", "/v1/users/rita", { role: "admin" })).status, 403);
        const ticket = await boss.made("POST", "/v1/tickets", { subject: "mine" });
        assert.deepEqual([ticket.requester.name, ticket.requester.role], ["Rita", "customer"]);
        const { socket } = await boss.connect(t, "/tickets");
        const answer = await socket.emitWithAck("token:update", { token: token("rita", { role: "admin", ttl: 7200 }) });
        assert.equal(answer.ok, true);
        const other = await admin.made("POST", "/v1/tickets", { subject: "not hers" });
        assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: other.id })).error.code, "FORBIDDEN");
    });
});

describe("a change of a connected user", () => {
    it("is told as user:updated in / to that user's sockets, and to nobody else", async (t) => {
        const { person } = await recorded("uma");
        const [one, two] = [await person.connect(t, "/"), await person.connect(t, "/")];
        const others = [
            await new Person(server.url, "bob").connect(t, "/"),
            await new Person(server.url, "uma", { org: "globex" }).connect(t, "/"),
        ];
        await patch("/v1/users/uma", { name: "Uma the Great", teamIds: ["t2"] });
        for (const { inbox } of [one, two]) {
            const [user] = await inbox.next("user:updated");
            assert.deepEqual([user.id, user.name, user.teamIds, user.version], ["uma", "Uma the Great", ["t2"], 2]);
            assert.match(user.eventId, /^evt_/);
            assert.ok(Number.isInteger(user.seq));
        }
        for (const { socket, inbox } of others) {
            await inbox.nothing(() => new Promise((done) => (socket.once("pong", done), socket.emit("ping", { timestamp: 1 }))), "user:updated");
        }
    });

    it("is in force at every door when the change is answered", async () => {
        const { person } = await recorded("xenia");
        for (let i = 0; i < 60; ++i) {
            const role = i % 2 === 0 ? "admin" : "agent";
            await patch("/v1/users/xenia", { role });
            assert.equal((await person.request("GET", "/v1/api-keys")).status, role === "admin" ? 200 : 403, `${i}: ${role}`);
        }
        const { body } = await admin.request("POST", "/v1/users/xenia/revoke-tokens", { issuedBefore: Math.floor(Date.now() / 1000) });
        assert.equal((await person.request("GET", "/v1/notifications")).status, 401, JSON.stringify(body));
    });

    it("takes an admin out of the dashboard only, after user:updated", async (t) => {
        const { person } = await recorded("adele", { role: "admin" });
        const main = await person.connect(t, "/");
        const dashboard = main.socket.io.socket("/dashboard", { auth: { token: person.token } });
        await once(dashboard, "connect");
        const order = [];
        main.socket.on("user:updated", () => order.push("user:updated"));
        dashboard.on("error", () => order.push("error"));
        const [error, end] = [once(dashboard, "error"), once(dashboard, "disconnect")];
        await patch("/v1/users/adele", { role: "agent" });
        assert.deepEqual([(await error)[0].code, (await error)[0].details.reason], ["FORBIDDEN", "ROLE_CHANGED"]);
        assert.equal((await end)[0], "io server disconnect");
        assert.deepEqual(order, ["user:updated", "error"]);
        assert.equal(main.socket.connected, true);

        await patch("/v1/users/adele", { role: "admin" });
        const back = main.socket.io.socket("/dashboard", { auth: { token: person.token } });
        back.connect();
        await once(back, "connect");
    });

    it("takes tickets and conversations away that they may not see any more, and nothing of them comes after", async (t) => {
        const { person } = await recorded("lena");
        const [lost, kept] = [
            await admin.made("POST", "/v1/tickets", { subject: "lost" }),
            await person.made("POST", "/v1/tickets", { subject: "her own" }),
        ];
        const conversation = await admin.made("POST", "/v1/conversations", { customerId: "ada" });
        const client = await subscribed(t, person, lost.id);
        assert.equal((await client.socket.emitWithAck("ticket:subscribe", { ticketId: kept.id })).ok, true);
        const chat = client.socket.io.socket("/chat", { auth: { token: person.token } });
        const chatErrors = [];
        const chatMessages = [];
        chat.on("error", (error) => chatErrors.push(error));
        chat.on("chat:message", (message) => chatMessages.push(message));
        await once(chat, "connect");
        assert.equal((await chat.emitWithAck("chat:join", { conversationId: conversation.id })).ok, true);
        const watcher = await subscribed(t, admin, lost.id);
        client.socket.emit("ticket:typing", { ticketId: lost.id });
        await watcher.inbox.next("ticket:typing");
        await client.inbox.nothing(barrier(client.socket), "ticket:unsubscribed");

        // Without waiting in between, so that some of it happens while her access is being looked up.
        const changes = [
            patch("/v1/users/lena", { role: "customer" }),
            admin.request("POST", `/v1/tickets/${lost.id}/messages`, { content: "secret" }),
            admin.request("POST", `/v1/tickets/${kept.id}/messages`, { content: "for her" }),
            admin.request("POST", `/v1/conversations/${conversation.id}/messages`, { content: "secret" }),
        ];
        for (const change of changes) assert.ok((await change).status < 300);
        await watcher.inbox.next("ticket:stopTyping");
        // What was committed before her change is still hers to hear.
        const before = await client.inbox.until("ticket:unsubscribed");
        assert.deepEqual(before.at(-1)[1], { ticketId: lost.id, reason: "ACCESS_LOST" });
        const early = before.filter(([event]) => event === "ticket:message").map(([, { content }]) => content);
        const last = await admin.made("POST", `/v1/tickets/${lost.id}/messages`, { content: "secret too" });
        assert.equal((await watcher.inbox.next("ticket:message"))[0].content, "secret");
        assert.equal((await watcher.inbox.next("ticket:message"))[0].id, last.id);
        await admin.made("POST", `/v1/conversations/${conversation.id}/messages`, { content: "secret too" });

        let told;
        do [told] = await client.inbox.next("ticket:updated");
        while (!told.accessLost);
        assert.deepEqual([told.ticketId, told.changes, "version" in told, "by" in told], [lost.id, {}, false, false]);
        if (!early.includes("for her")) assert.equal((await client.inbox.next("ticket:message"))[0].content, "for her");
        await client.inbox.nothing(barrier(client.socket), "ticket:message", "ticket:unsubscribed");
        await chat.emitWithAck("chat:leave", { conversationId: "none" });
        assert.deepEqual([chatErrors.length, chatErrors[0]?.details.reason], [1, "ACCESS_LOST"]);
        assert.deepEqual(chatMessages.filter((message) => message.content === "secret too"), []);
        assert.equal((await client.socket.emitWithAck("ticket:subscribe", { ticketId: lost.id })).error.code, "FORBIDDEN");
    });

    it("ends every connection of who is not active any more, and lets nobody in until they are", async (t) => {
        const { person } = await recorded("ines");
        const main = await person.connect(t, "/");
        const tickets = main.socket.io.socket("/tickets", { auth: { token: person.token } });
        await once(tickets, "connect");
        const told = [once(main.socket, "error"), once(tickets, "error")];
        const ends = [once(main.socket, "disconnect"), once(tickets, "disconnect")];
        await patch("/v1/users/ines", { active: false });
        for (const error of told) {
            const [{ code, details }] = await error;
            assert.deepEqual([code, details.reason], ["AUTH_TOKEN_INVALID", "INACTIVE"]);
        }
        for (const end of ends) assert.equal((await end)[0], "io server disconnect");
        const refused = await refusedWith(t, server.url, { token: person.token });
        assert.deepEqual([refused.message, refused.data.details.reason], ["AUTH_TOKEN_INVALID", "INACTIVE"]);
        assert.equal((await person.request("GET", "/v1/users/ines")).status, 401);
        await patch("/v1/users/ines", { active: true });
        await person.connect(t, "/");
    });
});

test("the org's visibility decides who stays in which ticket, at once", async (t) => {
    const boss = new Person(server.url, "boss", { role: "admin", org: "initech" });
    await boss.made("POST", "/v1/teams", { id: "t1", name: "One" });
    const inside = new Person(server.url, "ann", { teams: ["t1"], org: "initech" });
    const outside = new Person(server.url, "ben", { org: "initech" });
    const elsewhere = new Person(server.url, "ben", {});
    const ticket = await boss.made("POST", "/v1/tickets", { subject: "for one team", teamId: "t1" });
    const foreign = await admin.made("POST", "/v1/tickets", { id: ticket.id, subject: "same id", teamId: "t1" });
    const [ann, ben, other] = [
        await subscribed(t, inside, ticket.id),
        await subscribed(t, outside, ticket.id),
        await subscribed(t, elsewhere, foreign.id),
    ];
    const org = (await boss.request("GET", "/v1/orgs/initech")).body;
    assert.deepEqual([org.id, org.visibility, org.shareCompanyTickets], ["initech", "org", false]);
    assert.equal((await outside.request("PATCH", "/v1/orgs/initech", { visibility: "team" })).status, 403);
    assert.equal((await admin.request("PATCH", "/v1/orgs/initech", { visibility: "team" })).status, 404);
    const changed = await patch("/v1/orgs/initech", { visibility: "team" }, { "if-match": String(org.version) }, boss);
    assert.deepEqual([changed.status, changed.body.visibility, changed.body.version], [200, "team", org.version + 1]);
    assert.deepEqual(await ben.inbox.next("ticket:unsubscribed"), [{ ticketId: ticket.id, reason: "ACCESS_LOST" }]);
    assert.equal((await ben.inbox.next("ticket:updated"))[0].accessLost, true);
    await boss.made("POST", `/v1/tickets/${ticket.id}/messages`, { content: "among us" });
    assert.equal((await ann.inbox.next("ticket:message"))[0].content, "among us");
    for (const { socket, inbox } of [ben, other]) await inbox.nothing(barrier(socket), "ticket:message", "ticket:unsubscribed", "ticket:updated");
});

test("agents who lose sight of a chat that is taken, or over, are told so once", async (t) => {
    for (const visibility of ["team", "assigned"]) {
        const org = `hooli-${visibility}`;
        const boss = new Person(server.url, "boss", { role: "admin", org });
        await boss.made("PATCH", `/v1/orgs/${org}`, { visibility }, 200);
        const [ann, ben, carl] = ["ann", "ben", "carl"].map((id) => new Person(server.url, id, { org, role: id === "carl" ? "customer" : "agent" }));
        const away = await ben.connect(t, "/chat");
        away.socket.disconnect();
        const [takes, loses, admin] = await Promise.all([ann, ben, boss].map((person) => person.connect(t, "/chat")));
        const conversation = await carl.made("POST", "/v1/conversations", {});
        for (const each of [takes, loses, admin]) assert.equal((await each.inbox.next("chat:updated"))[0].status, "waiting");
        assert.equal((await takes.socket.emitWithAck("chat:join", { conversationId: conversation.id })).ok, true);
        for (const each of [takes, admin]) {
            const [{ status, agents, accessLost }] = await each.inbox.next("chat:updated");
            assert.deepEqual([status, agents.map(({ id }) => id), accessLost], ["active", ["ann"], undefined]);
        }
        const [lost] = await loses.inbox.next("chat:updated");
        assert.deepEqual([lost.id, lost.status, lost.agents, lost.accessLost], [conversation.id, "active", [], true]);
        // Who was away meanwhile learns the same, once.
        const back = await ben.connect(t, "/chat", { auth: { token: ben.token, since: away.cursor } });
        assert.deepEqual((await back.inbox.next("chat:updated"))[0], lost);
        await back.inbox.next("sync:ready");

        const over = await carl.made("POST", "/v1/conversations", {});
        for (const each of [takes, loses, admin, back]) await each.inbox.next("chat:updated");
        await boss.made("POST", `/v1/conversations/${over.id}/end`, {}, 200);
        for (const each of [takes, loses, back]) assert.deepEqual((await each.inbox.next("chat:updated"))[0].accessLost, true);
        await admin.inbox.next("chat:updated");
        await ann.made("POST", `/v1/conversations/${conversation.id}/messages`, { content: "among us" });
        for (const each of [loses, back]) await each.inbox.nothing(chatBarrier(each.socket), "chat:updated", "chat:message");
    }
});

test("the newest of the tokens that a connection's namespaces bring says who it is", async (t) => {
    const now = Math.floor(Date.now() / 1000);
    const [older, newer] = [token("nora", { role: "admin", iat: now - 100 }), token("nora", { role: "agent", iat: now - 10 })];
    const main = await new Person(server.url, "nora", { role: "admin", iat: now - 100 }).connect(t, "/");
    const dashboard = main.socket.io.socket("/dashboard", { auth: { token: older } });
    await once(dashboard, "connect");
    const error = once(dashboard, "error");
    const tickets = main.socket.io.socket("/tickets", { auth: { token: newer } });
    await once(tickets, "connect");
    assert.equal((await error)[0].details.reason, "ROLE_CHANGED");
    const again = main.socket.io.socket("/dashboard", { auth: { token: older } });
    again.connect();
    assert.equal((await once(again, "connect_error"))[0].message, "FORBIDDEN");
});

test("staff who have only connected can be assigned", async (t) => {
    await new Person(server.url, "silent", { role: "agent" }).connect(t, "/");
    const ticket = await admin.made("POST", "/v1/tickets", { subject: "whose?" });
    let answer;
    // The server notes them down behind the connect; a person takes longer to choose them from a list.
    for (let attempt = 0; attempt < 200; attempt++) {
        answer = await admin.request("PATCH", `/v1/tickets/${ticket.id}`, { assigneeId: "silent" });
        if (answer.status === 200) break;
    }
    assert.equal(answer.body.assignee?.id, "silent", answer.text);
});
