// What a broadcast from another server costs beside one of one's own: node bench/cluster.mjs [MEMBERS [BROADCASTS]]
// Needs a release build (DESK_TEST_BUILD), `npm ci` in tests/js and a Valkey (VALKEY_SERVER, or ./dev test's build/venv). For each adapter:
// CPU of the server with MEMBERS clients in a room for each delivery, of its own broadcasts and of another server's; the CPU of a server
// with as many clients, none of them in the room, for each broadcast it hears of.
import { join } from "node:path";
import { io } from "../tests/js/node_modules/socket.io-client/build/esm/index.js";
import { Valkey } from "../tests/js/lib/cluster/valkey.mjs";
import { Server } from "../tests/js/lib/server.mjs";
import { CountingClient, cpu_of_sends, open_all } from "./counting.mjs";
import { cpu_us } from "./cpu.mjs";

const [members = 1000, broadcasts = 2000] = process.argv.slice(2).map(Number);
const BUILD = process.env.DESK_TEST_BUILD ?? new URL("../build/release", import.meta.url).pathname;
const PAYLOAD = { ticketId: "T-1042", status: "pending", by: { id: "agent-7", name: "Ada" }, text: "x".repeat(100) };

async function enter(server, room) {
    const client = await CountingClient.open(server.url);
    await client.emit_with_ack("join", room);
    client.count("ticket:updated");
    return client;
}

async function start(valkey, adapter) {
    const server = await Server.start(join(BUILD, "sio-cluster-node"), ["--valkey", valkey.url, "--adapter", adapter, "--loops", "2"]);
    server.control = io(`${server.url}/control`, { transports: ["websocket"] });
    server.do = (name, about = {}) => new Promise((resolve) => server.control.emit(name, about, (...outcome) => resolve(outcome)));
    return server;
}

/** CPU of `watched` while `from` broadcasts to the room, us. */
const run = (from, watched, clients) =>
    cpu_of_sends(watched.pid, clients, broadcasts, () => from.do("emit", { rooms: ["room"], args: ["ticket:updated", PAYLOAD] }));

const valkey = await Valkey.start();
console.log(`${members} members, ${broadcasts} broadcasts of ${JSON.stringify(PAYLOAD).length} bytes`);
for (const adapter of ["pubsub", "sharded", "streams"]) {
    const [near, far, empty] = await Promise.all([1, 2, 3].map(() => start(valkey, adapter)));
    while ((await near.do("servers"))[0] !== 3);
    const clients = await open_all(members, () => enter(near, "room"));
    const others = await open_all(members, () => enter(empty, "another room"));
    await run(near, near, clients);
    const idle_before = cpu_us(empty.pid);
    const own = await run(near, near, clients);
    const unheard = cpu_us(empty.pid) - idle_before;
    const foreign = await run(far, near, clients);
    const each = (us) => (us / broadcasts / members).toFixed(3);
    console.log(`${adapter}: own ${each(own)} us a delivery, another server's ${each(foreign)}, ratio ${(foreign / own).toFixed(2)}; without members ${(unheard / broadcasts).toFixed(1)} us a broadcast`);
    for (const client of [...clients, ...others]) client.end();
    for (const server of [near, far, empty]) {
        server.control.close();
        await server.stop();
    }
}
await valkey.stop();
process.exit(0);
