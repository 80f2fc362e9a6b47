// What a delivery costs when the publisher is on another server, beside the peers with their Redis adapters, by the bench contract:
// node bench/cluster_peers.mjs [MEMBERS [PUBLISHES [ROUNDS]]]
// Two servers of each kind on one Valkey; MEMBERS agents in a ticket's room on one of them, `ticket:typing` from one on the same and from
// one on the other; CPU of the members' server for each delivery. Ours is insightdesk on PostgreSQL, with its checks. Needs a release build
// (DESK_TEST_BUILD), `npm ci` in tests/js, Debian's PostgreSQL, and the peers of ../shared/bench (BENCH_PEERS: its folder `peers`).
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { Person, claims, craft } from "../tests/js/lib/desk.mjs";
import { Desks } from "../tests/js/lib/cluster/desks.mjs";
import { Postgres } from "../tests/js/lib/cluster/postgres.mjs";
import { Valkey } from "../tests/js/lib/cluster/valkey.mjs";
import { JWT_SECRET } from "../tests/js/lib/server.mjs";
import { cpu_us } from "./cpu.mjs";

const { WebSocket } = createRequire(new URL("../tests/js/package.json", import.meta.url))("ws");
const [members = 1000, publishes = 500, rounds = 3] = process.argv.slice(2).map(Number);
const PEERS = process.env.BENCH_PEERS ?? new URL("../../shared/bench/peers", import.meta.url).pathname;
const PEER_SECRET = "bench-secret-bench-secret-bench-32";

const token = (user, secret) => craft(claims(user, { org: "bench-org" }), { secret });

/** A subscriber of T-1 that counts what it is told of and parses none of it. */
function subscribe(server, user) {
    return new Promise((resolve, reject) => {
        const ws = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
        const client = { ws, heard: 0, type: () => ws.send('42/tickets,["ticket:typing",{"ticketId":"T-1"}]') };
        const HEARD = Buffer.from('42/tickets,["ticket:typing"');
        ws.on("error", reject);
        ws.on("message", (data) => {
            if (data.length > HEARD.length && data.subarray(0, HEARD.length).equals(HEARD)) return void ++client.heard;
            const text = data.toString();
            if (text === "2") ws.send("3");
            else if (text[0] === "0") ws.send(`40/tickets,{"token":"${token(user, server.secret)}"}`);
            else if (text.startsWith("40/tickets")) ws.send('42/tickets,["ticket:subscribe",{"ticketId":"T-1"}]');
            else if (text.startsWith('42/tickets,["ticket:subscribed"')) resolve(client);
            else if (text.startsWith("44") || text.includes('"error"')) reject(new Error(text));
        });
    });
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

/** One publish after the other, each when all members have the last; the CPU of the members' server, us a delivery. */
async function cost(publisher, clients, server) {
    const heard = () => clients.reduce((sum, client) => sum + client.heard, 0);
    const before = cpu_us(server.pid);
    for (let sent = 0, wanted = heard(); sent < publishes; ++sent) {
        publisher.type();
        wanted += clients.length;
        while (heard() < wanted) await new Promise((resolve) => setImmediate(resolve));
    }
    return (cpu_us(server.pid) - before) / publishes / clients.length;
}

const KINDS = { ours, "node-ws": peer("node-ws"), socketioxide: peer("socketioxide") };
console.log(`${members} members, ${publishes} publishes; us CPU a delivery`);
for (let round = 0; round < rounds; ++round) {
    for (const [name, start] of Object.entries(KINDS)) {
        const valkey = await Valkey.start();
        const { servers, stop } = await start(valkey);
        const clients = [];
        while (clients.length < members) {
            const some = Array.from({ length: Math.min(50, members - clients.length) }, (_, i) => subscribe(servers[0], `m-${clients.length + i}`));
            clients.push(...(await Promise.all(some)));
        }
        const [near, far] = await Promise.all([subscribe(servers[0], "near"), subscribe(servers[1], "far")]);
        await cost(near, clients, servers[0]);
        const own = await cost(near, clients, servers[0]);
        const foreign = await cost(far, clients, servers[0]);
        console.log(`${name}: own ${own.toFixed(2)}, another server's ${foreign.toFixed(2)}, ratio ${(foreign / own).toFixed(2)}`);
        for (const { ws } of [...clients, near, far]) ws.terminate();
        await stop();
        await valkey.stop();
    }
}
process.exit(0);
