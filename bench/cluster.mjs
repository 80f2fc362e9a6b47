// What a broadcast from another server costs beside one of one's own: node bench/cluster.mjs [MEMBERS [BROADCASTS]]
// Needs a release build (DESK_TEST_BUILD), `npm ci` in tests/js and a Valkey (VALKEY_SERVER, or ./dev test's build/venv). For each adapter:
// CPU of the server with MEMBERS clients in a room for each delivery, of its own broadcasts and of another server's; the CPU of a server
// with as many clients, none of them in the room, for each broadcast it hears of.
import { createRequire } from "node:module";
import { join } from "node:path";
import { io } from "../tests/js/node_modules/socket.io-client/build/esm/index.js";
import { Valkey } from "../tests/js/lib/cluster/valkey.mjs";
import { Server } from "../tests/js/lib/server.mjs";
import { cpu_us } from "./cpu.mjs";

const { WebSocket } = createRequire(new URL("../tests/js/package.json", import.meta.url))("ws");
const [members = 1000, broadcasts = 2000] = process.argv.slice(2).map(Number);
const BUILD = process.env.DESK_TEST_BUILD ?? new URL("../build/release", import.meta.url).pathname;
const PAYLOAD = { ticketId: "T-1042", status: "pending", by: { id: "agent-7", name: "Ada" }, text: "x".repeat(100) };

/** A connection that counts its events and parses none. */
function connect(server, room) {
    return new Promise((resolve, reject) => {
        const ws = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
        const client = { ws, heard: 0 };
        ws.on("error", reject);
        ws.on("message", (data) => {
            const head = data.toString("latin1", 0, 2);
            if (head === "42") ++client.heard;
            else if (head[0] === "2") ws.send("3");
            else if (head[0] === "0") ws.send("40");
            else if (head === "40") ws.send(`420["join","${room}"]`);
            else if (head === "43") resolve(client);
        });
    });
}

async function fill(server, room) {
    const clients = [];
    while (clients.length < members) clients.push(...(await Promise.all(Array.from({ length: Math.min(100, members - clients.length) }, () => connect(server, room)))));
    return clients;
}

async function start(valkey, adapter) {
    const server = await Server.start(join(BUILD, "sio-cluster-node"), ["--valkey", valkey.url, "--adapter", adapter, "--loops", "2"]);
    server.control = io(`${server.url}/control`, { transports: ["websocket"] });
    server.do = (name, about = {}) => new Promise((resolve) => server.control.emit(name, about, (...outcome) => resolve(outcome)));
    return server;
}

/** Lets `from` broadcast to the room, the next one when all of `clients` have the last; CPU of `watched`, us. */
async function run(from, watched, clients) {
    const heard = () => clients.reduce((sum, client) => sum + client.heard, 0);
    const before = cpu_us(watched.pid);
    for (let sent = 0, wanted = heard(); sent < broadcasts; ++sent) {
        await from.do("emit", { rooms: ["room"], args: ["ticket:updated", PAYLOAD] });
        wanted += clients.length;
        while (heard() < wanted) await new Promise((resolve) => setImmediate(resolve));
    }
    return cpu_us(watched.pid) - before;
}

const valkey = await Valkey.start();
console.log(`${members} members, ${broadcasts} broadcasts of ${JSON.stringify(PAYLOAD).length} bytes`);
for (const adapter of ["pubsub", "sharded", "streams"]) {
    const [near, far, empty] = await Promise.all([1, 2, 3].map(() => start(valkey, adapter)));
    while ((await near.do("servers"))[0] !== 3);
    const clients = await fill(near, "room");
    const others = await fill(empty, "another room");
    await run(near, near, clients);
    const idle_before = cpu_us(empty.pid);
    const own = await run(near, near, clients);
    const unheard = cpu_us(empty.pid) - idle_before;
    const foreign = await run(far, near, clients);
    const each = (us) => (us / broadcasts / members).toFixed(3);
    console.log(`${adapter}: own ${each(own)} us a delivery, another server's ${each(foreign)}, ratio ${(foreign / own).toFixed(2)}; without members ${(unheard / broadcasts).toFixed(1)} us a broadcast`);
    for (const { ws } of [...clients, ...others]) ws.terminate();
    for (const server of [near, far, empty]) {
        server.control.close();
        await server.stop();
    }
}
await valkey.stop();
process.exit(0);
