// The official socket.io-client against the Socket.IO fixture of sio-conformance.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, connect, connected, open, refusal } from "./lib/clients.mjs";
import {
    acknowledges,
    bytes,
    carriesMuch,
    echoesBinary,
    echoesJson,
    losesNothingWhileItUpgrades,
    outlivesItsTransport,
    roundTrip,
} from "./lib/exchanges.mjs";
import { once, within } from "./lib/inbox.mjs";
import { REFERENCE, startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--ping-timeout", "20000")));
after(() => server?.stop());

for (const [title, transports] of TRANSPORTS) {
    describe(title, () => {
        test("connects to the main namespace and gets the auth it sent", async (t) => {
            const { socket, inbox } = await connect(t, server.url, { transports, auth: { token: "123", nested: { a: [1, null] } } });
            assert.deepEqual(await inbox.next("auth"), [{ token: "123", nested: { a: [1, null] } }]);
            assert.match(socket.id, /^[\w-]{20}$/);
            assert.notEqual(socket.id, socket.io.engine.id, "the session id is a secret");
        });

        test("connects without auth", async (t) => {
            const { inbox } = await connect(t, server.url, { transports });
            assert.deepEqual(await inbox.next("auth"), [{}]);
        });

        test("connects to a custom namespace", async (t) => {
            const { inbox } = await connect(t, `${server.url}/custom`, { transports, auth: { abc: "é" } });
            assert.deepEqual(await inbox.next("auth"), [{ abc: "é" }]);
        });

        test("an unknown namespace is refused and the connection stays usable", async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            const random = socket.io.socket("/random");
            t.after(() => random.disconnect());
            assert.equal((await refusal(random)).message, "Invalid namespace");
            await roundTrip(socket)();
        });

        test("two namespaces share one connection and end apart", async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            const custom = socket.io.socket("/custom");
            t.after(() => custom.disconnect());
            await connected(custom);
            assert.notEqual(custom.id, socket.id);
            custom.disconnect();
            await roundTrip(socket)();
            assert.equal(socket.connected, true);
        });

        test("echoes every kind of JSON value, in order", async (t) => {
            await echoesJson(await connect(t, server.url, { transports }));
        });

        test("echoes binary arguments, nested and several", async (t) => {
            await echoesBinary(await connect(t, server.url, { transports }), bytes());
        });

        test("acknowledges with text and with binary", async (t) => {
            await acknowledges(await connect(t, server.url, { transports }));
        });

        test("many acks in flight each find their caller", async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            const answers = await within(
                Promise.all(Array.from({ length: 200 }, (_, i) => socket.emitWithAck("message-with-ack", i))),
                "200 acks",
            );
            assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
        });

        test("a large text and a large binary message arrive whole", async (t) => {
            await carriesMuch(await connect(t, server.url, { transports }));
        });

        test("an event nobody handles is ignored", async (t) => {
            const { socket, inbox } = await connect(t, server.url, { transports });
            await inbox.next("auth");
            socket.emit("nobody-listens", { __proto__: null, constructor: 1 });
            await inbox.nothing(roundTrip(socket));
        });

        test("stays connected over several heartbeats", async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            for (let i = 0; i < 3; ++i) await once(socket.io, "ping");
            await roundTrip(socket)();
        });

        test("a client that leaves the namespace may come back on the same connection", async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            const { engine } = await keptOpen(t, socket);
            const first = socket.id;
            socket.disconnect();
            await once(socket.io, "ping"); // the server has long seen the disconnect by then
            socket.connect();
            await connected(socket);
            assert.notEqual(socket.id, first);
            assert.equal(socket.io.engine, engine);
            await roundTrip(socket)();
        });

        // The reference server handles a connect out of turn and ends the connection here; ours keeps the order of packets.
        test("it may also leave and come back in one breath", { skip: REFERENCE }, async (t) => {
            const { socket } = await connect(t, server.url, { transports });
            const { engine } = await keptOpen(t, socket);
            socket.disconnect().connect();
            await connected(socket);
            assert.equal(socket.io.engine, engine);
            await roundTrip(socket)();
        });

        test("stays away when the server has ended the connection, until it is told to come back", async (t) => {
            const { socket } = await connect(t, `${server.url}/rooms`, { transports, reconnection: true, reconnectionDelay: 1, reconnectionDelayMax: 1 });
            const { other, engine } = await keptOpen(t, socket);
            let attempts = 0;
            socket.io.on("reconnect_attempt", () => ++attempts);
            const closed = once(engine, "close");
            const ends = [socket, other].map((each) => once(each, "disconnect"));
            socket.emit("end");
            for (const end of ends) assert.equal((await end)[0], "io server disconnect");
            await closed;
            assert.deepEqual([socket.active, other.active], [false, false]);
            socket.connect();
            await connected(socket);
            assert.notEqual(socket.io.engine, engine);
            assert.equal(attempts, 0);
        });

        test("reconnects by itself after the transport was lost", async (t) => {
            const options = { transports, reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50 };
            await outlivesItsTransport(await connect(t, server.url, options));
        });
    });
}

/** Joins a second namespace, so that the connection outlives the first. */
async function keptOpen(t, socket) {
    const other = socket.io.socket("/custom");
    t.after(() => other.disconnect());
    await connected(other);
    return { other, engine: socket.io.engine };
}

describe("upgrade", () => {
    test("nothing is lost or reordered while the transport changes", async (t) => {
        const client = open(t, server.url, { transports: ["polling", "websocket"] });
        await connected(client.socket);
        await losesNothingWhileItUpgrades(client);
    });

    test("rememberUpgrade and tryAllTransports work as with the reference server", async (t) => {
        const { socket } = await connect(t, server.url, { transports: ["polling", "websocket"], rememberUpgrade: true });
        socket.disconnect();
        socket.connect();
        await connected(socket);
        assert.equal(socket.io.engine.transport.name, "websocket");
        const fallback = await connect(t, server.url, { transports: ["polling"], tryAllTransports: true });
        assert.equal(fallback.socket.io.engine.transport.name, "polling");
    });
});

test("thirty clients at once each get their own answers", async (t) => {
    const clients = await Promise.all(
        Array.from({ length: 30 }, (_, i) => connect(t, server.url, { transports: TRANSPORTS[i % 3][1], auth: { i } })),
    );
    const auths = await Promise.all(clients.map(({ inbox }) => inbox.next("auth")));
    assert.deepEqual(auths, clients.map((_, i) => [{ i }]));
    assert.equal(new Set(clients.map(({ socket }) => socket.id)).size, clients.length);
});
