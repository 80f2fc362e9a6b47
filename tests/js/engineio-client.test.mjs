// The official engine.io-client against the echo of sio-conformance.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, openEngine } from "./lib/clients.mjs";
import { once } from "./lib/inbox.mjs";
import { startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--ping-timeout", "20000")));
after(() => server?.stop());

for (const [title, transports] of TRANSPORTS) {
    describe(title, () => {
        test("echoes text", async (t) => {
            const { socket, received } = await openEngine(t, server.url, { transports });
            // The client itself makes `undefined` of an empty text, so that one is not here.
            const texts = ["hello", "€ 😀 \u0000 \u2028", "4", "b4AAEC", "x".repeat(70_000)];
            for (const text of texts) socket.send(text);
            assert.deepEqual(await received(texts.length), texts);
        });

        test("echoes binary, and mixes it with text in order", async (t) => {
            const { socket, received } = await openEngine(t, server.url, { transports });
            const sent = [Buffer.from([0]), "a", Buffer.from([30, 255, 4]), Buffer.alloc(70_000, 7), "b", Buffer.alloc(0)];
            for (const message of sent) socket.send(message);
            assert.deepEqual(await received(sent.length), sent);
        });

        test("keeps the order of a thousand messages", async (t) => {
            const { socket, received } = await openEngine(t, server.url, { transports });
            const sent = Array.from({ length: 1000 }, (_, i) => `message ${i}`);
            for (const message of sent) socket.send(message);
            assert.deepEqual(await received(sent.length), sent);
        });

        test("the handshake tells the server's settings", async (t) => {
            const { socket } = await openEngine(t, server.url, { transports });
            assert.match(socket.id, /^[\w-]{20}$/);
            assert.equal(socket._pingInterval, 300);
            assert.equal(socket._pingTimeout, 20000);
            assert.equal(socket._maxPayload, 1_000_000);
        });

        test("stays open over several heartbeats", async (t) => {
            const { socket, received } = await openEngine(t, server.url, { transports });
            for (let i = 0; i < 3; ++i) await once(socket, "heartbeat");
            socket.send("still here");
            assert.deepEqual(await received(1), ["still here"]);
        });

        test("closes on the client's wish", async (t) => {
            const { socket } = await openEngine(t, server.url, { transports });
            const closed = once(socket, "close");
            socket.close();
            assert.equal((await closed)[0], "forced close");
        });
    });
}

test("polling splits what is longer than maxPayload allows in one request", async (t) => {
    const { socket, received } = await openEngine(t, server.url, { transports: ["polling"] });
    const sent = Array.from({ length: 6 }, (_, i) => String(i).repeat(400_000));
    for (const message of sent) socket.send(message);
    assert.deepEqual(await received(sent.length), sent);
});

test("messages sent during the upgrade arrive once and in order", async (t) => {
    const { socket, received } = await openEngine(t, server.url, { transports: ["polling", "websocket"], whenUpgraded: false });
    let sent = 0;
    for (const phase of ["upgrading", "upgrade"]) {
        for (let i = 0; i < 100; ++i) socket.send(`${sent++}`);
        await once(socket, phase);
    }
    for (let i = 0; i < 100; ++i) socket.send(`${sent++}`);
    assert.deepEqual(await received(sent), Array.from({ length: sent }, (_, i) => `${i}`));
    assert.equal(socket.transport.name, "websocket");
});
