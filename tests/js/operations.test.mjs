// What whoever runs the server sees and does: version, readiness, retention, a new epoch after a restore.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { open } from "./lib/clients.mjs";
import { claims, craft, Person, token } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { INSIGHTDESK, startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { lockStore } from "./lib/store.mjs";
import { testClock } from "./lib/time.mjs";

const json = async (url) => {
    const { status, text } = await http(url);
    return { status, body: JSON.parse(text) };
};

/** Runs one of the program's other commands: `{code, out, err}`. */
function run(...args) {
    return promisify(execFile)(INSIGHTDESK, args)
        .then(({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }))
        .catch((error) => ({ code: error.code, out: error.stdout, err: error.stderr }));
}

async function started(t, options) {
    const server = await startInsightDesk(options);
    t.after(() => server.alive && server.stop());
    return server;
}

test("says what it is and that it is ready", async (t) => {
    const server = await started(t);
    const version = await json(`${server.url}/version`);
    assert.equal(version.status, 200);
    assert.equal(version.body.name, "insightdesk");
    assert.match(version.body.version, /^\d+\.\d+\.\d+/);
    assert.ok(version.body.schema >= 2);
    assert.deepEqual(await json(`${server.url}/readyz`), { status: 200, body: { status: "ready" } });
    assert.deepEqual(await json(`${server.url}/healthz`), { status: 200, body: { status: "ok" } });
});

test("is not ready while its store cannot write, and is again when it can", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const server = await started(t, { store });
    const unlock = await lockStore(t, store);
    const answer = await json(`${server.url}/readyz`);
    assert.deepEqual([answer.status, answer.body.status, answer.body.part], [503, "unavailable", "store"]);
    assert.equal((await json(`${server.url}/healthz`)).status, 200, "it need not be restarted");
    await unlock();
    let again;
    do again = await json(`${server.url}/readyz`);
    while (again.status === 503);
    assert.deepEqual(again, { status: 200, body: { status: "ready" } });
});

test("what is older than the retention is forgotten, and a cursor from before is told so", async (t) => {
    const time = testClock();
    const server = await started(t, {
        args: ["--log-retention", "7d", "--janitor-interval", "100ms", "--limits", "high"],
        env: time.env,
    });
    const ann = new Person(server.url, "ann", { role: "admin" });
    const updates = (since) => ann.request("GET", `/v1/tickets/updates?since=${encodeURIComponent(since)}`);
    const { id } = await ann.made("POST", "/v1/tickets", { subject: "Old" });
    const { cursor } = (await updates("0")).body;
    await ann.made("POST", `/v1/tickets/${id}/messages`, { content: "old" });
    assert.equal((await updates(cursor)).status, 200);

    time.set(6 * 24 * 3600 * 1000);
    let fresh;
    do fresh = await ann.made("POST", "/v1/tickets", { subject: "Fresh" });
    while (Date.parse(fresh.createdAt) < Date.now() + 5 * 24 * 3600 * 1000);
    assert.equal((await updates(cursor)).status, 200, "six days are not seven");

    time.set(8 * 24 * 3600 * 1000);
    let answer;
    do answer = await updates(cursor);
    while (answer.status === 200);
    assert.deepEqual([answer.status, answer.body.code, answer.body.items], [410, "CURSOR_EXPIRED", undefined]);

    const { socket, inbox } = await ann.connect(t, "/tickets");
    assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: id, since: cursor })).ok, true);
    const [sync] = await inbox.next("sync:required");
    assert.equal(typeof sync.reason, "string");
    await inbox.nothing(() => socket.emitWithAck("ticket:unsubscribe", { ticketId: "none" }), "ticket:message", "sync:ready");
});

test("a second server, or a tool that changes the store, is refused while a server has it", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const server = await started(t, { store });
    for (const command of [["new-epoch"], ["migrate"], ["serve", "--port", "0", "--jwt-secret", "x".repeat(32)]]) {
        const { code, err } = await run(...command, "--store", `sqlite:${store}`);
        assert.equal(code, 1, command[0]);
        assert.match(err, /in use by another insightdesk/, command[0]);
    }
    assert.equal((await json(`${server.url}/readyz`)).status, 200);
});

test("after new-epoch every cursor from before is refused and new ones work", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const first = await started(t, { store });
    const before = new Person(first.url, "ann", { role: "admin" });
    const { id } = await before.made("POST", "/v1/tickets", { subject: "Kept" });
    const { socket } = await before.connect(t, "/tickets");
    const { cursor } = await socket.emitWithAck("ticket:subscribe", { ticketId: id });
    await first.stop();
    assert.deepEqual(await run("new-epoch", "--store", `sqlite:${store}`), { code: 0, out: "new epoch for 1 org\n", err: "" });

    const second = await started(t, { store });
    const after = new Person(second.url, "ann", { role: "admin" });
    assert.equal((await after.request("GET", `/v1/tickets/updates?since=${cursor}`)).status, 410);
    const again = await after.connect(t, "/tickets");
    const answer = await again.socket.emitWithAck("ticket:subscribe", { ticketId: id });
    assert.equal(answer.ok, true);
    assert.equal((await after.request("GET", `/v1/tickets/updates?since=${answer.cursor}`)).status, 200);
});

test("a store in memory serves as one in a file does, and leaves nothing behind", async (t) => {
    const folder = temporaryFolder();
    const server = await started(t, { store: ":memory:", env: { TMPDIR: folder } });
    const ann = new Person(server.url, "ann", { role: "admin" });
    const { socket, inbox } = await ann.connect(t, "/tickets");
    const { id } = await ann.made("POST", "/v1/tickets", { subject: "Fleeting" });
    assert.equal((await inbox.next("ticket:created"))[0].id, id);
    assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: id })).ok, true);
    assert.equal((await ann.made("GET", `/v1/tickets/${id}`, undefined, 200)).subject, "Fleeting");
    assert.deepEqual(readdirSync(folder), [], "not even while it runs");
});

test("refused CONNECTs are logged with their reason and address, tokens never", async (t) => {
    const server = await started(t, { args: ["--log-level", "debug", "--log-format", "json"] });
    const good = token("ann");
    const expired = craft(claims("ann", { ttl: -60 }));
    const forged = craft(claims("ann"), { secret: "another-secret-another-secret-32" });
    for (const [namespace, bearer] of [["/tickets", forged], ["/tickets", expired], ["/dashboard", good]]) {
        const { socket } = open(t, server.url + namespace, { transports: ["websocket"], auth: { token: bearer }, query: { token: bearer } });
        await new Promise((resolve) => socket.once("connect_error", resolve));
        await http(`${server.url}/v1/tickets?token=${bearer}`, { headers: { authorization: `Bearer ${bearer}` } });
        await http(`${server.url}/socket.io/?EIO=4&transport=polling&token=${bearer}`);
    }
    await server.stop();
    const lines = server.log().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    const refused = lines.filter(({ message }) => message === "connect refused");
    assert.deepEqual(refused.map(({ level, nsp, code, address }) => [level, nsp, code, address]), [
        ["warn", "/tickets", "AUTH_TOKEN_INVALID", "127.0.0.1"],
        ["debug", "/tickets", "AUTH_TOKEN_EXPIRED", "127.0.0.1"],
        ["debug", "/dashboard", "FORBIDDEN", "127.0.0.1"],
    ]);
    for (const bearer of [good, expired, forged]) assert.ok(!server.log().includes(bearer.split(".")[2]));
});
