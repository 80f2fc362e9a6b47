// Acceptance story 6: a token is renewed on its connection, or the connection ends, everywhere at once; nobody else notices, least of all
// those of the same ids in another org.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { refusedWith, token } from "./lib/desk.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

const NAMESPACES = ["/", "/tickets", "/chat", "/notifications"];
const now_s = () => Math.floor(Date.now() / 1000);

let server;
before(async () => (server = await startInsightDesk({ args: ["--token-grace", "1s", "--limits", "high"] })));
after(() => server?.stop());

const refresh = ["token:refresh", { expiresAt: (text) => new Date(text).toISOString() === text }];
const ended = (code) => [["error", { code }], ["(disconnect)", { reason: "io server disconnect" }]];

/** A, who renews, and B, who does not; C and D have time. The other org has the same people, with time. */
async function people(t, transports, org, ttl) {
    const stage = new Stage(server);
    const late = { iat: now_s(), ttl, transports };
    const acme = {
        a: stage.add(org, "ann", late),
        b: stage.add(org, "bob", late),
        c: stage.add(org, "carl", { role: "customer", transports }),
        d: stage.add(org, "dan", { role: "admin", transports }),
    };
    const globex = {};
    for (const [name, id, role] of [["a", "ann", "agent"], ["b", "bob", "agent"], ["c", "carl", "customer"], ["d", "dan", "admin"]]) {
        globex[name] = stage.add(`${org}-too`, id, { role, transports });
    }
    await stage.known();
    await stage.arrive(t);
    return { stage, ...acme, globex };
}

describe("a token", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`is renewed, or the connection ends at its expiry and grace, over ${title}`, async (t) => {
            const org = `acme ${title}`.replace(/\W/g, "-");
            const { stage, a, b, c, d } = await people(t, transports, org, 4);
            const bearer = b.token;
            await a.hears("token:refresh", NAMESPACES.length);
            a.token = token("ann", { org, iat: now_s() });
            a.sockets["/chat"].emit("token:update", { token: a.token });
            const { expiresAt } = await a.hears("token:updated");
            assert.ok(Date.parse(expiresAt) > Date.now() + 3_500_000);

            // B lets the time pass, so the time of A's first token has passed too when B is out.
            await b.hears("(disconnect)", NAMESPACES.length);
            assert.ok(Date.now() >= Date.parse(b.records.find(([event]) => event === "token:refresh")[1].expiresAt));
            const refused = await refusedWith(t, server.url, { token: bearer }, { transports });
            assert.deepEqual([refused.message, refused.data.code], ["AUTH_TOKEN_EXPIRED", "AUTH_TOKEN_EXPIRED"]);

            // All of A's namespaces live on.
            const { id } = await c.made("POST", "/v1/tickets", { subject: "Still there?" });
            await d.made("PATCH", `/v1/tickets/${id}`, { assigneeId: "ann" }, 200);
            await stage.settle();
            const created = ["ticket:created", { id }];
            const assigned = [created, ["ticket:updated", { ticketId: id }], ["ticket:assigned", { agent: { id: "ann" } }]];
            a.heard([refresh], "/");
            a.heard([refresh, ...assigned], "/tickets");
            a.heard([refresh, ["token:updated", { expiresAt }]], "/chat");
            a.heard([refresh, ["notification", { type: "ticket_assigned" }], ["notification:count", { unread: 1 }]], "/notifications");
            // B was asked twice on each namespace, the second time at the expiry itself.
            for (const nsp of NAMESPACES) b.heard([refresh, refresh, ...ended("AUTH_TOKEN_EXPIRED")], nsp);
            for (const party of [a, b]) party.forget();
            stage.heard(new Map([[c, assigned], [d, assigned]]));
        });
    }

    for (const [title, transports] of TRANSPORTS) {
        test(`taken back ends all of its user's connections within a second, and a newer one comes in, over ${title}`, async (t) => {
            const org = `acme revoked ${title}`.replace(/\W/g, "-");
            const { stage, a, b, c, d } = await people(t, transports, org, 3600);
            // A second device; and one that has a token of after the moment from which tokens are good again.
            const issuedBefore = now_s() + 1;
            const phone = await stage.add(org, "ann", { name: "ann, phone", iat: now_s(), transports }).arrive(t);
            const newer = await stage.add(org, "ann", { name: "ann, newer", iat: issuedBefore, transports }).arrive(t);
            const begun = Date.now();
            await d.made("POST", "/v1/users/ann/revoke-tokens", { issuedBefore }, 200);
            for (const party of [a, phone]) await party.hears("(disconnect)", NAMESPACES.length);
            assert.ok(Date.now() - begun < 1000);
            for (const party of [a, phone]) {
                for (const nsp of NAMESPACES) party.heard([["error", { code: "AUTH_TOKEN_INVALID", details: { reason: "REVOKED" } }], ["(disconnect)", { reason: "io server disconnect" }]], nsp);
                party.forget();
                const refused = await refusedWith(t, server.url, { token: party.token }, { transports });
                assert.deepEqual([refused.message, refused.data.details.reason], ["AUTH_TOKEN_INVALID", "REVOKED"]);
                assert.equal((await party.request("GET", "/v1/tickets")).status, 401);
            }
            a.token = token("ann", { org, iat: issuedBefore });
            await a.arrive(t);
            const { id } = await c.made("POST", "/v1/tickets", { subject: "Still there?" });
            await stage.settle();
            stage.heard(new Map([a, newer, b, c, d].map((party) => [party, [["ticket:created", { id }]]])));
        });
    }

    for (const [what, replacement] of [
        ["of another user", (org) => token("bob", { org, iat: now_s() })],
        ["of the same user id in another org", (org) => token("ann", { org: `${org}-too`, iat: now_s() })],
        ["signed by somebody else", () => `${token("ann").slice(0, -4)}AAAA`],
        ["that is no token", () => "rubbish"],
    ]) {
        test(`update ${what} ends the connection, and nobody else's`, async (t) => {
            const org = `acme ${what}`.replace(/\W/g, "-");
            const { stage, a, b, c, d } = await people(t, ["websocket"], org, 3600);
            const before = a.token;
            a.sockets["/tickets"].emit("token:update", { token: replacement(org) });
            await a.hears("(disconnect)", NAMESPACES.length);
            await stage.settle();
            for (const nsp of NAMESPACES) a.heard(ended("AUTH_TOKEN_INVALID"), nsp);
            a.forget();
            stage.heard(new Map());
            // The token that was good still is.
            a.token = before;
            await a.arrive(t);
            const { id } = await c.made("POST", "/v1/tickets", { subject: "Back again" });
            await stage.settle();
            stage.heard(new Map([a, b, c, d].map((party) => [party, [["ticket:created", { id }]]])));
        });
    }
});
