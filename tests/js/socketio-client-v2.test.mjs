// socket.io-client 2 (Engine.IO 3) against the Socket.IO fixture of sio-conformance, alone and beside later clients.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, ask, connect, connected } from "./lib/clients.mjs";
import { connectV2, connectedV2, joinV2, openV2 } from "./lib/clients_v2.mjs";
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
import { http } from "./lib/raw.mjs";
import { startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--ping-timeout", "20000", "--allow-eio3", "true")));
after(() => server?.stop());

for (const [title, transports] of TRANSPORTS) {
    describe(title, () => {
        test("connects to the main namespace, where no auth is", async (t) => {
            const { socket, inbox } = await connectV2(t, `${server.url}?token=123`, { transports });
            assert.deepEqual(await inbox.next("auth"), [{}]);
            assert.equal(socket.id, socket.io.engine.id);
        });

        test("the query of a custom namespace's URL is its auth", async (t) => {
            const { inbox } = await connectV2(t, `${server.url}/custom?token=a%20b`, { transports });
            assert.deepEqual(await inbox.next("auth"), [{ token: "a b" }]);
        });

        test("the query option is the auth too", async (t) => {
            const { socket, inbox } = await connectV2(t, `${server.url}/custom`, { transports, query: { token: "é,&=?", n: 1 } });
            assert.deepEqual(await inbox.next("auth"), [{ token: "é,&=?", n: "1" }]);
            assert.equal(socket.id, `/custom#${socket.io.engine.id}`);
        });

        test("an unknown namespace is refused and the connection stays usable", async (t) => {
            const { socket } = await connectV2(t, server.url, { transports });
            const random = joinV2(t, socket, "/random").socket;
            assert.deepEqual(await once(random, "error"), ["Invalid namespace"]);
            assert.equal(random.connected, false);
            await roundTrip(socket)();
        });

        test("two namespaces share one connection and end apart", async (t) => {
            const { socket } = await connectV2(t, server.url, { transports });
            const { socket: custom, inbox } = joinV2(t, socket, "/custom", { query: { a: "b" } });
            await connectedV2(custom);
            assert.deepEqual(await inbox.next("auth"), [{ a: "b" }]);
            custom.close();
            await roundTrip(socket)();
            assert.equal(socket.connected, true);
        });

        test("echoes every kind of JSON value, in order", async (t) => {
            await echoesJson(await connectV2(t, server.url, { transports }));
        });

        test("echoes binary arguments, nested and several", async (t) => {
            await echoesBinary(await connectV2(t, server.url, { transports }), bytes(4));
        });

        test("acknowledges with text and with binary", async (t) => {
            await acknowledges(await connectV2(t, server.url, { transports }));
        });

        test("a large text and a large binary message arrive whole", async (t) => {
            await carriesMuch(await connectV2(t, server.url, { transports }));
        });

        test("shares rooms with later clients, text and binary", async (t) => {
            const old = await connectV2(t, `${server.url}/rooms`, { transports });
            const other = await connectV2(t, `${server.url}/rooms`, { transports: ["websocket"] });
            const later = await connect(t, `${server.url}/rooms`, { transports: ["websocket"] });
            const room = `of both over ${title}`;
            for (const { socket } of [old, other]) await ask(socket, "join", room);
            await later.socket.emitWithAck("join", room);
            await ask(old.socket, "say", room, "é😀", bytes(1, 255), { deep: [bytes(0)] });
            await later.socket.emitWithAck("say", room, bytes(7), "back");
            for (const { inbox } of [old, other, later]) {
                assert.deepEqual(await inbox.next("said"), ["é😀", bytes(1, 255), { deep: [bytes(0)] }]);
                assert.deepEqual(await inbox.next("said"), [bytes(7), "back"]);
            }
        });

        test("stays connected over several heartbeats", async (t) => {
            const { socket } = await connectV2(t, server.url, { transports });
            for (let i = 0; i < 3; ++i) await once(socket.io, "pong");
            await roundTrip(socket)();
        });

        test("is told that the server ends the connection", async (t) => {
            const { socket } = await connectV2(t, `${server.url}/rooms`, { transports });
            const end = once(socket, "disconnect");
            socket.emit("end");
            assert.equal((await end)[0], "io server disconnect");
        });

        test("others are told that it left, by its id", async (t) => {
            const witness = await connect(t, `${server.url}/rooms`, { transports: ["websocket"] });
            await witness.socket.emitWithAck("join", "witnesses");
            const { socket } = await connectV2(t, `${server.url}/rooms`, { transports });
            const { id } = socket;
            socket.close();
            for (;;) {
                const [left] = await witness.inbox.next("left");
                if (left === id) break;
            }
        });

        test("reconnects by itself after the transport was lost", async (t) => {
            const options = { transports, reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50 };
            await outlivesItsTransport(await connectV2(t, server.url, options));
        });
    });
}

test("nothing is lost or reordered while the transport changes", async (t) => {
    const client = openV2(t, server.url, { transports: ["polling", "websocket"] });
    await connectedV2(client.socket);
    await losesNothingWhileItUpgrades(client);
});

// As browsers do it: the payload as bytes both ways. The client uses base64 where there is only Node's XMLHttpRequest.
test("a polling client may send and get binary as bytes", async () => {
    const url = `${server.url}/engine.io/?EIO=3&transport=polling`;
    const { sid } = JSON.parse((await http(url)).text.replace(/^\d+:0/, ""));
    const body = Buffer.concat([bytes(0, 2, 255), Buffer.from("4a"), bytes(1, 3, 255, 4, 128, 255)]);
    const headers = { "content-type": "application/octet-stream" };
    assert.equal((await http(`${url}&sid=${sid}`, { method: "POST", body, headers })).text, "ok");
    const answer = await http(`${url}&sid=${sid}`);
    assert.equal(answer.headers["content-type"], "application/octet-stream");
    assert.deepEqual(answer.bytes, body);
});

test("without the option it is refused, and later clients are not", async (t) => {
    const strict = await startConformance("--ping-timeout", "20000");
    t.after(() => strict.stop());
    for (const [title, transports] of TRANSPORTS.slice(0, 2)) {
        const { socket } = openV2(t, strict.url, { transports });
        const [error] = await once(socket, "connect_error");
        assert.ok(error, title);
    }
    const { socket } = await connect(t, strict.url, { transports: ["websocket"] });
    await connected(socket);
    await within(socket.emitWithAck("message-with-ack", 1), "round trip");
});
