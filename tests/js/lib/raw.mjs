// The wire itself: HTTP requests and a bare WebSocket, for what the official clients would never send.
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import WebSocket from "ws";
import { within } from "./inbox.mjs";

/** One HTTP request on a connection of its own: `{status, headers, text, bytes}`. */
export function http(url, { method = "GET", headers = {}, body, signal, localAddress } = {}) {
    return within(
        new Promise((resolve, reject) => {
            const outgoing = request(url, { method, headers, agent: false, signal, localAddress }, (answer) => {
                const chunks = [];
                answer.on("data", (chunk) => chunks.push(chunk));
                answer.on("error", reject);
                answer.on("end", () => {
                    const bytes = Buffer.concat(chunks);
                    resolve({ status: answer.statusCode, headers: answer.headers, text: bytes.toString(), bytes });
                });
            });
            outgoing.on("error", reject);
            outgoing.end(body);
        }),
        `${method} ${url}`,
    );
}

/** Writes bytes to the port and resolves with all that comes until the server ends the connection. */
export function tcp(port, bytes) {
    return within(
        new Promise((resolve) => {
            const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
            let answer = "";
            socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
            socket.on("error", () => {});
            socket.on("close", () => resolve(answer));
        }),
        "end of connection",
    );
}

/** A long-polling session driven by hand. */
export class Polling {
    constructor(base, path) {
        this.url = `${base}${path}?EIO=4&transport=polling`;
    }

    static async open(base, path = "/engine.io/") {
        const session = new Polling(base, path);
        const answer = await http(session.url);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.text[0], "0");
        session.handshake = JSON.parse(answer.text.slice(1));
        session.sid = session.handshake.sid;
        session.url += `&sid=${session.sid}`;
        return session;
    }

    post(body, options = {}) {
        return http(this.url, { method: "POST", body, ...options });
    }

    /** The packets of one GET. */
    async get() {
        const answer = await http(this.url);
        assert.equal(answer.status, 200, answer.text);
        return answer.text.split("\x1e");
    }

    /** The next `n` packets that are no heartbeat. */
    async packets(n) {
        const packets = [];
        while (packets.length < n) {
            for (const packet of await this.get()) if (packet !== "2") packets.push(packet);
        }
        return packets;
    }

    /** Fails unless the server has forgotten the session. */
    async isGone() {
        const { status, text } = await http(this.url);
        assert.equal(status, 400);
        assert.deepEqual(JSON.parse(text), { code: 1, message: "Session ID unknown" });
    }
}

/** A bare WebSocket whose messages are read in order; pings of the Engine.IO kind are answered, and seen only if `pings`. */
export class Wire {
    #messages = [];
    #waiting = [];

    constructor(url, { pings = false, options = {} } = {}) {
        this.ws = new WebSocket(url, options);
        this.ws.on("error", () => {});
        this.opened = within(new Promise((resolve) => this.ws.once("open", resolve)), "open");
        this.opened.catch(() => {});
        this.closed = new Promise((resolve) => this.ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));
        this.ws.on("message", (data, binary) => {
            const message = binary ? data : data.toString();
            if (message === "2" && !pings) return this.ws.send("3");
            const waiter = this.#waiting.shift();
            if (waiter) waiter(message);
            else this.#messages.push(message);
        });
    }

    /** Connected to Engine.IO, with the handshake taken. */
    static async open(base, path = "/engine.io/", settings = {}) {
        const wire = new Wire(`${base.replace("http", "ws")}${path}?EIO=4&transport=websocket`, settings);
        await wire.opened;
        const open = await wire.next();
        assert.equal(open[0], "0");
        wire.handshake = JSON.parse(open.slice(1));
        return wire;
    }

    send(...messages) {
        for (const message of messages) this.ws.send(message);
    }

    next() {
        if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
        return within(new Promise((resolve) => this.#waiting.push(resolve)), "message");
    }

    /** Resolves with `{code, reason}` when the server has closed. */
    closedByServer() {
        return within(this.closed, "close");
    }

    end() {
        this.ws.terminate();
    }
}
