// What hostile input must never touch: the process, and a client that does nothing but its work.
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { io } from "socket.io-client";
import { connected } from "./clients.mjs";
import { within } from "./inbox.mjs";
import { startConformance } from "./server.mjs";

/**
 * Declares a sio-conformance for the tests of a file, and two clients of it, one a transport, that are there before and after each test:
 * the same sockets, still answered. Timers are long, so that only the server can end them.
 */
export function guardedServer(...args) {
    const guarded = { server: null };
    let bystanders = [];
    before(async () => {
        guarded.server = await startConformance("--ping-interval", "25000", "--ping-timeout", "20000", ...args);
        bystanders = ["websocket", "polling"].map((transport) =>
            io(guarded.server.url, { transports: [transport], forceNew: true, reconnection: false }),
        );
        for (const socket of bystanders) {
            socket.on("message-back", () => assert.fail("a message that was not for this client"));
            socket.once("disconnect", (reason) => (socket.lost = reason));
            await connected(socket);
        }
    });
    afterEach(async () => {
        assert.ok(guarded.server.alive, `the server died\n${guarded.server.log()}`);
        for (const socket of bystanders) {
            assert.equal(socket.lost, undefined);
            assert.equal(await within(socket.emitWithAck("message-with-ack", "still here"), "bystander"), "still here");
        }
    });
    after(async () => {
        for (const socket of bystanders) socket.disconnect();
        await guarded.server?.stop();
    });
    return guarded;
}
