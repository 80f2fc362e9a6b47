// What a change of a status costs beside a change of a ticket: node bench/presence.mjs [AGENTS [WATCHERS [WATCHED [CHANGES]]]]
// Needs a release build (DESK_TEST_BUILD) and `npm ci` in tests/js. Prints the server's CPU for each update delivered: statuses that all
// watchers watch, statuses that few of them watch, and a ticket's changes at as many subscribers as there are watchers.
import { Person, token } from "../tests/js/lib/desk.mjs";
import { startInsightDesk } from "../tests/js/lib/server.mjs";
import { CountingClient, heard_by, open_all } from "./counting.mjs";
import { cpu_us } from "./cpu.mjs";

const [agents = 10_000, watchers = 200, watched = 500, changes = 4_000] = process.argv.slice(2).map(Number);
const STATUSES = ["busy", "online", "away"];
const id_of = (i) => `agent-${i}`;

const server = await startInsightDesk({ args: ["--limits", "high"] });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const connect_all = (users, namespace) =>
    open_all(users.length, (i) => CountingClient.open(server.url, { namespace, auth: { token: token(users[i], { org: "big" }) } }));
async function heard(clients, expected, what) {
    for (let i = 0; i < 600 && heard_by(clients) < expected; i++) await sleep(50);
    if (heard_by(clients) !== expected) throw new Error(`${what}: ${heard_by(clients)} heard, ${expected} expected`);
}
/** CPU for each delivery of `times` changes, no more than `at_once` of which wait for their audience. */
async function measure(what, clients, event, audience, times, at_once, change) {
    for (const client of clients) client.count(event);
    const before = cpu_us(server.pid);
    let expected = 0;
    for (let i = 0; i < times; ) {
        const wave = [];
        for (; wave.length < at_once && i < times; i++) {
            wave.push(change(i));
            expected += audience(i);
        }
        await Promise.all(wave);
        await heard(clients, expected, what);
    }
    const each = (cpu_us(server.pid) - before) / expected;
    console.log(`${what}: ${times} changes, ${expected} deliveries, ${each.toFixed(2)} us CPU a delivery`);
    return each;
}

const online = await connect_all(Array.from({ length: agents }, (_, i) => id_of(i)), "/presence");
const current = Array(agents).fill("online");
const turn = (i) => {
    current[i] = STATUSES[(STATUSES.indexOf(current[i]) + 1) % STATUSES.length];
    online[i].emit("presence:status", { status: current[i] });
};
const names = Array.from({ length: watchers }, (_, i) => `watcher-${i}`);
const UPDATE = "presence:update";

/** `watchers` sockets, of which the n-th watches the agents `chosen(n)` gives. */
async function watch(chosen) {
    const clients = await connect_all(names, "/presence");
    await Promise.all(clients.map((client, n) => client.emit_until("presence:list", "presence:subscribe", { userIds: chosen(n).map(id_of) })));
    return clients;
}
const close = (clients) => clients.forEach((client) => client.end());

const board = await watch(() => Array.from({ length: watched }, (_, i) => i));
await sleep(3000);
const together = await measure(`${watchers} watchers of the same ${watched}`, board, UPDATE, () => watchers, changes, 20, (i) => turn(i % watched));
close(board);

const spread = (n) => Array.from({ length: watched }, (_, i) => (n * 37 + i * Math.floor(agents / watched)) % agents);
const watching = Array(agents).fill(0);
for (let n = 0; n < watchers; n++) for (const i of spread(n)) ++watching[i];
const seen = watching.flatMap((count, i) => (count > 0 ? [i] : []));
const boards = await watch(spread);
await sleep(3000);
await measure(`${watchers} watchers of ${watched} each, spread over ${seen.length}`, boards, UPDATE, (i) => watching[seen[i % seen.length]],
    changes * 5, 200, (i) => turn(seen[i % seen.length]));
close(boards);

const author = new Person(server.url, "author", { org: "big" });
const ticket = await author.made("POST", "/v1/tickets", { subject: "A busy one" });
const readers = await connect_all(names, "/tickets");
await Promise.all(readers.map((client) => client.emit_until("ticket:subscribed", "ticket:subscribe", { ticketId: ticket.id })));
await sleep(3000);
const fan_out = await measure(`a ticket's messages at ${watchers} subscribers`, readers, "ticket:message", () => watchers, changes, 20, () =>
    author.made("POST", `/v1/tickets/${ticket.id}/messages`, { content: "One more" }));
console.log(`a status beside a ticket's message: ${(together / fan_out).toFixed(2)} (bound 1.5)`);
close(readers);
close(online);
await server.stop();
