// TCP connections and websocket frames made byte by byte, for inputs that no library would send.
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { within } from "./inbox.mjs";

/** Header and payload of one frame. `length` may lie; `mask: null` leaves the frame unmasked, which no client may do. */
export function frame(payload = "", { fin = true, rsv = 0, opcode = 1, mask = [1, 2, 3, 4], length } = {}) {
    const data = Buffer.from(payload);
    const size = BigInt(length ?? data.length);
    const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
    const masked = mask ? 0x80 : 0;
    if (size < 126n) head.push(masked | Number(size));
    else if (size < 65536n) head.push(masked | 126, Number(size >> 8n), Number(size & 255n));
    else {
        head.push(masked | 127);
        for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((size >> shift) & 255n));
    }
    if (!mask) return Buffer.concat([Buffer.from(head), data]);
    return Buffer.concat([Buffer.from(head), Buffer.from(mask), data.map((byte, i) => byte ^ mask[i & 3])]);
}

/** The hand-shake of a websocket; `headers` replaces or, with null, removes what it sends. */
export function upgradeRequest(target, headers = {}) {
    const all = {
        Host: "localhost",
        Upgrade: "websocket",
        Connection: "Upgrade",
        "Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEA==",
        "Sec-WebSocket-Version": "13",
        ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== null);
    return `GET ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/** A TCP connection whose answers are kept as latin-1 text. */
export class Tcp {
    #waiting = [];
    text = "";
    ended = false;

    constructor(port, { host = "127.0.0.1", secure = false } = {}) {
        this.socket = secure ? connectTls({ port, host, rejectUnauthorized: false }) : connect(port, host);
        this.socket.on("data", (chunk) => {
            this.text += chunk.toString("latin1");
            this.#look();
        });
        this.socket.on("error", () => {});
        this.closed = new Promise((resolve) =>
            this.socket.once("close", () => {
                this.ended = true;
                this.#look();
                resolve();
            }),
        );
    }

    #look() {
        this.#waiting = this.#waiting.filter(({ pattern, resolve, reject }) => {
            const match = pattern.exec(this.text);
            if (match) resolve(match);
            else if (this.ended) reject(new Error(`ended without ${pattern}: ${JSON.stringify(this.text.slice(0, 200))}`));
            return !match && !this.ended;
        });
    }

    send(...parts) {
        for (const part of parts) this.socket.write(part);
    }

    /** Resolves with the match once everything that came holds `pattern`. */
    until(pattern) {
        const found = new Promise((resolve, reject) => this.#waiting.push({ pattern, resolve, reject }));
        this.#look();
        return within(found, String(pattern));
    }

    /** Everything that came until the server ended the connection. */
    async end(timeout_ms) {
        await within(this.closed, "the end of the connection", timeout_ms);
        return this.text;
    }

    /** Sends RST instead of FIN. */
    reset() {
        this.socket.resetAndDestroy();
    }
}

/** A raw websocket, past its hand-shake; `ws.text` begins with the answer's head. */
export async function openRaw(port, target) {
    const tcp = new Tcp(port);
    tcp.send(upgradeRequest(target));
    await tcp.until(/^HTTP\/1\.1 101 [^]*\r\n\r\n/);
    return tcp;
}

/** The code of the close frame among what a server sent; null when there is none. */
export function closeCode(text) {
    let at = text.indexOf("\r\n\r\n") + 4;
    while (at + 2 <= text.length) {
        const opcode = text.charCodeAt(at) & 15;
        let size = text.charCodeAt(at + 1) & 127;
        let head = 2;
        if (size === 126) {
            size = text.charCodeAt(at + 2) * 256 + text.charCodeAt(at + 3);
            head = 4;
        }
        if (opcode === 8) return size < 2 ? 1005 : text.charCodeAt(at + head) * 256 + text.charCodeAt(at + head + 1);
        at += head + size;
    }
    return null;
}
