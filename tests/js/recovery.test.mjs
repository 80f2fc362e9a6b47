// Connection state recovery with the official socket.io-client.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS, connect, connected } from "./lib/clients.mjs";
import { once, within } from "./lib/inbox.mjs";
import { startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--recovery", "60000", "--ping-timeout", "20000", "--loops", "3")));
after(() => server?.stop());

/** Cuts the transport under a client; resolves when it and the server have noticed. */
async function lose(client, witness) {
    const gone = once(client.socket, "disconnect");
    client.socket.io.engine.close();
    await gone;
    await witness.inbox.next("left");
}

for (const [title, transports] of TRANSPORTS) {
    describe(title, () => {
        test("a client that lost its transport is given its id, its rooms and what it missed, in order", async (t) => {
            const witness = await connect(t, `${server.url}/rooms`, { transports: ["websocket"] });
            const client = await connect(t, `${server.url}/rooms`, { transports });
            assert.equal(client.socket.recovered, false);
            await witness.socket.emitWithAck("join", "witnesses");
            await client.socket.emitWithAck("join", `room ${title}`);
            await witness.socket.emitWithAck("say", `room ${title}`, 0);
            assert.equal((await client.inbox.next("said"))[0], 0);
            // More often than there are loops, so that it comes back on its own one and on others.
            for (let round = 1; round <= 6; ++round) {
                const id = client.socket.id;
                await lose(client, witness);
                for (let i = 0; i < 5; ++i) await witness.socket.emitWithAck("say", `room ${title}`, round, i, Buffer.from([i]));
                client.socket.connect();
                await connected(client.socket);
                assert.equal(client.socket.id, id);
                assert.equal(client.socket.recovered, true, `round ${round}`);
                for (let i = 0; i < 5; ++i) {
                    const [number, index, bytes] = await client.inbox.next("said");
                    assert.deepEqual([number, index, [...bytes]], [round, i, [i]]);
                }
            }
            await client.inbox.nothing(() => within(client.socket.emitWithAck("say", "nowhere"), "round trip"), "said");
        });

        test("a client that left on purpose starts anew", async (t) => {
            const client = await connect(t, `${server.url}/rooms`, { transports });
            const room = `left ${title}`;
            await client.socket.emitWithAck("join", room);
            await client.socket.emitWithAck("say", room, 1);
            await client.inbox.next("said");
            const id = client.socket.id;
            client.socket.disconnect();
            client.socket.connect();
            await connected(client.socket);
            assert.notEqual(client.socket.id, id);
            assert.equal(client.socket.recovered, false);
        });
    });
}
