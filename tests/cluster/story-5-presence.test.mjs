// Acceptance story 5 over several servers: devices on two of them, a reload, the death of one, and the death of the only one.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "../js/lib/clients.mjs";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { Stage } from "../js/lib/stage.mjs";

// A reload has to fit in, also on a busy machine.
const GRACE_MS = 3000;
const LEASE_MS = 2000;
const ARGS = ["--presence-grace", `${GRACE_MS}ms`, "--presence-lease", `${LEASE_MS}ms`, "--presence-handover", "2s", "--limits", "high"];
const namespaces = ["/", "/tickets", "/presence"];

const update = (status) => ["presence:update", { userId: "ann", status, lastSeen: (time) => Math.abs(Date.parse(time) - Date.now()) < 30_000 }];
const list = (status) => ["presence:list", (entries) => entries.length === 1 && entries[0].userId === "ann" && entries[0].status === status];

let postgres;
before(async () => (postgres = await Postgres.start()));
after(() => postgres?.stop());

describe("who is there, on any server", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`over ${title}`, async (t) => {
            const desks = await Desks.together({ postgres, args: ARGS });
            t.after(() => desks.stop());
            const [one, two, three] = desks.all;
            const stage = new Stage(two);
            const add = (org, id, name, desk) => stage.add(org, id, { name: `${name} of ${org}`, namespaces, transports, at: desk.url });
            const x = { ann: add("umbrella", "ann", "ann", one), bob: add("umbrella", "bob", "bob", three) };
            const b = add("acme", "bob", "bob", two);
            const tab1 = add("acme", "ann", "tab 1", one);
            const tab2 = add("acme", "ann", "tab 2", one);
            const phone = add("acme", "ann", "phone", three);
            await stage.known();
            await x.ann.arrive(t);
            for (const party of [b, x.bob]) await party.arrive(t);
            for (const [party, status] of [[b, "offline"], [x.bob, "online"]]) {
                await party.does("presence:subscribe", { userIds: ["ann"] });
                await party.hears("presence:list");
                party.forget();
            }

            // On server 1, seen by who is on server 2; set busy, which her other tab hears too; a phone on server 3 is no news.
            await tab1.arrive(t);
            await b.hears("presence:update", 1, { status: "online" });
            await tab2.arrive(t);
            await tab1.does("presence:status", { status: "busy" });
            for (const party of [b, tab1, tab2]) await party.hears("presence:update", 1, { status: "busy" });
            await phone.arrive(t);
            tab1.vanish();
            await tab1.arrive(t);
            await stage.settle();
            b.heard([update("online"), update("busy")]);
            stage.forget();

            // Server 1 dies, the phone lives: nothing, for longer than her sessions there could count.
            tab1.vanish();
            tab2.vanish();
            x.ann.vanish();
            await one.kill();
            await x.bob.hears("presence:update", 1, { status: "offline" });
            await stage.settle();
            b.heard([]);
            x.bob.heard([update("offline")]);
            stage.forget();

            // The phone closes: offline after the grace, once.
            const closed = Date.now();
            phone.vanish();
            const gone = await b.hears("presence:update", 1, { status: "offline" });
            assert.ok(Date.now() - closed >= GRACE_MS - 100, `offline after ${Date.now() - closed} ms`);
            assert.ok(Date.parse(gone.lastSeen) <= closed + 1000, "lastSeen is when they left, not when that was told");

            // Alone on a server that dies: offline within lease and grace, once. What she set is kept.
            await one.restart();
            await tab1.arrive(t);
            await b.hears("presence:update", 1, { status: "busy" });
            const died = Date.now();
            tab1.vanish();
            await one.kill();
            await b.hears("presence:update", 2, { status: "offline" });
            assert.ok(Date.now() - died < 32_000, `offline after ${Date.now() - died} ms`);
            await phone.arrive(t);
            await b.hears("presence:update", 2, { status: "busy" });
            await stage.settle();
            b.heard([update("offline"), update("busy"), update("offline"), update("busy")]);
            await b.does("presence:subscribe", { userIds: ["ann"] });
            await stage.settle();
            assert.ok(b.records.some(([event, entries]) => event === "presence:list" && list("busy")[1](entries)));
        });
    }
});
