// What a client of any version and the Socket.IO fixture of sio-conformance say to each other; each takes `{socket, inbox}`, connected.
import assert from "node:assert/strict";
import { ask, upgraded } from "./clients.mjs";
import { once } from "./inbox.mjs";

export const bytes = (...values) => Buffer.from(values);

/** An exchange behind which whatever the server sent before has come. */
export const roundTrip = (socket) => () => ask(socket, "message-with-ack", "barrier");

export async function echoesJson({ socket, inbox }) {
    const values = [0, -1, 1.5, 1e21, "", "a\u0000b\u2028\"\\", "日本 😀", true, null, [], [[[1]]], {}, { "": 0, "é": [{}] }];
    socket.emit("message", ...values);
    assert.deepEqual(await inbox.next("message-back"), values);
    for (let i = 0; i < 50; ++i) socket.emit("message", i, "😀é");
    for (let i = 0; i < 50; ++i) assert.deepEqual(await inbox.next("message-back"), [i, "😀é"]);
    await inbox.nothing(roundTrip(socket), "message-back");
}

export async function echoesBinary({ socket, inbox }, content) {
    const sent = [bytes(1, 2, 3), { file: { name: "x", content } }, [bytes(255, 0, 30), "text"]];
    socket.emit("message", ...sent);
    assert.deepEqual(await inbox.next("message-back"), sent);
}

export async function acknowledges({ socket }) {
    const ack = (...args) => ask(socket, "message-with-ack", ...args);
    assert.deepEqual(await ack(1, "2", { 3: [false] }), [1, "2", { 3: [false] }]);
    assert.deepEqual(await ack(bytes(1, 2, 3), { a: bytes(9) }), [bytes(1, 2, 3), { a: bytes(9) }]);
    assert.deepEqual(await ack(), []);
}

export async function carriesMuch({ socket, inbox }) {
    const text = "0123456789abcdef€😀".repeat(20_000);
    socket.emit("message", text);
    assert.ok((await inbox.next("message-back"))[0] === text);
    const blob = Buffer.from(Uint8Array.from({ length: 500_000 }, (_, i) => i * 31));
    socket.emit("message", blob);
    const [back] = await inbox.next("message-back");
    assert.equal(Buffer.compare(back, blob), 0);
}

/** The client reconnects by itself. */
export async function outlivesItsTransport({ socket }) {
    const first = socket.id;
    const lost = once(socket, "disconnect");
    const back = once(socket, "connect");
    socket.io.engine.transport.onClose({ description: "the test cut it" });
    assert.equal((await lost)[0], "transport close");
    await back;
    assert.notEqual(socket.id, first);
    await roundTrip(socket)();
}

/** From its first polling answers on. */
export async function losesNothingWhileItUpgrades({ socket, inbox }) {
    let done = false;
    upgraded(socket.io.engine).then(() => (done = true));
    let sent = 0;
    while (!done) {
        for (let i = 0; i < 5; ++i) socket.emit("message", sent++, bytes(sent & 255));
        await new Promise(setImmediate);
    }
    for (let i = 0; i < 20; ++i) socket.emit("message", sent++, bytes(sent & 255));
    for (let i = 0; i < sent; ++i) assert.equal((await inbox.next("message-back"))[0], i);
    await inbox.nothing(roundTrip(socket), "message-back");
}
