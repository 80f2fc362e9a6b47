// The msgpack parser, with the official client and socket.io-msgpack-parser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import parser from "socket.io-msgpack-parser";
import { TRANSPORTS, connect, connected, refusal } from "./lib/clients.mjs";
import { once, within } from "./lib/inbox.mjs";
import { startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--parser", "msgpack", "--ping-timeout", "20000")));
after(() => server?.stop());

for (const [title, transports] of TRANSPORTS) {
    describe(title, () => {
        test("connects with auth, echoes every kind of value with binary inside, in order", async (t) => {
            const { socket, inbox } = await connect(t, server.url, { transports, parser, auth: { token: "é", nested: [1, null] } });
            assert.deepEqual(await inbox.next("auth"), [{ token: "é", nested: [1, null] }]);
            const values = [0, -1, 1.5, 70000, -70000, 2 ** 40, "", "日本 😀", true, null, [], [[[1]]], { a: { b: [{}] } }];
            socket.emit("message", ...values, Buffer.from([1, 2]), { deep: [Buffer.from([3])] });
            const back = await inbox.next("message-back");
            assert.deepEqual(back.slice(0, values.length), values);
            assert.deepEqual([...new Uint8Array(back.at(-2))], [1, 2]);
            assert.deepEqual([...new Uint8Array(back.at(-1).deep[0])], [3]);
            assert.deepEqual(await within(socket.timeout(5000).emitWithAck("message-with-ack", "x"), "ack"), "x");
        });

        test("a namespace without auth, an unknown one, and leaving", async (t) => {
            const { socket } = await connect(t, server.url, { transports, parser });
            const rooms = socket.io.socket("/rooms");
            t.after(() => rooms.disconnect());
            await connected(rooms);
            await rooms.emitWithAck("join", "here");
            const said = once(rooms, "said");
            await rooms.emitWithAck("say", "here", 1, Buffer.from([9]));
            const [number, bytes] = await said;
            assert.deepEqual([number, ...new Uint8Array(bytes)], [1, 9]);
            const unknown = socket.io.socket("/unknown");
            t.after(() => unknown.disconnect());
            assert.equal((await refusal(unknown)).message, "Invalid namespace");
            rooms.disconnect();
            await within(socket.emitWithAck("message-with-ack", 1), "still open");
        });
    });
}

test("a client with the text parser is closed", async (t) => {
    const { socket } = await connect(t, server.url, { transports: ["websocket"], parser });
    const gone = once(socket, "disconnect");
    socket.io.engine.write("40");
    assert.equal((await gone)[0], "transport close");
});
