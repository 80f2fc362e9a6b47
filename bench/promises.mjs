// How late promises are told of while chats are written: node bench/promises.mjs [PROMISES [SECONDS [CONVERSATIONS [WINDOW]]]]
// Needs a release build (DESK_TEST_BUILD) and `npm ci` in tests/js. PROMISES tickets of one org, each with a promise, fall due within SECONDS;
// meanwhile another process writes messages into conversations of the same org, each with WINDOW unanswered. Prints how long after its moment
// each warning and breach came to an admin's socket, and what was written meanwhile.
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Person } from "../tests/js/lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "../tests/js/lib/server.mjs";
import { join } from "node:path";

const { io } = createRequire(new URL("../tests/js/package.json", import.meta.url))("socket.io-client");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const socket_of = (url, namespace, token) =>
    new Promise((resolve, reject) => {
        const socket = io(url + namespace, { forceNew: true, transports: ["websocket"], auth: { token } });
        socket.once("connect", () => resolve(socket));
        socket.once("connect_error", reject);
    });

/** Writes messages until told to stop; says how many were stored. */
async function write_chats(url, conversations, window) {
    let stored = 0;
    let going = true;
    const agent = new Person(url, "admin", { org: "busy", role: "admin" });
    const socket = await socket_of(url, "/chat", agent.token);
    const one = async (conversationId) => {
        while (going) {
            const answer = await socket.emitWithAck("chat:message", { conversationId, content: "How do I reset it?" });
            if (!answer.ok) throw new Error(JSON.stringify(answer));
            ++stored;
        }
    };
    for (let i = 0; i < conversations; i++) await socket.emitWithAck("chat:join", { conversationId: `conv-${i}` });
    process.send("ready");
    process.once("message", () => {
        going = false;
        process.send(stored, () => process.exit(0));
    });
    for (let i = 0; i < conversations; i++) for (let k = 0; k < window; k++) one(`conv-${i}`);
}

async function measure([promises = 2000, seconds = 20, conversations = 50, window = 4]) {
    const server = await startInsightDesk({ store: join(temporaryFolder(), "desk.db"), args: ["--limits", "high"] });
    const admin = new Person(server.url, "admin", { org: "busy", role: "admin" });
    const due_s = seconds + 10;
    const targets = { resolution: { low: due_s, normal: due_s, high: due_s, urgent: due_s } };
    await admin.made("POST", "/v1/sla-policies", { id: "p", name: "Soon", targets });
    for (let i = 0; i < conversations; i++) await admin.made("POST", "/v1/conversations", { id: `conv-${i}`, customerId: "admin" });

    const late = { warning: [], breached: [] };
    const began = new Map();
    const listener = await socket_of(server.url, "/tickets", admin.token);
    const heard = (kind, from) => (data) => late[kind].push(Date.now() - (from ?? 1) * due_s * 1000 - began.get(data.ticket.id));
    listener.on("ticket:created", (ticket) => began.set(ticket.id, Date.parse(ticket.createdAt)));
    listener.on("ticket:sla:warning", heard("warning", 0.8));
    listener.on("ticket:sla:breached", heard("breached"));

    const begun = performance.now();
    for (let i = 0; i < promises; i++) {
        const wait = begun + (i * seconds * 1000) / promises - performance.now();
        if (wait > 1) await sleep(wait);
        await admin.made("POST", "/v1/tickets", { subject: "Soon" });
    }
    const took = (performance.now() - begun) / 1000;
    const load = conversations === 0 ? undefined : fork(fileURLToPath(import.meta.url), ["--write-chats", server.url, conversations, window]);
    if (load) await new Promise((resolve) => load.once("message", resolve));
    const loaded = performance.now();
    while (late.breached.length < promises) await sleep(100);
    const written = load ? await new Promise((resolve) => (load.once("message", resolve), load.send("stop"))) : 0;
    const rate = (written / (performance.now() - loaded)) * 1000;
    console.log(`${promises} promises within ${took.toFixed(1)} s, ${conversations} conversations with ${window} messages under way: ${rate.toFixed(0)} stored a second`);
    for (const [kind, times] of Object.entries(late)) {
        times.sort((a, b) => a - b);
        const at = (part) => times[Math.min(times.length - 1, Math.floor(part * times.length))];
        console.log(`${kind}: ${times.length} heard, late by ${at(0.5)} ms (median), ${at(0.99)} (99 %), ${at(1)} (all)`);
    }
    listener.disconnect();
    await server.stop();
}

const args = process.argv.slice(2);
if (args[0] === "--write-chats") await write_chats(args[1], Number(args[2]), Number(args[3]));
else await measure(args.map(Number));
