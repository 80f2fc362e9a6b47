// socket.io-client 2, which speaks Engine.IO 3: what clients.mjs does for later ones.
import io from "socket.io-client-v2";
import { upgraded } from "./clients.mjs";
import { Inbox, within } from "./inbox.mjs";

/** A socket that connects at once, with its inbox; `t` is the test that owns it. */
export function openV2(t, url, options = {}) {
    const socket = io(url, { forceNew: true, reconnection: false, ...options });
    return owned(t, socket);
}

/** As `openV2`, once connected and, where two transports are given, upgraded. */
export async function connectV2(t, url, options = {}) {
    const client = openV2(t, url, options);
    await connectedV2(client.socket);
    if (options.transports?.length > 1) await upgraded(client.socket.io.engine);
    return client;
}

/** Another namespace on the connection of `socket`, not waited for. */
export function joinV2(t, socket, namespace, options) {
    return owned(t, socket.io.socket(namespace, options));
}

export function connectedV2(socket) {
    if (socket.connected) return Promise.resolve();
    return within(
        new Promise((resolve, reject) => {
            socket.once("connect", resolve);
            for (const event of ["connect_error", "error"]) {
                socket.once(event, (why) => reject(why instanceof Error ? why : new Error(JSON.stringify(why))));
            }
        }),
        "connect",
    );
}

function owned(t, socket) {
    t.after(() => socket.close());
    // What later clients have by themselves, and an inbox listens with.
    socket.onAny = (listener) => {
        const { onevent } = socket;
        socket.onevent = (packet) => {
            listener(...packet.data);
            onevent.call(socket, packet);
        };
    };
    return { socket, inbox: new Inbox(socket) };
}
