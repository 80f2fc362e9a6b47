// Engine.IO 4 on the wire, against the echo of sio-conformance: the ground of the official protocol suite, and bad inputs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Polling, Wire, http, tcp } from "./lib/raw.mjs";
import { REFERENCE, startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--ping-timeout", "1500")));
after(() => server?.stop());

const url = (query) => `${server.url}/engine.io/?${query}`;
async function openWire(t, settings) {
    const wire = await Wire.open(server.url, "/engine.io/", settings);
    t.after(() => wire.end());
    return wire;
}
async function refused(query, code, message, options) {
    const { status, text } = await http(url(query), options);
    assert.deepEqual([status, JSON.parse(text)], [400, { code, message }]);
}
/** After whatever a test did, the server serves. */
async function stillServes() {
    assert.equal(server.alive, true);
    const session = await Polling.open(server.url);
    assert.equal((await session.post("4alive")).text, "ok");
    assert.deepEqual(await session.packets(1), ["4alive"]);
}

describe("handshake", () => {
    const settings = { pingInterval: 300, pingTimeout: 1500, maxPayload: 1000000 };

    test("over polling offers the upgrade", async () => {
        const { handshake } = await Polling.open(server.url);
        assert.match(handshake.sid, /^[\w-]{20}$/);
        assert.deepEqual(handshake, { sid: handshake.sid, upgrades: ["websocket"], ...settings });
    });

    test("over websocket offers none", async (t) => {
        const { handshake } = await openWire(t);
        assert.deepEqual(handshake, { sid: handshake.sid, upgrades: [], ...settings });
    });

    test("every session has an id of its own", async () => {
        const sessions = await Promise.all(Array.from({ length: 50 }, () => Polling.open(server.url)));
        assert.equal(new Set(sessions.map(({ sid }) => sid)).size, 50);
    });

    test("the answer carries the headers of the protocol", async () => {
        const { headers } = await http(url("EIO=4&transport=polling"), { headers: { origin: "http://example.com" } });
        assert.equal(headers["content-type"].toLowerCase(), "text/plain; charset=utf-8");
        assert.equal(headers["cache-control"], "no-store");
        assert.equal(headers["access-control-allow-origin"], "*");
    });

    test("a wrong version is refused", async () => {
        await refused("transport=polling", 5, "Unsupported protocol version");
        await refused("EIO=abc&transport=polling", 5, "Unsupported protocol version");
        await refused("EIO=3&transport=polling", 5, "Unsupported protocol version");
    });

    test("a wrong transport is refused", async () => {
        await refused("EIO=4", 0, "Transport unknown");
        for (const name of ["abc", "constructor", "__proto__", ""]) await refused(`EIO=4&transport=${name}`, 0, "Transport unknown");
    });

    test("websocket without an upgrade is a bad request", () => refused("EIO=4&transport=websocket", 3, "Bad request"));

    test("an unknown session is refused for every method", async () => {
        await refused("EIO=4&transport=polling&sid=abc", 1, "Session ID unknown");
        await refused("EIO=4&transport=polling&sid=abc", 1, "Session ID unknown", { method: "POST", body: "4a" });
    });

    test("only GET opens a session", async () => {
        for (const method of ["POST", "PUT", "DELETE"]) await refused("EIO=4&transport=polling", 2, "Bad handshake method", { method });
    });

    test("a websocket with bad parameters is answered by plain HTTP", async () => {
        for (const query of ["EIO=4&transport=abc", "EIO=4&transport=constructor", "transport=websocket&EIO=4&sid=unknown"]) {
            const wire = new Wire(`${url(query).replace("http", "ws")}`);
            const status = await new Promise((resolve) => wire.ws.once("unexpected-response", (_, answer) => resolve(answer.statusCode)));
            assert.equal(status, 400, query);
            wire.end();
        }
        await stillServes();
    });

    test("our path may go without its trailing slash", { skip: REFERENCE }, async () => {
        const answer = await http(`${server.url}/engine.io?EIO=4&transport=polling`);
        assert.equal(answer.status, 200);
        assert.equal(answer.text[0], "0");
    });
});

describe("polling", () => {
    test("echoes text and binary packets of one payload, in order", async () => {
        const session = await Polling.open(server.url);
        const payload = ["4hello", "4€", "bAQIDBA==", "4", "bAA=="];
        const answer = await session.post(payload.join("\x1e"));
        assert.deepEqual([answer.status, answer.text], [200, "ok"]);
        assert.deepEqual(await session.packets(payload.length), payload);
    });

    test("a GET hangs until there is something", async () => {
        const session = await Polling.open(server.url);
        const hanging = session.packets(1);
        await session.post("4late");
        assert.deepEqual(await hanging, ["4late"]);
    });

    for (const body of ["abc", "x", "8", "", "4a\x1e", "\x1e4a", "4a\x1e\x1e4b", "4a\x1e9", "7"]) {
        test(`the malformed payload ${JSON.stringify(body)} closes the session`, async () => {
            const session = await Polling.open(server.url);
            assert.ok([200, 400].includes((await session.post(body)).status));
            await session.isGone();
            await stillServes();
        });
    }

    test("a body longer than maxPayload is refused, one of just that length is not", async () => {
        const session = await Polling.open(server.url);
        const long = await session.post("4".repeat(1_000_001)).catch((error) => ({ status: error.code }));
        assert.ok([413, "EPIPE", "ECONNRESET"].includes(long.status), String(long.status));
        await stillServes();
        const exact = await Polling.open(server.url);
        assert.equal((await exact.post("4".repeat(1_000_000))).status, 200);
    });

    test("a second GET closes the session", async () => {
        const session = await Polling.open(server.url);
        const answers = await Promise.all([http(session.url), http(session.url)]);
        assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
        assert.equal(answers.find(({ status }) => status === 200).text, "1");
        await session.isGone();
    });

    test("a second POST while one is under way closes the session", async () => {
        const session = await Polling.open(server.url);
        const { hostname, port, pathname, search } = new URL(session.url);
        const head = `POST ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 10\r\n\r\n4ha`;
        const cut = tcp(port, head);
        await new Promise((resolve) => setImmediate(resolve));
        let second = await session.post("4b");
        // The first may not have been read when the second came: then that one was alone.
        while (second.status === 200) second = await session.post("4b").catch(() => ({ status: 400 }));
        assert.equal(second.status, 400);
        await cut;
        await session.isGone();
    });

    test("the client's close is answered by a noop and ends the session", async () => {
        const session = await Polling.open(server.url);
        const [hanging] = await Promise.all([session.get(), session.post("1")]);
        assert.deepEqual(hanging, ["6"]);
        await session.isGone();
    });

    test("octet-stream is refused", async () => {
        const session = await Polling.open(server.url);
        const { status } = await session.post(Buffer.from([4, 1]), { headers: { "content-type": "application/octet-stream" } });
        assert.equal(status, 400);
        await stillServes();
    });

    test("a pong keeps the session, silence ends it", async () => {
        const session = await Polling.open(server.url);
        for (let i = 0; i < 3; ++i) {
            assert.deepEqual(await session.get(), ["2"]);
            assert.equal((await session.post("3")).status, 200);
        }
        assert.deepEqual(await session.get(), ["2"]);
        const last = await http(session.url);
        assert.ok(last.status === 400 || last.text === "1", last.text);
        await session.isGone();
    });

    test("a ping from the client closes the session", async () => {
        const session = await Polling.open(server.url);
        await session.post("2");
        await session.isGone();
    });
});

describe("websocket", () => {
    test("echoes text and binary", async (t) => {
        const wire = await openWire(t);
        const blob = Buffer.from([0, 1, 30, 255]);
        wire.send("4hello", "4", blob, "4€", Buffer.alloc(0));
        assert.deepEqual([await wire.next(), await wire.next(), await wire.next()], ["4hello", "4", blob]);
        assert.deepEqual([await wire.next(), await wire.next()], ["4€", Buffer.alloc(0)]);
    });

    for (const message of ["abc", "x", "8", "", "2", "7"]) {
        test(`the malformed packet ${JSON.stringify(message)} closes the session`, async (t) => {
            const wire = await openWire(t);
            wire.send(message);
            await wire.closedByServer();
            await stillServes();
        });
    }

    test("a pong keeps the session, silence ends it", async (t) => {
        const wire = await openWire(t, { pings: true });
        for (let i = 0; i < 3; ++i) {
            assert.equal(await wire.next(), "2");
            wire.send("3");
        }
        assert.equal(await wire.next(), "2");
        await wire.closedByServer();
    });

    test("a message above maxPayload closes with 1009", async (t) => {
        const wire = await openWire(t);
        wire.send("4" + "a".repeat(1_000_000));
        const { code } = await wire.closedByServer();
        assert.ok(code === 1009 || code === 1006, String(code));
        await stillServes();
    });

    test("the client's close ends it", async (t) => {
        const wire = await openWire(t);
        wire.ws.close();
        assert.equal((await wire.closedByServer()).code, 1005);
    });

    test("polling on a websocket's session is a bad request and does it no harm", async (t) => {
        const wire = await openWire(t);
        await refused(`EIO=4&transport=polling&sid=${wire.handshake.sid}`, 3, "Bad request");
        await refused(`EIO=4&transport=polling&sid=${wire.handshake.sid}`, 3, "Bad request", { method: "POST", body: "4x" });
        wire.send("4mine");
        assert.equal(await wire.next(), "4mine");
    });

    test("nobody takes over a session that was born on a websocket", { skip: REFERENCE }, async (t) => {
        const wire = await openWire(t);
        const thief = new Wire(`${url(`EIO=4&transport=websocket&sid=${wire.handshake.sid}`).replace("http", "ws")}`);
        t.after(() => thief.end());
        await thief.closedByServer();
        wire.send("4mine");
        assert.equal(await wire.next(), "4mine");
    });
});

describe("upgrade", () => {
    const upgradeOf = async (t, session) => {
        const wire = new Wire(`${url(`EIO=4&transport=websocket&sid=${session.sid}`).replace("http", "ws")}`);
        t.after(() => wire.end());
        await wire.opened;
        return wire;
    };

    test("probe, switch, and the session goes on", async (t) => {
        const session = await Polling.open(server.url);
        const wire = await upgradeOf(t, session);
        wire.send("2probe");
        assert.equal(await wire.next(), "3probe");
        assert.deepEqual(await session.packets(1), ["6"]);
        wire.send("5", "4after");
        assert.equal(await wire.next(), "4after");
        await refused(`EIO=4&transport=polling&sid=${session.sid}`, 3, "Bad request");
    });

    test("what waited for a poll follows on the websocket", async (t) => {
        const session = await Polling.open(server.url);
        const wire = await upgradeOf(t, session);
        await session.post("41\x1e42");
        wire.send("2probe");
        assert.equal(await wire.next(), "3probe");
        await session.post("43");
        wire.send("5", "44");
        const got = [];
        while (got.length < 4) got.push(await wire.next());
        assert.deepEqual(got, ["41", "42", "43", "44"]);
    });

    for (const first of ["4hello", "3probe", "2other"]) {
        test(`a websocket that starts with ${first} is closed and polling goes on`, async (t) => {
            const session = await Polling.open(server.url);
            const wire = await upgradeOf(t, session);
            wire.send(first);
            await wire.closedByServer();
            await session.post("4still");
            assert.deepEqual(await session.packets(1), ["4still"]);
        });
    }

    test("a second websocket is turned away", async (t) => {
        const session = await Polling.open(server.url);
        const wire = await upgradeOf(t, session);
        wire.send("2probe");
        assert.equal(await wire.next(), "3probe");
        wire.send("5");
        const second = await upgradeOf(t, session).catch(() => null);
        if (second) await second.closedByServer();
        wire.send("4mine");
        assert.equal(await wire.next(), "4mine");
    });
});

describe("HTTP", () => {
    const get = "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n";
    const cases = {
        "both lengths": "POST /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two different lengths": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "folded header": `${get}A: b\r\n c\r\n\r\n`,
        "two hosts": `${get}Host: y\r\n\r\n`,
        "bare words": "hello\r\n\r\n",
        "another transfer coding": "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "negative length": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "huge length": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\n",
        "blank before the colon": `${get}A : b\r\n\r\n`,
        "NUL in a header": `${get}A: \0\r\n\r\n`,
        "endless header": `${get}A: ${"a".repeat(200_000)}\r\n\r\n`,
        "endless target": `GET /${"a".repeat(200_000)} HTTP/1.1\r\n\r\n`,
    };
    for (const [name, bytes] of Object.entries(cases)) {
        test(`${name}: an error and the end of the connection`, { skip: REFERENCE }, async () => {
            const answer = await tcp(server.port, bytes);
            assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
            await stillServes();
        });
    }

    test("pipelined requests are answered in order", async () => {
        const answer = await tcp(server.port, `${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`);
        assert.equal(answer.match(/HTTP\/1\.1 200 /g).length, 3);
        assert.equal(answer.match(/0\{"sid"/g).length, 3);
    });
});
