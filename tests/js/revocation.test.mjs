// Tokens taken back, connections ended and rooms left by an admin (domain.md 3.8, story 6), and tokens handed out in development.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Person, barrier, claims, craft, refusedWith, token } from "./lib/desk.mjs";
import { once } from "./lib/inbox.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { join } from "node:path";

const now = () => Math.floor(Date.now() / 1000);

/** `/` and `/tickets` over one connection. */
async function two(t, person) {
    const main = await person.connect(t, "/");
    const tickets = main.socket.io.socket("/tickets", { auth: { token: person.token } });
    t.after(() => tickets.disconnect());
    await once(tickets, "connect");
    return { main: main.socket, inbox: main.inbox, tickets };
}

/** Both namespaces are told why, then disconnected. */
async function fall({ main, tickets }, act) {
    const errors = [once(main, "error"), once(tickets, "error")];
    const ends = [once(main, "disconnect"), once(tickets, "disconnect")];
    const begun = Date.now();
    await act();
    for (const error of errors) {
        const [{ code, details }] = await error;
        assert.deepEqual([code, details.reason], ["AUTH_TOKEN_INVALID", "REVOKED"]);
    }
    for (const end of ends) assert.equal((await end)[0], "io server disconnect");
    assert.ok(Date.now() - begun < 1000, "within a second");
}

const stays = ({ main }) => new Promise((resolve) => (main.once("pong", resolve), main.emit("ping", { timestamp: 1 })));

describe("tokens taken back", () => {
    let server;
    let admin;
    const store = join(temporaryFolder(), "desk.db");
    before(async () => {
        server = await startInsightDesk({ store });
        admin = new Person(server.url, "ada", { role: "admin" });
    });
    after(() => server?.stop());
    const revoke = (user, body, by = admin) => by.made("POST", `/v1/users/${user}/revoke-tokens`, body, 200);

    it("by time end all of the user's connections in this org only; a newer token comes in", async (t) => {
        const old = { iat: now() - 500 };
        const grace = new Person(server.url, "grace", old);
        const [here, too] = [await two(t, grace), await two(t, grace)];
        const others = [
            await two(t, new Person(server.url, "grace", { ...old, org: "globex" })),
            await two(t, new Person(server.url, "heidi", old)),
            await two(t, new Person(server.url, "grace", { iat: now() - 10 })),
        ];
        const second = fall(too, () => {});
        await fall(here, () => revoke("grace", { issuedBefore: now() - 100 }));
        await second;
        for (const other of others) await stays(other);
        const refused = await refusedWith(t, server.url, { token: grace.token });
        assert.deepEqual([refused.message, refused.data.details.reason], ["AUTH_TOKEN_INVALID", "REVOKED"]);
        const rest = await grace.request("GET", "/v1/notifications");
        assert.deepEqual([rest.status, rest.body.details.reason], [401, "REVOKED"]);
        await new Person(server.url, "grace", { iat: now() }).connect(t, "/");
    });

    it("by time take those along that do not say when they were issued", async (t) => {
        const { iat, ...rest } = claims("judy");
        assert.ok(iat);
        const judy = new Person(server.url, "judy");
        judy.token = craft(rest);
        const connection = await two(t, judy);
        await fall(connection, () => revoke("judy", { issuedBefore: new Date(Date.now() - 1000).toISOString() }));
        assert.equal((await refusedWith(t, server.url, { token: judy.token })).data.details.reason, "REVOKED");
    });

    it("by jti end the connections of that token and no other", async (t) => {
        const [one, other] = [new Person(server.url, "kim", { jti: "token-1" }), new Person(server.url, "kim", { jti: "token-2" })];
        const foreign = new Person(server.url, "kim", { jti: "token-1", org: "globex" });
        const [falls, goesOn, elsewhere] = [await two(t, one), await two(t, other), await two(t, foreign)];
        await fall(falls, () => revoke("kim", { jti: "token-1" }));
        for (const connection of [goesOn, elsewhere]) await stays(connection);
        assert.equal((await refusedWith(t, server.url, { token: one.token })).data.details.reason, "REVOKED");
    });

    it("cannot renew a connection", async (t) => {
        const lea = new Person(server.url, "lea", { iat: now() });
        const connection = await two(t, lea);
        await revoke("lea", { jti: "bad" });
        await fall(connection, () => connection.tickets.emit("token:update", { token: token("lea", { jti: "bad", ttl: 9000, iat: now() }) }));
    });

    it("are an admin's to take, one way at a time", async () => {
        assert.equal((await new Person(server.url, "bob").request("POST", "/v1/users/bob/revoke-tokens", { jti: "x" })).status, 403);
        for (const body of [{}, { jti: "x", issuedBefore: 1 }, { jti: "" }, { issuedBefore: "yesterday" }, { issuedBefore: -1 }]) {
            assert.equal((await admin.request("POST", "/v1/users/bob/revoke-tokens", body)).status, 400, JSON.stringify(body));
        }
    });

    it("stay taken back, and records stay in force, when the server starts again", async (t) => {
        const file = join(temporaryFolder(), "desk.db");
        let own = await startInsightDesk({ store: file });
        const boss = new Person(own.url, "ada", { role: "admin" });
        await boss.made("POST", "/v1/users/mia/revoke-tokens", { issuedBefore: now() }, 200);
        await boss.made("POST", "/v1/users", { id: "nils", name: "Nils", active: false });
        await own.stop();
        own = await startInsightDesk({ store: file });
        t.after(() => own.stop());
        for (const [user, reason] of [["mia", "REVOKED"], ["nils", "INACTIVE"]]) {
            assert.equal((await refusedWith(t, own.url, { token: token(user) })).data.details.reason, reason);
        }
    });

    it("is not needed to end connections: their user may come back at once", async (t) => {
        const olga = new Person(server.url, "olga");
        const connection = await two(t, olga);
        const foreign = await two(t, new Person(server.url, "olga", { org: "globex" }));
        const ends = [once(connection.main, "disconnect"), once(connection.tickets, "disconnect")];
        assert.equal((await olga.request("POST", "/v1/users/olga/disconnect", {})).status, 403);
        await admin.made("POST", "/v1/users/olga/disconnect", {}, 200);
        for (const end of ends) assert.equal((await end)[0], "io server disconnect");
        await stays(foreign);
        await olga.connect(t, "/");
    });

    it("nor to put somebody out of a ticket", async (t) => {
        const paul = new Person(server.url, "paul");
        const ticket = await admin.made("POST", "/v1/tickets", { subject: "not for Paul" });
        const { socket, inbox } = await paul.connect(t, "/tickets");
        await socket.emitWithAck("ticket:subscribe", { ticketId: ticket.id });
        assert.equal((await paul.request("POST", "/v1/sockets/leave", { room: `ticket:${ticket.id}`, userId: "paul" })).status, 403);
        assert.equal((await admin.request("POST", "/v1/sockets/leave", { room: "staff", userId: "paul" })).status, 400);
        await admin.made("POST", "/v1/sockets/leave", { room: `ticket:${ticket.id}`, userId: "paul" }, 200);
        assert.deepEqual(await inbox.next("ticket:unsubscribed"), [{ ticketId: ticket.id, reason: "REMOVED" }]);
        await admin.made("POST", `/v1/tickets/${ticket.id}/messages`, { content: "without him" });
        await inbox.nothing(barrier(socket), "ticket:message");
    });
});

describe("tokens of the server's own making", () => {
    const post = (url, body, headers = {}) =>
        http(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } }).then((answer) => ({
            status: answer.status,
            body: JSON.parse(answer.text),
        }));

    it("are not handed out in production", async (t) => {
        const server = await startInsightDesk({});
        t.after(() => server.stop());
        assert.equal((await post(`${server.url}/v1/auth/token`, { userId: "eve", orgId: "acme", role: "admin" })).status, 403);
        const refresh = await post(`${server.url}/v1/auth/refresh`, {}, { authorization: `Bearer ${token("ann")}` });
        assert.equal(refresh.status, 403);
    });

    it("are handed out with --dev, and renewed", async (t) => {
        const server = await startInsightDesk({ args: ["--dev"] });
        t.after(() => server.stop());
        const made = await post(`${server.url}/v1/auth/token`, { userId: "eve", orgId: "acme", role: "agent", name: "Eve", teamIds: ["t1"], ttlSec: 60 });
        assert.equal(made.status, 200, JSON.stringify(made.body));
        assert.ok(Math.abs(Date.parse(made.body.expiresAt) - Date.now() - 60_000) < 5000);
        const eve = new Person(server.url, "eve");
        eve.token = made.body.token;
        const { socket } = await eve.connect(t, "/tickets");
        const renewed = await post(`${server.url}/v1/auth/refresh`, {}, { authorization: `Bearer ${eve.token}` });
        assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
        assert.ok(Date.parse(renewed.body.expiresAt) > Date.parse(made.body.expiresAt));
        assert.equal((await socket.emitWithAck("token:update", { token: renewed.body.token })).ok, true);
        assert.equal((await post(`${server.url}/v1/auth/refresh`, {})).status, 401);
        for (const bad of [{}, { userId: "a b", orgId: "x" }, { userId: "a", orgId: "x", role: "system" }, { userId: "a", orgId: "x", ttlSec: 0 }]) {
            assert.equal((await post(`${server.url}/v1/auth/token`, bad)).status, 400, JSON.stringify(bad));
        }
        const form = await post(`${server.url}/v1/auth/token`, { userId: "eve", orgId: "acme" }, { "content-type": "text/plain" });
        assert.equal(form.status, 400, "no web page may ask without the browser asking us first");
    });
});
