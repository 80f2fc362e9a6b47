// What a delivery costs when the publisher is on another server, beside the peers with their Redis adapters, by the bench contract:
// node bench/cluster_peers.mjs [MEMBERS [PUBLISHES [ROUNDS]]]
// Two servers of each kind on one Valkey; MEMBERS agents in a ticket's room on one of them, `ticket:typing` from one on the same and from
// one on the other; CPU of the members' server for each delivery. Ours is insightdesk on PostgreSQL, with its checks. Needs a release build
// (DESK_TEST_BUILD), `npm ci` in tests/js, Debian's PostgreSQL, and the peers of ../shared/bench (BENCH_PEERS: its folder `peers`).
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { Person, claims, craft } from "../tests/js/lib/desk.mjs";
import { Desks } from "../tests/js/lib/cluster/desks.mjs";
import { Postgres } from "../tests/js/lib/cluster/postgres.mjs";
import { Valkey } from "../tests/js/lib/cluster/valkey.mjs";
import { JWT_SECRET } from "../tests/js/lib/server.mjs";
import { CountingClient, cpu_of_sends, open_all } from "./counting.mjs";

const [members = 1000, publishes = 500, rounds = 3] = process.argv.slice(2).map(Number);
const PEERS = process.env.BENCH_PEERS ?? new URL("../../shared/bench/peers", import.meta.url).pathname;
const PEER_SECRET = "bench-secret-bench-secret-bench-32";

const token = (user, secret) => craft(claims(user, { org: "bench-org" }), { secret });

async function subscribe(server, user) {
    const client = await CountingClient.open(server.url, { namespace: "/tickets", auth: { token: token(user, server.secret) } });
    await client.emit_until("ticket:subscribed", "ticket:subscribe", { ticketId: "T-1" });
    client.count("ticket:typing");
    return client;
}

async function ours(valkey) {
    const postgres = await Postgres.start();
    const args = ["--limits", "high", "--loops", "1", "--log-level", "warn"];
    const desks = await Desks.start({ count: 2, balancer: null, store: postgres.url, env: { INSIGHTDESK_VALKEY: valkey.url }, args });
    await new Person(desks.all[0].url, "bench-admin", { org: "bench-org", role: "admin" }).made("POST", "/v1/tickets", { id: "T-1", subject: "The ticket of the bench" });
    const stop = async () => {
        await desks.stop();
        await postgres.stop();
    };
    return { servers: desks.all.map((desk) => ({ url: desk.url, pid: desk.server.pid, secret: JWT_SECRET })), stop };
}

let port = 24_000;
function peer(name) {
    return async (valkey) => {
        const children = [];
        const start = async () => {
            const url = `http://127.0.0.1:${++port}`;
            const child = spawn("bash", [`${PEERS}/run`, name, String(port)], { stdio: "ignore", env: { ...process.env, ADAPTER_URL: valkey.url, JWT_SECRET: PEER_SECRET, WORKERS: "0" } });
            children.push(child);
            for (let i = 0; !(await fetch(`${url}/socket.io/?EIO=4&transport=polling`).catch(() => null)); ++i) {
                if (i > 100) throw new Error(`${name} does not answer`);
                await pause(100);
            }
            return { url, pid: child.pid, secret: PEER_SECRET };
        };
        return { servers: [await start(), await start()], stop: () => children.forEach((child) => child.kill("SIGKILL")) };
    };
}

/** CPU of the members' server while one publishes, us a delivery. */
async function cost(publisher, clients, server) {
    const cpu = await cpu_of_sends(server.pid, clients, publishes, () => publisher.emit("ticket:typing", { ticketId: "T-1" }));
    return cpu / publishes / clients.length;
}

const KINDS = { ours, "node-ws": peer("node-ws"), socketioxide: peer("socketioxide") };
console.log(`${members} members, ${publishes} publishes; us CPU a delivery`);
for (let round = 0; round < rounds; ++round) {
    for (const [name, start] of Object.entries(KINDS)) {
        const valkey = await Valkey.start();
        const { servers, stop } = await start(valkey);
        const clients = await open_all(members, (i) => subscribe(servers[0], `m-${i}`));
        const [near, far] = await Promise.all([subscribe(servers[0], "near"), subscribe(servers[1], "far")]);
        await cost(near, clients, servers[0]);
        const own = await cost(near, clients, servers[0]);
        const foreign = await cost(far, clients, servers[0]);
        console.log(`${name}: own ${own.toFixed(2)}, another server's ${foreign.toFixed(2)}, ratio ${(foreign / own).toFixed(2)}`);
        for (const client of [...clients, near, far]) client.end();
        await stop();
        await valkey.stop();
    }
}
process.exit(0);
