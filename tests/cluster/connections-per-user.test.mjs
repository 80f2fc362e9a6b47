// A user's connections count over all servers of a helpdesk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { connected, open } from "../js/lib/clients.mjs";
import { Person } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";

const LEASE_MS = 2_000;
const ORG = { org: "acme" };

let postgres;
before(async () => (postgres = await Postgres.start()));
after(() => postgres?.stop());

async function start(t) {
    const desks = await Desks.together({ count: 2, postgres, args: ["--limit-connections-per-user", "3", "--presence-lease", `${LEASE_MS}ms`] });
    t.after(() => desks.stop());
    const [one, two] = desks.all;
    const ann = [one, two].map(({ url }) => new Person(url, "ann", ORG));
    return { valkey: desks.valkey, one, two, ann };
}

/** One more connection, and the error it met. */
async function tried(t, person) {
    const client = open(t, person.url, { transports: ["websocket"], auth: { token: person.token } });
    const error = await connected(client.socket).then(() => undefined, (why) => why);
    if (error) assert.deepEqual([error.message, error.data.details.limit], ["RATE_LIMITED", "connections_per_user"]);
    return { ...client, error };
}

/** Tries until the news has come that there is room, and stays. */
const comesIn = (t, person) =>
    within((async () => {
        for (;;) {
            const client = await tried(t, person);
            if (!client.error) return client;
            await pause(10);
        }
    })(), "room", 20_000);

/** Tries until the news has come that there is none: refused again and again, so not because of a try before, which may not have gone yet. */
const isRefused = (t, person) =>
    within((async () => {
        for (let refused = 0; refused < 10; ) {
            const { socket, error } = await tried(t, person);
            refused = error ? refused + 1 : 0;
            socket.disconnect();
            await pause(10);
        }
    })(), "refusals", 20_000);

test("three at two servers are three; who leaves one makes room at the other", async (t) => {
    const { one, two, ann } = await start(t);
    const clients = [await ann[0].connect(t, "/"), await ann[0].connect(t, "/"), await ann[1].connect(t, "/")];
    for (const person of ann) await isRefused(t, person);
    for (const { url } of [one, two]) {
        await new Person(url, "ann", { org: "globex" }).connect(t, "/");
        await new Person(url, "bob", ORG).connect(t, "/");
    }
    clients[0].socket.disconnect();
    await comesIn(t, ann[1]);
    await isRefused(t, ann[0]);
});

test("a server that is killed takes its connections along, one that stops makes room at once", async (t) => {
    const { one, two, ann } = await start(t);
    for (let i = 0; i < 3; ++i) await ann[0].connect(t, "/");
    await isRefused(t, ann[1]);
    await one.kill();
    for (let i = 0; i < 3; ++i) await comesIn(t, ann[1]);
    await one.restart();
    await isRefused(t, ann[0]);
    await two.stop();
    const stopped = Date.now();
    await comesIn(t, ann[0]);
    assert.ok(Date.now() - stopped < LEASE_MS, "not only when its lease is over");
});

test("without Valkey each server counts its own", async (t) => {
    const { valkey, ann } = await start(t);
    for (let i = 0; i < 3; ++i) await ann[0].connect(t, "/");
    await isRefused(t, ann[1]);
    await valkey.kill();
    const clients = [];
    for (let i = 0; i < 3; ++i) clients.push(await comesIn(t, ann[1]));
    await isRefused(t, ann[1]);
    for (const { socket } of clients) socket.disconnect();
    await comesIn(t, ann[1]);
    await valkey.restart();
    await isRefused(t, ann[1]);
});
