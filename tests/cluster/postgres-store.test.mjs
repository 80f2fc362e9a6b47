// PostgreSQL as the store: it goes away and comes back, servers share it, and the tools of the command line know it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { Person } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";
import { http } from "../js/lib/raw.mjs";
import { INSIGHTDESK, startInsightDesk } from "../js/lib/server.mjs";

const run = promisify(execFile);
/** Longer than any command may wait, and shorter than a hang. */
const PATIENCE_MS = 12_000;

async function postgres(t) {
    const started = await Postgres.start();
    t.after(() => started.stop());
    return started;
}

async function desk(t, options) {
    const server = await startInsightDesk({ ...options, args: ["--limits", "high", ...(options.args ?? [])] });
    t.after(() => (server.alive ? server.kill() : undefined));
    return server;
}

const readiness = async (server) => (await http(`${server.url}/readyz`)).status;

/** Sends chat messages, each until it is acknowledged; keeps what was, and how long any answer took. */
class Talker {
    acknowledged = new Map();
    unavailable = 0;
    slowest_ms = 0;
    #talking = true;
    #counter = 0;

    async start(t, url, id, conversation) {
        this.id = id;
        this.conversation = conversation;
        this.socket = (await new Person(url, "carl", { role: "customer" }).connect(t, "/chat")).socket;
        assert.equal((await this.socket.emitWithAck("chat:join", { conversationId: conversation })).ok, true);
        this.done = this.#talk();
    }

    async #talk() {
        while (this.#talking) {
            const key = `${this.id}-${this.#counter++}`;
            for (let ack; !ack?.ok; ) {
                const began = Date.now();
                ack = await this.socket.timeout(PATIENCE_MS).emitWithAck("chat:message", {
                    conversationId: this.conversation,
                    content: key,
                    clientMessageId: key,
                });
                this.slowest_ms = Math.max(this.slowest_ms, Date.now() - began);
                if (ack.ok) this.acknowledged.set(key, ack.id);
                else assert.equal(ack.error.code, "UNAVAILABLE", JSON.stringify(ack));
                this.unavailable += ack.ok ? 0 : 1;
            }
        }
    }

    async stop() {
        this.#talking = false;
        await this.done;
    }

    /** Resolves when `count` more were acknowledged. */
    async more(count) {
        const wanted = this.acknowledged.size + count;
        while (this.acknowledged.size < wanted) await new Promise((resolve) => setImmediate(resolve));
    }
}

async function messages(person, conversation) {
    const all = [];
    for (;;) {
        const { items } = await person.made("GET", `/v1/conversations/${conversation}/messages?after=${all.length}&limit=200`, undefined, 200);
        if (items.length === 0) return all;
        all.push(...items);
    }
}

describe("PostgreSQL as the store", { concurrency: 2 }, () => {
    for (const how of ["stop", "kill"]) {
        test(`what was acknowledged outlives its ${how}, and no server needs a restart`, { timeout: 180_000 }, async (t) => {
            const pg = await postgres(t);
            const store = pg.database();
            const servers = await Promise.all([desk(t, { store }), desk(t, { store })]);
            const admin = new Person(servers[0].url, "dan", { role: "admin" });
            await new Person(servers[1].url, "carl", { role: "customer" }).made("POST", "/v1/tickets", { subject: "known by this" });
            await admin.made("POST", "/v1/conversations", { id: "V-1", customerId: "carl" });
            const talkers = await Promise.all(
                [0, 1, 2, 3].map(async (i) => {
                    const talker = new Talker();
                    await talker.start(t, servers[i % 2].url, `t${i}`, "V-1");
                    return talker;
                }),
            );
            for (let round = 0; round < 3; ++round) {
                await within(Promise.all(talkers.map((talker) => talker.more(20))), "messages", 60_000);
                await (how === "stop" ? pg.stop() : pg.kill());
                await pg.restart();
            }
            await within(Promise.all(talkers.map((talker) => talker.more(20))), "messages after the last restart", 60_000);
            await Promise.all(talkers.map((talker) => talker.stop()));

            for (const server of servers) {
                assert.ok(server.alive);
                assert.equal(await readiness(server), 200);
                const all = await messages(new Person(server.url, "dan", { role: "admin" }), "V-1");
                assert.deepEqual(all.map(({ number }) => number), all.map((_, i) => i + 1), "numbers without holes");
                const ids = new Map(all.map(({ content, id }) => [content, id]));
                assert.equal(ids.size, all.length, "a message stands twice");
                for (const { acknowledged } of talkers) for (const [key, id] of acknowledged) assert.equal(ids.get(key), id, `${key} is lost`);
            }
            assert.deepEqual(pg.query("SELECT COUNT(*) - MAX(seq) FROM event_log WHERE org = 'acme'", store), ["0"], "the log has no hole");
            for (const { slowest_ms } of talkers) assert.ok(slowest_ms < PATIENCE_MS);
        });
    }

    test("while it is away commands answer UNAVAILABLE in time, and the server is not ready", { timeout: 120_000 }, async (t) => {
        const pg = await postgres(t);
        const server = await desk(t, { store: pg.database() });
        const admin = new Person(server.url, "dan", { role: "admin" });
        await admin.made("POST", "/v1/tickets", { subject: "before" });
        await pg.stop();
        const began = Date.now();
        const [write, read] = await Promise.all([admin.request("POST", "/v1/tickets", { subject: "meanwhile" }), admin.request("GET", "/v1/tickets")]);
        assert.ok(Date.now() - began < PATIENCE_MS);
        assert.deepEqual([write.status, write.body.code], [503, "UNAVAILABLE"]);
        assert.deepEqual([read.status, read.body.code], [503, "UNAVAILABLE"]);
        assert.equal(await readiness(server), 503);
        await pg.restart();
        while ((await readiness(server)) !== 200);
        await admin.made("POST", "/v1/tickets", { subject: "after" });
        const { items } = await admin.made("GET", "/v1/tickets", undefined, 200);
        assert.deepEqual(items.map(({ subject }) => subject).sort(), ["after", "before"]);
    });

    test("servers that start at once make the schema once, and each reads what the others wrote", { timeout: 120_000 }, async (t) => {
        const pg = await postgres(t);
        const store = pg.database();
        const servers = await Promise.all([1, 2, 3].map(() => desk(t, { store })));
        const admins = servers.map(({ url }) => new Person(url, "dan", { role: "admin" }));
        const made = await Promise.all(admins.map((admin, i) => admin.made("POST", "/v1/tickets", { subject: `of ${i}` })));
        assert.deepEqual(made.map(({ number }) => number).sort(), [1, 2, 3]);
        for (const admin of admins) {
            for (const { id, subject } of made) assert.equal((await admin.made("GET", `/v1/tickets/${id}`, undefined, 200)).subject, subject);
        }
        // The same key at another server is the same request.
        const key = { "idempotency-key": "once" };
        const first = await admins[0].request("POST", "/v1/tickets", { subject: "once" }, key);
        const again = await admins[1].request("POST", "/v1/tickets", { subject: "once" }, key);
        assert.equal(again.body.id, first.body.id);
    });

    test("the command line's tools know it", { timeout: 120_000 }, async (t) => {
        const pg = await postgres(t);
        const store = pg.database();
        const tool = async (...args) => (await run(INSIGHTDESK, args, { env: { ...process.env, INSIGHTDESK_STORE: store } })).stdout;
        assert.match(await tool("migrate"), /^schema \d+\n$/);
        const created = await tool("apikey", "create", "--org", "acme", "--scope", "publish", "--name", "Backend");
        assert.match(created, /idk_/, created);
        assert.match(await tool("apikey", "list"), /Backend/);
        const server = await desk(t, { store });
        await new Person(server.url, "dan", { role: "admin" }).made("POST", "/v1/tickets", { subject: "one" });
        await assert.rejects(tool("new-epoch"), /in use by another insightdesk/);
        await server.stop();
        assert.equal(await tool("new-epoch"), "new epoch for 1 org\n");

        const secret = store.replace("insightdesk@", "insightdesk:hush-hush-hush@");
        const shown = await run(INSIGHTDESK, ["check-config"], { env: { ...process.env, INSIGHTDESK_STORE: secret } });
        assert.match(shown.stdout, /insightdesk:\*{8}@/);
        assert.doesNotMatch(shown.stdout + shown.stderr, /hush/);
        const wrong = secret.replace(/\/desk_\d+/, "/nowhere");
        await assert.rejects(run(INSIGHTDESK, ["migrate", "--store", wrong]), (error) => /nowhere/.test(error.stderr) && !/hush/.test(error.stderr));
    });
});
