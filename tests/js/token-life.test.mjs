// domain.md 3.8: a token is renewed on the connection it came with, or the connection ends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect, open, refusal } from "./lib/clients.mjs";
import { Person, token } from "./lib/desk.mjs";
import { once } from "./lib/inbox.mjs";
import { startInsightDesk } from "./lib/server.mjs";

const fresh = (sub, options) => token(sub, { iat: Math.floor(Date.now() / 1000), ...options });
const auth = (bearer) => ({ auth: { token: bearer }, transports: ["websocket"] });

describe("a token's life", () => {
    let server;
    before(async () => {
        server = await startInsightDesk({ args: ["--token-grace", "1s"] });
    });
    after(() => server.stop());

    /** Two namespaces over one connection. */
    async function two(t, bearer) {
        const main = await connect(t, server.url, { ...auth(bearer), forceNew: true });
        const tickets = main.socket.io.socket("/tickets", { auth: { token: bearer } });
        await once(tickets, "connect");
        return { main: main.socket, tickets };
    }

    it("is asked to be renewed on every namespace, and goes on when it is", async (t) => {
        const { main, tickets } = await two(t, fresh("grace", { ttl: 2 }));
        const asked = [once(main, "token:refresh"), once(tickets, "token:refresh")];
        for (const request of asked) assert.match((await request)[0].expiresAt, /^\d{4}-.*Z$/);
        const updated = once(tickets, "token:updated");
        let elsewhere = false;
        main.on("token:updated", () => (elsewhere = true));
        tickets.emit("token:update", { token: fresh("grace", { ttl: 3600 }) });
        await updated;
        assert.equal(elsewhere, false, "only the asking namespace is told");

        // Past the old token's expiry and grace an event still arrives.
        await new Promise((resolve) => main.timeout(10_000).emit("ping", { timestamp: 1 }, resolve));
        const created = once(tickets, "ticket:created");
        const until = Date.now() + 3200;
        while (Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
        await new Person(server.url, "ada", { role: "admin" }).made("POST", "/v1/tickets", { subject: "late" });
        assert.equal((await created)[0].subject, "late");
    });

    it("ends every namespace when it is not renewed in time", async (t) => {
        const bearer = fresh("grace", { ttl: 1 });
        const { main, tickets } = await two(t, bearer);
        const errors = [once(main, "error"), once(tickets, "error")];
        const ends = [once(main, "disconnect"), once(tickets, "disconnect")];
        for (const error of errors) assert.equal((await error)[0].code, "AUTH_TOKEN_EXPIRED");
        for (const end of ends) assert.equal((await end)[0], "io server disconnect");
        const again = open(t, server.url, auth(bearer));
        const refused = await refusal(again.socket);
        assert.equal(refused.message, "AUTH_TOKEN_EXPIRED");
        assert.equal(refused.data.code, "AUTH_TOKEN_EXPIRED");
    });

    it("of another user ends the connection", async (t) => {
        const { main, tickets } = await two(t, fresh("grace"));
        const error = once(main, "error");
        const end = once(tickets, "disconnect");
        main.emit("token:update", { token: fresh("mallory") });
        assert.equal((await error)[0].code, "AUTH_TOKEN_INVALID");
        assert.equal((await end)[0], "io server disconnect");
    });

    it("brings its role and teams along: who is no admin any more leaves the dashboard only", async (t) => {
        const main = await connect(t, server.url, auth(fresh("ada", { role: "admin" })));
        const dashboard = main.socket.io.socket("/dashboard", { auth: { token: fresh("ada", { role: "admin" }) } });
        await once(dashboard, "connect");
        const error = once(dashboard, "error");
        const end = once(dashboard, "disconnect");
        main.socket.emit("token:update", { token: fresh("ada", { role: "agent", ttl: 7200 }) });
        const [told] = await error;
        assert.equal(told.code, "FORBIDDEN");
        assert.equal(told.details.reason, "ROLE_CHANGED");
        await end;
        assert.equal(main.socket.connected, true);
    });
});
