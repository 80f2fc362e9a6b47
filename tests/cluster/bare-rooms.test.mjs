// The stock emitter, which names rooms as api.md does and knows nothing of orgs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { emitterAt } from "../js/lib/cluster/emitter.mjs";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { Person } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";

let postgres;
before(async () => (postgres = await Postgres.start()));
after(() => postgres?.stop());

/** Two servers and an emitter at their Valkey. */
async function start(t, env) {
    const desks = await Desks.together({ count: 2, postgres, env, args: ["--log-format", "json"] });
    const emitter = await emitterAt(t, desks.valkey);
    t.after(() => desks.stop());
    return { desks: desks.all, emitter };
}

/** Ann (staff) at one server and Carl (customer) at the other, both subscribed to Carl's ticket. */
async function helpdesk(t, { desks }, org) {
    const carl = new Person(desks[1].url, "carl", { org, role: "customer" });
    const ann = new Person(desks[0].url, "ann", { org, teams: ["t1"] });
    const ticket = await carl.made("POST", "/v1/tickets", { subject: "Help" });
    const clients = { ann: await ann.connect(t, "/tickets"), carl: await carl.connect(t, "/tickets") };
    for (const { socket } of Object.values(clients)) {
        assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: ticket.id })).ok, true);
    }
    return { ticket: ticket.id, clients };
}

/** What each client hears of `crm` while `act` runs: its arguments, up to a fence that everybody gets. */
async function heard(emitter, clients, act) {
    act(emitter.of("/tickets"));
    emitter.of("/tickets").emit("fence");
    const all = Object.entries(clients).map(async ([name, { inbox }]) => {
        const events = await inbox.until("fence");
        return [name, events.filter(([event]) => event === "crm").map(([, value]) => value)];
    });
    return Object.fromEntries(await Promise.all(all));
}

for (const adapter of ["streams", "pubsub"]) {
    describe(`an emitter at servers with the adapter ${adapter}`, () => {
        const env = { INSIGHTDESK_ADAPTER: adapter };

        test("means rooms of the org that is set, though there are others", async (t) => {
            const all = await start(t, { ...env, INSIGHTDESK_BARE_ROOMS: "acme" });
            const acme = await helpdesk(t, all, "acme");
            const globex = await helpdesk(t, all, "globex");
            const clients = { ann: acme.clients.ann, carl: acme.clients.carl, otherAnn: globex.clients.ann, otherCarl: globex.clients.carl };
            const is = async (act, expected) =>
                assert.deepEqual(await heard(all.emitter, clients, act), { ann: [], carl: [], otherAnn: [], otherCarl: [], ...expected });
            await is((to) => to.to(`ticket:${acme.ticket}`).emit("crm", 1), { ann: [1], carl: [1] });
            await is((to) => to.to(`ticket:${globex.ticket}`).emit("crm", 2), {});
            await is((to) => to.to("user:carl").emit("crm", 3), { carl: [3] });
            await is((to) => to.to("team:t1").to("user:ann").emit("crm", 4), { ann: [4] });
            await is((to) => to.to("org:acme").except("user:ann").emit("crm", 5), { carl: [5] });
            await is((to) => to.to("org:globex").emit("crm", 6), { otherAnn: [6], otherCarl: [6] });
            await is((to) => to.to(`o:globex:ticket:${globex.ticket}`).emit("crm", 7), { otherAnn: [7], otherCarl: [7] });
            await is((to) => to.to(`o:globex:ticket:${globex.ticket}:staff`).emit("crm", 8), { otherAnn: [8] });
            const closed = within(new Promise((resolve) => clients.carl.socket.once("disconnect", resolve)), "disconnect");
            all.emitter.of("/tickets").in("user:carl").disconnectSockets(true);
            assert.equal(await closed, "io server disconnect");
            delete clients.carl;
            assert.deepEqual(await heard(all.emitter, clients, () => {}), { ann: [], otherAnn: [], otherCarl: [] });
        });

        test("means rooms of the only org, until there are two", async (t) => {
            const all = await start(t, env);
            const { ticket, clients } = await helpdesk(t, all, "acme");
            assert.deepEqual(await heard(all.emitter, clients, (to) => to.to(`ticket:${ticket}`).emit("crm", 1)), { ann: [1], carl: [1] });
            await new Person(all.desks[0].url, "zoe", { org: "globex", role: "customer" }).made("POST", "/v1/tickets", { subject: "Another org" });
            const nobody = async () => {
                for (;;) {
                    const got = await heard(all.emitter, clients, (to) => to.to(`ticket:${ticket}`).emit("crm", 2));
                    if (got.ann.length + got.carl.length === 0) return;
                    await pause(50);
                }
            };
            await within(nobody(), "silence");
            const line = async (desk) => {
                for (;;) {
                    const found = desk.log().split("\n").find((each) => each.includes("named without its org"));
                    if (found) return JSON.parse(found);
                    await pause(10);
                }
            };
            for (const desk of all.desks) assert.equal((await within(line(desk), "a line in the log")).room, `ticket:${ticket}`);
            assert.deepEqual(await heard(all.emitter, clients, (to) => to.to(`o:acme:ticket:${ticket}`).emit("crm", 3)), { ann: [3], carl: [3] });
        });
    });
}
