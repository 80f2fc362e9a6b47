// The dashboard over three servers: whoever watches, on whichever, sees the same, and goes on seeing it when a server dies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Person } from "../js/lib/desk.mjs";
import { METRICS, Screen, still } from "../js/lib/screen.mjs";

let desks;
before(async () => (desks = await Desks.together({ args: ["--limits", "high", "--presence-grace", "100ms"] })));
after(() => desks?.stop());

/** Somebody on each of the servers. */
const everywhere = (id, options) => desks.all.map(({ url }) => new Person(url, id, options));
const create = (person) => person.made("POST", "/v1/tickets", { subject: "Help" });
/** What they all show, which has to be the same, told once. */
async function allShow(screens, metric, like) {
    for (const begun = Date.now(); ; await pause(10)) {
        const [first, ...others] = await Promise.all(screens.map((screen) => screen.shows(metric, like)));
        // One of them may have been told more since.
        if (others.some(({ rev }) => rev !== first.rev) && Date.now() - begun < 10_000) continue;
        for (const other of others) assert.deepEqual(other, first);
        return first;
    }
}

test("what happens on any server is on the screens of all, the same and once", async (t) => {
    const org = "acme-screens";
    const [admins, customers] = [everywhere("dora", { org, role: "admin" }), everywhere("carl", { org, role: "customer" })];
    const screens = [];
    for (const dora of admins) screens.push(await Screen.open(t, dora));
    let rev = 0;
    for (const [i, carl] of customers.entries()) {
        await create(carl);
        const shown = await allShow(screens, "tickets", { open: i + 1, createdToday: i + 1 });
        assert.ok(shown.rev > rev);
        rev = shown.rev;
    }
    const { socket } = await new Person(desks.all[2].url, "ann", { org }).connect(t, "/");
    await allShow(screens, "agents", { online: 2, agents: (agents) => agents.some(({ userId, status }) => userId === "ann" && status === "online") });
    socket.disconnect();
    await allShow(screens, "agents", { online: 1, offline: 1 });
    for (const screen of screens) {
        for (const metric of METRICS) {
            const revs = screen.of(metric).map(({ data }) => data.rev);
            assert.deepEqual(revs, [...new Set(revs)].sort((a, b) => a - b), metric);
        }
    }
    for (const dora of admins) {
        for (const metric of METRICS) assert.deepEqual(still(await dora.made("GET", `/v1/metrics/${metric}`, undefined, 200)), still(await screens[0].shows(metric)), metric);
    }
});

test("when the server that tells all of it dies another one does", async (t) => {
    const org = "acme-next";
    const admins = everywhere("dora", { org, role: "admin" });
    // Who is watched first tells.
    const screens = [];
    for (const dora of admins) screens.push(await Screen.open(t, dora, { reconnection: false }));
    await create(admins[1]);
    const { rev } = await allShow(screens, "tickets", { open: 1 });
    await desks.all[0].kill();
    await create(admins[1]);
    const { rev: later } = await allShow(screens.slice(1), "tickets", { open: 2 });
    assert.ok(later > rev);
    await create(admins[2]);
    assert.ok((await allShow(screens.slice(1), "tickets", { open: 3 })).rev > later);
});
