// socket.io-client and engine.io-client, each connection ended with its test.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { Socket as EngineSocket } from "engine.io-client";
import { Inbox, once, within } from "./inbox.mjs";

/** The three ways a client may connect: title and `transports` option. */
export const TRANSPORTS = [
    ["websocket", ["websocket"]],
    ["polling", ["polling"]],
    ["polling, then upgraded", ["polling", "websocket"]],
];

/** A socket that connects at once, with its inbox; `t` is the test that owns it. */
export function open(t, url, options = {}) {
    const socket = io(url, { forceNew: true, reconnection: false, ...options });
    t.after(() => socket.disconnect());
    return { socket, inbox: new Inbox(socket) };
}

/** As `open`, once connected and, where two transports are given, upgraded. */
export async function connect(t, url, options = {}) {
    const client = open(t, url, options);
    await connected(client.socket);
    if (options.transports?.length > 1) await upgraded(client.socket.io.engine);
    return client;
}

export function connected(socket) {
    if (socket.connected) return Promise.resolve();
    return within(
        new Promise((resolve, reject) => {
            socket.once("connect", resolve);
            socket.once("connect_error", reject);
        }),
        "connect",
    );
}

/** The arguments of the acknowledgement of `event`. */
export const ask = (socket, event, ...args) =>
    within(new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer))), `ack of ${event}`);

/** The error a namespace answers. */
export async function refusal(socket) {
    const [error] = await once(socket, "connect_error");
    assert.equal(socket.connected, false);
    return error;
}

export async function upgraded(engine) {
    if (engine.transport.name !== "websocket" || engine.upgrading) {
        await within(
            new Promise((resolve, reject) => {
                engine.once("upgrade", resolve);
                engine.once("upgradeError", reject);
                engine.once("close", (reason) => reject(new Error(`closed instead of upgraded: ${reason}`)));
            }),
            "upgrade",
        );
    }
    assert.equal(engine.transport.name, "websocket");
}

/** An engine.io-client socket that is open and, with two transports, upgraded unless `whenUpgraded` is false; `messages` holds what came. */
export async function openEngine(t, url, { whenUpgraded = true, ...options } = {}) {
    const socket = new EngineSocket(url, { path: "/engine.io/", ...options });
    t.after(() => socket.close());
    socket.binaryType = "nodebuffer";
    const messages = [];
    socket.on("message", (message) => messages.push(message));
    await within(
        new Promise((resolve, reject) => {
            socket.once("open", resolve);
            socket.once("error", reject);
        }),
        "open",
    );
    if (whenUpgraded && options.transports?.length > 1) await upgraded(socket);
    return { socket, messages, received: (n) => received(socket, messages, n) };
}

/** Resolves with the messages once there are `n`. */
function received(socket, messages, n) {
    return within(
        new Promise((resolve) => {
            const look = () => messages.length >= n && (socket.off("message", look), resolve(messages));
            socket.on("message", look);
            look();
        }),
        `${n} messages`,
    );
}
