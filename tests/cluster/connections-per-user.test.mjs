// A user's connections count over all servers of a helpdesk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Desk } from "../js/lib/cluster/desks.mjs";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { Valkey } from "../js/lib/cluster/valkey.mjs";
import { connected, open } from "../js/lib/clients.mjs";
import { Person } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";

const LEASE_MS = 2_000;
const ORG = { org: "acme" };

let postgres;
before(async () => (postgres = await Postgres.start()));
after(() => postgres?.stop());

async function start(t) {
    const valkey = await Valkey.start();
    const settings = { store: postgres.database(), env: { INSIGHTDESK_VALKEY: valkey.url }, args: ["--limit-connections-per-user", "3", "--presence-lease", `${LEASE_MS}ms`] };
    const one = await Desk.start(1, settings);
    const two = await Desk.start(2, settings);
    t.after(async () => {
        await Promise.all([one, two].map((desk) => (desk.alive ? desk.stop() : undefined)));
        await valkey.stop();
    });
    const ann = [one, two].map(({ url }) => new Person(url, "ann", ORG));
    return { valkey, one, two, ann };
}

/** The error of one more connection, or undefined: it is in. */
async function tries(t, person) {
    const client = open(t, person.url, { transports: ["websocket"], auth: { token: person.token } });
    const error = await connected(client.socket).then(() => undefined, (why) => why);
    client.socket.disconnect();
    return error;
}

/** Until the news has come that there is room, or none. */
const comesToBe = (t, person, full) =>
    within((async () => {
        for (;;) {
            const error = await tries(t, person);
            if (error) assert.deepEqual([error.message, error.data.details.limit], ["RATE_LIMITED", "connections_per_user"]);
            if (Boolean(error) === full) return;
            await pause(10);
        }
    })(), full ? "a refusal" : "room", 20_000);

test("three at two servers are three; who leaves one makes room at the other", async (t) => {
    const { one, two, ann } = await start(t);
    const clients = [await ann[0].connect(t, "/"), await ann[0].connect(t, "/"), await ann[1].connect(t, "/")];
    for (const person of ann) await comesToBe(t, person, true);
    for (const { url } of [one, two]) {
        await new Person(url, "ann", { org: "globex" }).connect(t, "/");
        await new Person(url, "bob", ORG).connect(t, "/");
    }
    clients[0].socket.disconnect();
    await comesToBe(t, ann[1], false);
    await ann[1].connect(t, "/");
    await comesToBe(t, ann[0], true);
});

test("a server that is killed takes its connections along, one that stops makes room at once", async (t) => {
    const { one, two, ann } = await start(t);
    for (let i = 0; i < 3; ++i) await ann[0].connect(t, "/");
    await comesToBe(t, ann[1], true);
    await one.kill();
    await comesToBe(t, ann[1], false);
    const clients = [];
    for (let i = 0; i < 3; ++i) clients.push(await ann[1].connect(t, "/"));
    await one.restart();
    await comesToBe(t, ann[0], true);
    await two.stop();
    const stopped = Date.now();
    await comesToBe(t, ann[0], false);
    assert.ok(Date.now() - stopped < LEASE_MS, "not only when its lease is over");
});

test("without Valkey each server counts its own", async (t) => {
    const { valkey, two, ann } = await start(t);
    for (let i = 0; i < 3; ++i) await ann[0].connect(t, "/");
    await comesToBe(t, ann[1], true);
    await valkey.kill();
    await comesToBe(t, ann[1], false);
    for (let i = 0; i < 2; ++i) await ann[1].connect(t, "/");
    assert.ok(await tries(t, ann[0]), "those of its own still count");
    await valkey.restart();
    while ((await (await fetch(`${two.url}/readyz`)).json()).status !== "ready");
    await comesToBe(t, ann[1], true);
});
