// What a dashboard of a very big org costs: node bench/dashboard.mjs [TICKETS [OPEN_PERCENT [AGENTS [DAYS]]]]
// Needs a release build (DESK_TEST_BUILD) and `npm ci` in tests/js. Prints milliseconds from connecting to the last of the four metrics,
// and the server's CPU when nothing happens and when tickets change.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Person } from "../tests/js/lib/desk.mjs";
import { METRICS } from "../tests/js/lib/screen.mjs";
import { INSIGHTDESK, startInsightDesk, temporaryFolder } from "../tests/js/lib/server.mjs";
import { cpu_us } from "./cpu.mjs";
import { createRequire } from "node:module";

const { io } = createRequire(new URL("../tests/js/package.json", import.meta.url))("socket.io-client");
const [tickets = "1000000", open_percent = "3", agents = "1000", days = "730"] = process.argv.slice(2);
const store = join(temporaryFolder(), "desk.db");
execFileSync(INSIGHTDESK, ["migrate", "--store", `sqlite:${store}`]);
execFileSync("python3", [new URL("fill_tickets.py", import.meta.url).pathname, store, tickets, open_percent, agents, days], { stdio: "inherit" });

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1].toFixed(1);
const range = (values) => `${median(values)} [${Math.min(...values).toFixed(1)}-${Math.max(...values).toFixed(1)}]`;

const server = await startInsightDesk({ store, args: ["--limits", "high", "--metrics-check", "10s"] });
const admin = new Person(server.url, "admin", { org: "big", role: "admin" });

/** A dashboard whose four metrics have come, and how long that took. */
async function open() {
    const begun = performance.now();
    const socket = io(`${server.url}/dashboard`, { forceNew: true, transports: ["websocket"], auth: { token: admin.token } });
    await Promise.all(METRICS.map((metric) => new Promise((resolve) => socket.once(`metrics:${metric}`, resolve))));
    return { socket, took: performance.now() - begun };
}
/** CPU of the server's threads, ms a second, while `work` runs and until `seconds` are over. */
async function cpu_of(seconds, work) {
    const before = cpu_us(server.pid);
    const end = performance.now() + seconds * 1000;
    await work?.(end);
    await sleep(Math.max(0, end - performance.now()));
    return ((cpu_us(server.pid) - before) / 1000 / seconds).toFixed(2);
}

const first = await open();
first.socket.disconnect();
const times = [];
for (let i = 0; i < 30; i++) {
    const { socket, took } = await open();
    times.push(took);
    socket.disconnect();
    await sleep(20);
}
const asked = [];
for (let i = 0; i < 30; i++) {
    const begun = performance.now();
    await admin.made("GET", "/v1/metrics/tickets", undefined, 200);
    asked.push(performance.now() - begun);
}
console.log(`${tickets} tickets over ${days} days, ${open_percent} % open, ${agents} agents`);
console.log(`open, first after the start: ${first.took.toFixed(1)} ms; then ${range(times)} ms`);
console.log(`GET /v1/metrics/tickets: ${range(asked)} ms`);
await sleep(1000);
console.log(`idle, nobody watches: ${await cpu_of(10)} ms CPU a second`);
const { socket } = await open();
await sleep(9000);
console.log(`idle, one watches (with one check of the counters): ${await cpu_of(20)} ms CPU a second`);
let told = 0;
socket.onAny(() => ++told);
let changes = 0;
const changing = await cpu_of(10, async (end) => {
    while (performance.now() < end) {
        await admin.made("POST", "/v1/tickets", { subject: "One more" });
        ++changes;
        await sleep(10);
    }
});
console.log(`${changes} tickets made in 10 s: ${changing} ms CPU a second, ${told} metrics told`);
socket.disconnect();
await sleep(1500);
changes = 0;
const unwatched = await cpu_of(10, async (end) => {
    while (performance.now() < end) {
        await admin.made("POST", "/v1/tickets", { subject: "One more" });
        ++changes;
        await sleep(10);
    }
});
console.log(`${changes} tickets made in 10 s, nobody watches: ${unwatched} ms CPU a second`);
await server.stop();
