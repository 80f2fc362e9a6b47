// What may happen to several servers, one thing after the other under load; after each, nothing is lost, doubled or out of order, and nobody
// had to restart a server that had not died.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Network } from "../proxy.mjs";
import { Crowd } from "./crowd.mjs";
import { Desks } from "./desks.mjs";
import { Postgres } from "./postgres.mjs";
import { Valkey } from "./valkey.mjs";

const DRAIN_MS = 4000;
const ARGS = ["--limits", "high", "--limit-replay-events", "10000", "--drain-time", `${DRAIN_MS}ms`, "--presence-grace", "5s", "--presence-lease", "5s"];

/** Everything real: PostgreSQL, Valkey, three servers behind nginx; server 3 reaches both through networks that can be cut. */
export class World {
    static async build(t, { size, pace_ms }) {
        const world = new World();
        [world.postgres, world.valkey] = await Promise.all([Postgres.start(), Valkey.start()]);
        t.after(() => world.postgres.stop());
        t.after(() => world.valkey.stop());
        world.links = { postgres: await Network.open(t, world.postgres.port), valkey: await Network.open(t, world.valkey.port) };
        const through = (url, link) => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${link.port}`);
        world.desks = await Desks.start({
            store: world.postgres.url,
            env: { INSIGHTDESK_VALKEY: world.valkey.url },
            args: ARGS,
            settings: (number) => (number === 3 ? { store: through(world.postgres.url, world.links.postgres), env: { INSIGHTDESK_VALKEY: through(world.valkey.url, world.links.valkey) } } : {}),
        });
        t.after(() => world.desks.stop());
        world.crowd = await Crowd.gather(t, world.desks, { size, pace_ms });
        return world;
    }

    /** What was there before is there still, but for those that were to die. */
    pids() {
        return this.desks.all.map(({ server }) => server.pid);
    }
}

const clientsOf = (desks, crowd, desk) => crowd.clients.filter(({ sockets }) => sockets["/tickets"].connected && desks.of(sockets["/tickets"]) === desk).length;

/** `outage_ms`: how long things stay away. Each gives the numbers of the servers that it ends. */
export const FAULTS = {
    "a server is killed": async ({ desks, crowd }, outage_ms) => {
        const counts = desks.all.map((desk) => clientsOf(desks, crowd, desk));
        const most = counts.indexOf(Math.max(...counts));
        await desks.all[most].kill();
        await pause(Math.min(outage_ms, 5000));
        await desks.all[most].restart();
        return [most + 1];
    },
    "Valkey is away, and comes back empty": async ({ valkey }, outage_ms) => {
        await valkey.stop();
        await pause(outage_ms);
        await valkey.restart();
    },
    "PostgreSQL is restarted": async ({ postgres }) => {
        await postgres.restart();
    },
    "a server is frozen": async ({ desks }, outage_ms) => {
        desks.all[1].freeze();
        await pause(outage_ms);
        desks.all[1].wake();
    },
    "a server's link to Valkey is cut": async ({ links }, outage_ms) => {
        links.valkey.goSilent();
        await pause(outage_ms);
        links.valkey.mend();
    },
    "a server's link to PostgreSQL is cut": async ({ links }, outage_ms) => {
        links.postgres.goSilent();
        await pause(outage_ms);
        links.postgres.mend();
    },
    "all servers are replaced, one by one": async ({ desks, crowd }) => {
        for (const desk of desks.all) {
            const begun = Date.now();
            const many = clientsOf(desks, crowd, desk);
            await desk.stop();
            await desk.restart();
            // Sent away over the window, not at once: no third of it has more than two thirds of them.
            if (many < 12) continue;
            const third = DRAIN_MS / 3;
            const shares = [0, 1, 2].map((i) => crowd.losses(begun).filter((at) => at >= begun + i * third && at < begun + (i + 1) * third).length);
            assert.ok(shares.every((share) => share <= (many * 2) / 3), `${desk.name} sent its ${many} clients away by ${shares}`);
        }
        return [1, 2, 3];
    },
};

/** Runs the faults of these names under load; gives a line of figures for each to `report`. */
export async function runChaos(t, { size = 200, pace_ms = 100, outage_ms = 20_000, faults = Object.keys(FAULTS), report = () => {} }) {
    const world = await World.build(t, { size, pace_ms });
    const { crowd } = world;
    for (const what of faults) {
        const [before, began, written] = [world.pids(), Date.now(), crowd.written];
        crowd.begin();
        await pause(1000);
        const ended = (await FAULTS[what](world, outage_ms)) ?? [];
        await pause(2000);
        const verified = Date.now();
        try {
            await crowd.verify(what);
        } catch (error) {
            const last_words = world.desks.all.map((desk) => `${desk.name}, last words:\n${desk.log().split("\n").slice(-25).join("\n")}`);
            throw new Error([error.message, ...last_words].join("\n"), { cause: error });
        }
        world.pids().forEach((pid, i) => assert.equal(pid === before[i], !ended.includes(i + 1), `${what}: ${world.desks.all[i].name} has another life`));
        assert.ok(world.desks.all.every(({ alive }) => alive));
        report(`${what}: ${crowd.written - written} writes, ${crowd.losses(began).length} reconnects of ${size} clients, settled and held against the log in ${Date.now() - verified} ms`);
    }
}
