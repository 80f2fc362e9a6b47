// Who may connect to insightdesk, with the official client: tokens, namespaces, transports, limits; and the tokens of its command line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, connected, open } from "./lib/clients.mjs";
import { NAMESPACES, Person, claims, craft, refusedWith, token } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { INSIGHTDESK, JWT_SECRET, startInsightDesk } from "./lib/server.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--limit-failed-auth", "100000/s,100000"] })));
after(() => server?.stop());

const run = (...args) => spawnSync(INSIGHTDESK, args, { encoding: "utf8", env: { ...process.env, INSIGHTDESK_JWT_SECRET: JWT_SECRET } });

for (const [title, transports] of TRANSPORTS) {
    test(`all six namespaces take an admin's token over ${title}`, async (t) => {
        const admin = new Person(server.url, "ada", { role: "admin" });
        for (const namespace of NAMESPACES) {
            const { socket } = await admin.connect(t, namespace, { transports });
            assert.match(socket.id, /^[\w-]{20}$/);
        }
    });

    test(`all six share one connection over ${title}`, async (t) => {
        const admin = new Person(server.url, "ada", { role: "admin" });
        const { socket } = await admin.connect(t, "/", { transports });
        for (const namespace of NAMESPACES.slice(1)) {
            const other = socket.io.socket(namespace, { auth: { token: admin.token } });
            t.after(() => other.disconnect());
            await connected(other);
        }
        assert.equal(socket.connected, true);
    });

    test(`a bad and an expired token are told apart over ${title}`, async (t) => {
        for (const namespace of NAMESPACES) {
            const bad = await refusedWith(t, server.url + namespace, { token: "not.a.token" }, { transports });
            assert.equal(bad.message, "AUTH_TOKEN_INVALID");
            assert.equal(bad.data.code, "AUTH_TOKEN_INVALID");
            assert.equal(typeof bad.data.message, "string");
            const late = await refusedWith(t, server.url + namespace, { token: token("late", { role: "admin", ttl: -60 }) }, { transports });
            assert.deepEqual([late.message, late.data.code], ["AUTH_TOKEN_EXPIRED", "AUTH_TOKEN_EXPIRED"]);
        }
    });
}

test("only admins see the dashboard", async (t) => {
    for (const role of ["agent", "customer", "bot"]) {
        const { message, data } = await refusedWith(t, `${server.url}/dashboard`, { token: token("eve", { role }) });
        assert.deepEqual([message, data.code], ["FORBIDDEN", "FORBIDDEN"]);
    }
});

test("an unknown namespace is refused", async (t) => {
    assert.equal((await refusedWith(t, `${server.url}/other`, { token: token("ann") })).message, "Invalid namespace");
});

test("a second person may not join the first one's connection", async (t) => {
    const { socket } = await new Person(server.url, "ann").connect(t, "/");
    const other = socket.io.socket("/tickets", { auth: { token: token("bob") } });
    t.after(() => other.disconnect());
    const error = await new Promise((resolve) => other.once("connect_error", resolve));
    assert.equal(error.message, "AUTH_TOKEN_INVALID");
    assert.equal(socket.connected, true);
});

describe("tokens that are no tokens", () => {
    const good = claims("ann");
    const tokens = {
        "no auth at all": undefined,
        "alg none": craft(good, { header: { alg: "none" } }).replace(/[^.]*$/, ""),
        "alg None with a signature": craft(good, { header: { alg: "None" } }),
        "alg HS384": craft(good, { header: { alg: "HS384" }, hash: "sha384" }),
        "alg HS512": craft(good, { header: { alg: "HS512" }, hash: "sha512" }),
        "alg RS256": craft(good, { header: { alg: "RS256" } }),
        "alg in an array": craft(good, { header: { alg: ["HS256"] } }),
        "no alg": craft(good, { header: {} }),
        "another secret": craft(good, { secret: "x".repeat(40) }),
        "a payload that is an array": craft([good]),
        "a payload that is a string": craft("ann"),
        "no sub": craft({ ...good, sub: undefined }),
        "a sub that is a number": craft({ ...good, sub: 1 }),
        "a sub with a colon": craft({ ...good, sub: "a:b" }),
        "no org": craft({ ...good, org: undefined }),
        "an org that is an object": craft({ ...good, org: {} }),
        "no exp": craft({ ...good, exp: undefined }),
        "an exp that is text": craft({ ...good, exp: "9999999999" }),
        "an exp of 1e400": craft(JSON.stringify(good).replace(/"exp":\d+/, '"exp":1e400')),
        "no role": craft({ ...good, role: undefined }),
        "the role system": craft({ ...good, role: "system" }),
        "a role from the prototype": craft({ ...good, role: "constructor" }),
        "teams that are no list": craft({ ...good, teams: "a" }),
        "deep nesting": craft(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`),
        "a name with a lone surrogate escape and no sub": craft('{"name":"\\ud800"}'),
        "not yet valid": craft({ ...good, nbf: Math.floor(Date.now() / 1000) + 3600 }),
        "a token of a hundred thousand bytes": "a".repeat(100_000),
        "an empty token": "",
        "a token that is an object": { a: 1 },
        "a token that is a number": 7,
    };
    for (const [name, bad] of Object.entries(tokens)) {
        test(name, async (t) => {
            const { message, data } = await refusedWith(t, server.url, { token: bad });
            assert.deepEqual([message, data.code], ["AUTH_TOKEN_INVALID", "AUTH_TOKEN_INVALID"]);
            if (typeof bad === "string" && !/[^\w.-]/.test(bad) && bad.length < 20_000) {
                const answer = await http(`${server.url}/v1/tickets`, { method: "POST", body: "{}", headers: { authorization: `Bearer ${bad}` } });
                assert.equal(answer.status, 401);
            }
        });
    }
});

describe("the main namespace", () => {
    test("ping is answered by pong with the server's time", async (t) => {
        const { socket, inbox } = await new Person(server.url, "ann").connect(t, "/");
        const timestamp = Date.now();
        socket.emit("ping", { timestamp });
        const [pong] = await inbox.next("pong");
        assert.equal(pong.timestamp, timestamp);
        assert.ok(Number.isInteger(pong.serverTime) && Math.abs(pong.serverTime - Date.now()) < 60_000);
    });

    test("a wrong ping is an error: in the ack if there is one, else as event `error`", async (t) => {
        const { socket, inbox } = await new Person(server.url, "ann").connect(t, "/");
        for (const wrong of [undefined, {}, { timestamp: "1" }]) {
            const answer = await socket.timeout(10_000).emitWithAck("ping", wrong);
            assert.deepEqual([answer.ok, answer.error.code, answer.error.details.event], [false, "INVALID_PAYLOAD", "ping"]);
        }
        socket.emit("ping", { timestamp: "1" });
        const [error] = await inbox.next("error");
        assert.deepEqual([error.code, error.details.event], ["INVALID_PAYLOAD", "ping"]);
        assert.equal(socket.connected, true);
    });

    test("more pings than the limit are answered RATE_LIMITED, and the client stays", async (t) => {
        const { socket } = await new Person(server.url, "hasty").connect(t, "/");
        const answers = await Promise.all(Array.from({ length: 12 }, () => socket.timeout(10_000).emitWithAck("ping", { timestamp: 1 })));
        assert.ok(answers.some(({ ok }) => ok));
        const refused = answers.find(({ ok }) => !ok);
        assert.equal(refused.error.code, "RATE_LIMITED");
        assert.equal(refused.error.details.limit, "ping");
        assert.ok(refused.error.details.retryAfterMs > 0);
        assert.equal(socket.connected, true);
    });
});

describe("limits of an address and a user", () => {
    test("refused tokens block their address for a while, good ones of others do not", async (t) => {
        const strict = await startInsightDesk({ args: ["--limit-failed-auth", "1/m,3"] });
        t.after(() => strict.stop());
        const messages = [];
        for (let i = 0; i < 5; ++i) messages.push((await refusedWith(t, strict.url, { token: "x" })).message);
        assert.equal(messages[0], "AUTH_TOKEN_INVALID");
        assert.equal(messages.at(-1), "RATE_LIMITED");
    });

    test("a user has so many connections and no more", async (t) => {
        const strict = await startInsightDesk({ args: ["--limit-connections-per-user", "2"] });
        t.after(() => strict.stop());
        const ann = new Person(strict.url, "ann");
        await ann.connect(t, "/");
        const second = await ann.connect(t, "/tickets");
        assert.equal((await refusedWith(t, strict.url, { token: ann.token })).message, "RATE_LIMITED");
        await new Person(strict.url, "bob").connect(t, "/");
        second.socket.disconnect();
        // The server learns of the end a moment later.
        for (let tries = 0; ; ++tries) {
            const { socket } = open(t, strict.url, { transports: ["websocket"], auth: { token: ann.token } });
            if (await connected(socket).then(() => true, () => false)) break;
            assert.ok(tries < 200);
        }
    });
});

test("CVE-2020-28481: no origin is allowed unless configured", async (t) => {
    const origin = "https://evil.example";
    const ask = (url) => http(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    assert.equal((await ask(server.url)).headers["access-control-allow-origin"], undefined);
    const open = await startInsightDesk({ args: ["--cors-origins", "https://desk.example"] });
    t.after(() => open.stop());
    assert.equal((await ask(open.url)).headers["access-control-allow-origin"], undefined);
    const good = await http(`${open.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: "https://desk.example" } });
    assert.equal(good.headers["access-control-allow-origin"], "https://desk.example");
});

test("health and readiness are open to all", async () => {
    assert.equal((await http(`${server.url}/healthz`)).status, 200);
    assert.equal((await http(`${server.url}/readyz`)).status, 200);
});

describe("command line", () => {
    test("gen-token makes what the server takes, and check-token reads it", async (t) => {
        const made = run("gen-token", "--user", "zoe", "--org", "acme", "--role", "admin", "--teams", "a,b", "--ttl", "1h");
        assert.equal(made.status, 0, made.stderr);
        const text = made.stdout.trim();
        const { socket } = open(t, `${server.url}/dashboard`, { transports: ["websocket"], auth: { token: text } });
        await connected(socket);
        const checked = run("check-token", text);
        assert.equal(checked.status, 0, checked.stderr);
        for (const expected of [/user: +zoe/, /org: +acme/, /role: +admin/, /teams: +a, ?b/]) assert.match(checked.stdout, expected);
    });

    test("check-token says why one is refused", () => {
        assert.match(run("check-token", token("a", { ttl: -10 })).stderr, /AUTH_TOKEN_EXPIRED/);
        assert.match(run("check-token", craft(claims("a"), { secret: "another secret, long enough for it" })).stderr, /AUTH_TOKEN_INVALID/);
        assert.notEqual(run("check-token", "x").status, 0);
    });

    test("gen-token refuses what the server would refuse", () => {
        assert.notEqual(run("gen-token", "--user", "a:b", "--org", "acme", "--role", "agent").status, 0);
        assert.notEqual(run("gen-token", "--user", "a", "--org", "acme", "--role", "king").status, 0);
    });

    test("unknown flags and variables are refused by name", () => {
        assert.match(run("serve", "--prot", "1").stderr, /prot/);
        const wrong = spawnSync(INSIGHTDESK, ["check-config"], { encoding: "utf8", env: { ...process.env, INSIGHTDESK_PROT: "1" } });
        assert.notEqual(wrong.status, 0);
        assert.match(wrong.stderr, /INSIGHTDESK_PROT/);
    });
});
