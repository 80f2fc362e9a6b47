// Clients that take a broadcast as cheaply as one can, so that a bench measures the server.
import { createRequire } from "node:module";
import { cpu_us } from "./cpu.mjs";

const { WebSocket } = createRequire(new URL("../tests/js/package.json", import.meta.url))("ws");

/** One socket in one namespace: counts the frames that begin with `counted` and parses none. */
export class CountingClient {
    heard = 0;
    #counted = Buffer.alloc(0);
    #awaited;

    /** Connected to the server at `url`, with `auth` said at CONNECT. */
    static async open(url, { namespace = "/", auth } = {}) {
        const client = new CountingClient();
        client.prefix = namespace === "/" ? "" : `${namespace},`;
        client.ws = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
        client.ws.on("message", (data) => client.#take(data));
        client.ws.on("error", (error) => client.#awaited?.reject(error));
        await client.#frame("0");
        await client.#ask(`40${client.prefix}${auth ? JSON.stringify(auth) : ""}`, `40${client.prefix}`);
        return client;
    }

    /** From now on it counts `event`, and nothing else, from 0. */
    count(event) {
        this.heard = 0;
        this.#counted = Buffer.from(this.#head(event));
    }
    emit(...event) {
        this.ws.send(`42${this.prefix}${JSON.stringify(event)}`);
    }
    /** Emits, and waits for the event that answers it, which must not be the one that is counted. */
    emit_until(answer, ...event) {
        return this.#ask(`42${this.prefix}${JSON.stringify(event)}`, this.#head(answer));
    }
    emit_with_ack(...event) {
        return this.#ask(`42${this.prefix}0${JSON.stringify(event)}`, `43${this.prefix}0`);
    }
    end() {
        this.ws.terminate();
    }

    #head(event) {
        return `42${this.prefix}["${event}"`;
    }
    #ask(frame, head) {
        const answer = this.#frame(head);
        this.ws.send(frame);
        return answer;
    }
    #frame(head) {
        return new Promise((resolve, reject) => (this.#awaited = { head, resolve, reject }));
    }
    #take(data) {
        const counted = this.#counted;
        if (counted.length > 0 && data.length >= counted.length && data.subarray(0, counted.length).equals(counted)) return void ++this.heard;
        const text = data.toString();
        if (text === "2") return this.ws.send("3");
        if (text.startsWith(this.#awaited?.head)) this.#awaited.resolve();
        else if (text.startsWith("44") || text.startsWith(this.#head("error"))) this.#awaited?.reject(new Error(text));
    }
}

/** `count` clients, each from `open(i)`, 50 at a time. */
export async function open_all(count, open) {
    const clients = [];
    while (clients.length < count) {
        const some = Array.from({ length: Math.min(50, count - clients.length) }, (_, i) => open(clients.length + i));
        clients.push(...(await Promise.all(some)));
    }
    return clients;
}

export const heard_by = (clients) => clients.reduce((sum, { heard }) => sum + heard, 0);

/** Calls `send` so many times, each when all clients have heard what the last brought: CPU of the process, us. */
export async function cpu_of_sends(pid, clients, times, send) {
    const before = cpu_us(pid);
    for (let sent = 0, wanted = heard_by(clients); sent < times; ++sent) {
        await send();
        wanted += clients.length;
        while (heard_by(clients) < wanted) await new Promise((resolve) => setImmediate(resolve));
    }
    return cpu_us(pid) - before;
}
