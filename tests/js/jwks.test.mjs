// INSIGHTDESK_JWKS_URL: keys from a real HTTP server, through rotation, outage and storms (domain.md 3.8).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Certificate } from "./lib/certificates.mjs";
import { connect, open } from "./lib/clients.mjs";
import { claims, craft, refusedWith } from "./lib/desk.mjs";
import { once } from "./lib/inbox.mjs";
import { KeyServer, SigningKey } from "./lib/key_server.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

const auth = (token) => ({ auth: { token }, transports: ["websocket"] });

async function desk(t, keyServer, ...args) {
    const server = await startInsightDesk({ keys: ["--jwks-url", keyServer.url], args });
    t.after(() => server.stop());
    return server;
}

const readiness = async (server) => (await http(`${server.url}/readyz`)).status;

/** Asks until it is so: for what the server does by timers of its own. */
async function eventually(check, what) {
    for (const end = Date.now() + 10_000; Date.now() < end; ) {
        if (await check()) return;
        await new Promise(setImmediate);
    }
    assert.fail(`never: ${what}`);
}

async function refusedFor(t, server, token) {
    const { message, data } = await refusedWith(t, server.url, { token });
    assert.equal(message, data.code);
    return `${data.code} ${data.details?.reason}`;
}

describe("keys from a URL", () => {
    it("check tokens of every asymmetric algorithm, each with its own key", async (t) => {
        const keys = ["RS256", "PS256", "ES256"].map((alg) => new SigningKey(`key-${alg}`, alg));
        const server = await desk(t, await KeyServer.start(t, ...keys));
        for (const key of keys) await connect(t, server.url, auth(key.token(claims(`user-${key.alg}`))));
        const [rs, ps, es] = keys;
        assert.equal(await refusedFor(t, server, rs.token(claims("eve"), { kid: ps.kid })), "AUTH_TOKEN_INVALID UNKNOWN_KEY");
        assert.equal(await refusedFor(t, server, rs.token(claims("eve"), { kid: es.kid, alg: "ES256" })), "AUTH_TOKEN_INVALID SIGNATURE");
        assert.equal(await refusedFor(t, server, craft(claims("eve"), { header: { alg: "none", kid: rs.kid } })), "AUTH_TOKEN_INVALID ALGORITHM");
        const pem = rs.pair.publicKey.export({ type: "spki", format: "pem" });
        assert.equal(
            await refusedFor(t, server, craft(claims("eve"), { header: { alg: "HS256", kid: rs.kid }, secret: pem })),
            "AUTH_TOKEN_INVALID ALGORITHM",
        );
    });

    it("are tried in turn for a token that names none", async (t) => {
        const keys = [new SigningKey("a"), new SigningKey("b")];
        const server = await desk(t, await KeyServer.start(t, ...keys));
        await connect(t, server.url, auth(keys[1].token(claims("ann"), { kid: undefined })));
        assert.equal(await refusedFor(t, server, new SigningKey("b").token(claims("eve"), { kid: undefined })), "AUTH_TOKEN_INVALID SIGNATURE");
    });

    it("may come from a server with a certificate of its own, if that is trusted", async (t) => {
        const certificate = new Certificate();
        const keyServer = new KeyServer();
        const key = new SigningKey("a");
        keyServer.keys = [key];
        await keyServer.listen({ tls: { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) } });
        t.after(() => keyServer.stop());
        const trusting = await desk(t, keyServer, "--jwks-ca-file", certificate.cert);
        await connect(t, trusting.url, auth(key.token(claims("ann"))));
        const asked = keyServer.requests;
        const wary = await desk(t, keyServer);
        assert.equal(await refusedFor(t, wary, key.token(claims("ann"))), "UNAVAILABLE NO_KEYS");
        assert.equal(keyServer.requests, asked);
    });

    it("never hold a secret, whatever the set says", async (t) => {
        const key = new SigningKey("a");
        const secret = { jwk: { kty: "oct", kid: "s", k: Buffer.from("not so secret").toString("base64url") } };
        const server = await desk(t, await KeyServer.start(t, secret, key));
        await connect(t, server.url, auth(key.token(claims("ann"))));
        const forged = craft(claims("eve"), { header: { alg: "HS256", kid: "s" }, secret: "not so secret" });
        assert.equal(await refusedFor(t, server, forged), "AUTH_TOKEN_INVALID ALGORITHM");
    });
});

describe("rotation", () => {
    it("lets the first token of a new key in at once, and those of the old key as long as it is shown", async (t) => {
        const [before, after] = [new SigningKey("before"), new SigningKey("after", "RS256")];
        const keyServer = await KeyServer.start(t, before);
        const server = await desk(t, keyServer);
        await connect(t, server.url, auth(before.token(claims("ann"))));
        keyServer.keys = [before, after];
        const began = Date.now();
        await Promise.all(["ann", "bob", "cy"].map((who) => connect(t, server.url, auth(after.token(claims(who))))));
        assert.ok(Date.now() - began < 2000, "within a second or so");
        await connect(t, server.url, auth(before.token(claims("ann"))));
        assert.equal(keyServer.requests, 2);
    });

    it("lets a connection renew its token with the new key", async (t) => {
        const [before, after] = [new SigningKey("before"), new SigningKey("after")];
        const keyServer = await KeyServer.start(t, before);
        const server = await desk(t, keyServer);
        const { socket } = await connect(t, server.url, auth(before.token(claims("ann"))));
        keyServer.keys = [after];
        const updated = once(socket, "token:updated");
        socket.emit("token:update", { token: after.token(claims("ann", { ttl: 7200 })) });
        await updated;
        assert.equal(socket.connected, true);
    });

    it("makes a REST call with the new key worth repeating at once", async (t) => {
        const [before, after] = [new SigningKey("before"), new SigningKey("after")];
        const keyServer = await KeyServer.start(t, before);
        const server = await desk(t, keyServer);
        const call = (key) => http(`${server.url}/v1/tickets/updates`, { headers: { authorization: `Bearer ${key.token(claims("ann"))}` } });
        await eventually(async () => (await call(before)).status === 200, "the first keys");
        keyServer.keys = [after];
        const first = await call(after);
        assert.equal(first.status, 503);
        assert.equal(JSON.parse(first.text).details.reason, "FETCHING_KEYS");
        assert.equal(first.headers["retry-after"], "1");
        await eventually(async () => (await call(after)).status === 200, "the new key");
        assert.equal((await call(before)).status, 401);
    });

    it("refuses a key that was taken out of the set after the next fetch", async (t) => {
        const [before, after] = [new SigningKey("before"), new SigningKey("after")];
        const keyServer = await KeyServer.start(t, before, after);
        const server = await desk(t, keyServer, "--jwks-refresh", "1s");
        await connect(t, server.url, auth(before.token(claims("ann"))));
        keyServer.keys = [after];
        await keyServer.asked();
        await keyServer.asked();
        assert.equal(await refusedFor(t, server, before.token(claims("ann"))), "AUTH_TOKEN_INVALID UNKNOWN_KEY");
        await connect(t, server.url, auth(after.token(claims("ann"))));
    });

    it("is met on SIGHUP too", async (t) => {
        const [before, after] = [new SigningKey("before"), new SigningKey("after")];
        const keyServer = await KeyServer.start(t, before);
        const server = await desk(t, keyServer);
        await connect(t, server.url, auth(before.token(claims("ann"))));
        keyServer.keys = [after];
        const asked = keyServer.asked();
        server.signal("SIGHUP");
        await asked;
        await eventually(async () => {
            const { socket } = open(t, server.url, auth(after.token(claims("ann"))));
            return new Promise((resolve) => socket.once("connect", () => resolve(true)).once("connect_error", () => resolve(false)));
        }, "the new key");
    });
});

describe("a storm of unknown keys", () => {
    it("fetches once, and disturbs nobody", async (t) => {
        const key = new SigningKey("a");
        const keyServer = await KeyServer.start(t, key);
        const server = await desk(t, keyServer, "--limit-failed-auth", "1000000/s,1000000");
        const { socket } = await connect(t, server.url, auth(key.token(claims("ann"))));
        const stranger = new SigningKey("stranger");
        const storm = Array.from({ length: 200 }, (_, i) => refusedFor(t, server, stranger.token(claims("eve"), { kid: `unknown-${i}` })));
        for (const reason of await Promise.all(storm)) assert.equal(reason, "AUTH_TOKEN_INVALID UNKNOWN_KEY");
        for (let i = 0; i < 20; i++) {
            const bearer = stranger.token(claims("eve"), { kid: `rest-${i}` });
            const answer = await http(`${server.url}/v1/tickets/updates`, { headers: { authorization: `Bearer ${bearer}` } });
            assert.equal(answer.status, 401);
        }
        assert.equal(keyServer.requests, 2, "the one at start, and one for the storm");
        assert.equal(socket.connected, true);
        await connect(t, server.url, auth(key.token(claims("bob"))));
    });
});

describe("an outage of the key server", () => {
    it("leaves the old keys in force", async (t) => {
        const key = new SigningKey("a");
        const keyServer = await KeyServer.start(t, key);
        const server = await desk(t, keyServer, "--jwks-refresh", "1s");
        await connect(t, server.url, auth(key.token(claims("ann"))));
        keyServer.answer = (_, response) => response.writeHead(500).end("down");
        await keyServer.asked();
        await keyServer.asked();
        await connect(t, server.url, auth(key.token(claims("bob"))));
        await keyServer.stop();
        assert.equal(await refusedFor(t, server, new SigningKey("b").token(claims("cy"))), "AUTH_TOKEN_INVALID UNKNOWN_KEY");
        await connect(t, server.url, auth(key.token(claims("dan"))));
        assert.equal(await readiness(server), 200);
    });

    it("at start leaves the server up but not ready, until the keys are there", async (t) => {
        const key = new SigningKey("a");
        const keyServer = await KeyServer.start(t, key);
        await keyServer.stop();
        const server = await desk(t, keyServer);
        assert.equal(await readiness(server), 503);
        assert.equal(await refusedFor(t, server, key.token(claims("ann"))), "UNAVAILABLE NO_KEYS");
        await keyServer.listen();
        await eventually(async () => (await readiness(server)) === 200, "ready");
        await connect(t, server.url, auth(key.token(claims("ann"))));
    });

    for (const [what, answer] of [
        ["garbage", (_, response) => response.end("<html>maintenance</html>")],
        ["an empty set", (_, response) => response.end('{"keys":[]}')],
        ["an error", (_, response) => response.writeHead(404).end('{"keys":[]}')],
        ["endless bytes", (_, response) => response.writeHead(200) && response.on("drain", () => response.write(" ".repeat(65536))).write(" ".repeat(1e6))],
        ["a redirect to a file", (_, response) => response.writeHead(302, { location: "file:///etc/hostname" }).end()],
        ["a redirect to itself", (_, response) => response.writeHead(302, { location: "/keys.json" }).end()],
        ["half an answer", (_, response) => response.writeHead(200, { "content-length": 1000 }) && response.socket.end('{"keys":[')],
    ]) {
        it(`by ${what} changes nothing`, async (t) => {
            const key = new SigningKey("a");
            const keyServer = await KeyServer.start(t, key);
            const server = await desk(t, keyServer);
            await connect(t, server.url, auth(key.token(claims("ann"))));
            keyServer.answer = answer;
            assert.equal(await refusedFor(t, server, new SigningKey("b").token(claims("eve"))), "AUTH_TOKEN_INVALID UNKNOWN_KEY");
            assert.ok(keyServer.requests > 1);
            await connect(t, server.url, auth(key.token(claims("bob"))));
        });
    }

    it("by silence holds new keys up for five seconds and nobody else", async (t) => {
        const key = new SigningKey("a");
        const keyServer = await KeyServer.start(t, key);
        const server = await desk(t, keyServer);
        await connect(t, server.url, auth(key.token(claims("ann"))));
        keyServer.answer = () => {};
        const began = Date.now();
        const refused = refusedFor(t, server, new SigningKey("b").token(claims("eve")));
        await keyServer.asked();
        await connect(t, server.url, auth(key.token(claims("bob"))));
        assert.ok(Date.now() - began < 4000, "the others do not wait");
        assert.equal(await refused, "AUTH_TOKEN_INVALID UNKNOWN_KEY");
        assert.ok(Date.now() - began >= 4900);
    });

    it("does not keep the server from ending", async (t) => {
        const keyServer = await KeyServer.start(t);
        keyServer.answer = () => {};
        const server = await startInsightDesk({ keys: ["--jwks-url", keyServer.url] });
        const waiting = open(t, server.url, auth(new SigningKey("a").token(claims("ann"))));
        await once(waiting.socket.io, "open");
        const began = Date.now();
        await server.stop();
        assert.ok(Date.now() - began < 3000);
    });
});

it("a weak or broken key among good ones is left out", async (t) => {
    const key = new SigningKey("a");
    const keyServer = await KeyServer.start(t, { jwk: { kty: "RSA", kid: "w", n: "AQ", e: "AQAB" } }, key);
    const server = await desk(t, keyServer);
    await connect(t, server.url, auth(key.token(claims("ann"))));
});

it("what is logged of the URL is its place, not its query", async (t) => {
    const keyServer = await KeyServer.start(t);
    keyServer.url += "?code=hush-hush";
    keyServer.answer = (_, response) => response.writeHead(403).end("hush-hush");
    const server = await desk(t, keyServer);
    await eventually(() => server.log().includes("token keys not fetched"), "the complaint");
    assert.match(server.log(), /keys\.json/);
    assert.doesNotMatch(server.log(), /hush-hush/);
});
