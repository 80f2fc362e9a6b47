// Socket.IO servers that make one cluster over a Valkey: ours and Node's, told what to do by the same events.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "../clients.mjs";
import { within } from "../inbox.mjs";
import { Server } from "../server.mjs";

const BUILD = process.env.DESK_TEST_BUILD ?? fileURLToPath(new URL("../../../../build/release", import.meta.url));
const NODE_SERVER = fileURLToPath(new URL("node_server.mjs", import.meta.url));

/** One server: `kind` is "cpp" or "node". */
export class Member {
    /** `options` are the program's flags without dashes. */
    static async start(t, kind, options) {
        const member = new Member();
        const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
        member.kind = kind;
        member.server = await (kind === "cpp" ? Server.start(join(BUILD, "sio-cluster-node"), flags) : Server.start(process.execPath, [NODE_SERVER, ...flags]));
        t.after(() => (member.server.alive ? member.server.stop() : undefined));
        ({ socket: member.control } = await connect(t, `${member.server.url}/control`, { transports: ["websocket"] }));
        return member;
    }

    /** Runs an operation; its outcome as a list. */
    do(operation, about = {}) {
        return within(new Promise((resolve) => this.control.emit(operation, about, (...outcome) => resolve(outcome))), `${operation} by ${this.kind}`, 20_000);
    }

    async fetch(about = {}) {
        const [sockets] = await this.do("fetch", about);
        return sockets.sort((a, b) => (a.id < b.id ? -1 : 1));
    }

    client(t, options = {}) {
        return connect(t, this.server.url, { transports: ["websocket"], ...options });
    }
}

/** Servers of these kinds on one Valkey, each known to all others, and a client on each. */
export async function cluster(t, valkey, kinds, options) {
    const members = await Promise.all(kinds.map((kind) => Member.start(t, kind, { valkey: valkey.url, ...options })));
    for (const member of members) {
        await until(async () => (await member.do("servers"))[0] === members.length, `all servers known to ${member.kind}`);
    }
    const clients = [];
    for (const [i, member] of members.entries()) clients.push(await member.client(t, { auth: { n: `client ${i}` } }));
    return { members, clients };
}

export function until(holds, what) {
    const poll = async () => {
        while (!(await holds())) await pause(10);
    };
    return within(poll(), what, 20_000);
}
