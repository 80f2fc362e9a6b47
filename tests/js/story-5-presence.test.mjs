// Acceptance story 5, as far as one server goes: presence over devices, reloads, and the death of the server.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

// A reload has to fit in, also on a busy machine.
const GRACE_MS = 3000;
const ARGS = ["--presence-grace", `${GRACE_MS}ms`, "--presence-lease", "1s", "--presence-handover", "1s", "--limits", "high"];
const namespaces = ["/", "/tickets", "/presence"];

const update = (status) => ["presence:update", { userId: "ann", status, lastSeen: (time) => Math.abs(Date.parse(time) - Date.now()) < 20_000 }];
const list = (status) => ["presence:list", (entries) => entries.length === 1 && entries[0].userId === "ann" && entries[0].status === status];

describe("who is there", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`over ${title}`, async (t) => {
            const store = `${temporaryFolder()}/desk.db`;
            let server = await startInsightDesk({ store, args: ARGS });
            t.after(() => server.alive && server.stop());
            const stage = new Stage(server);
            const add = (org, id, name) => stage.add(org, id, { name: `${name} of ${org}`, namespaces, transports });
            // The same people in another org, whose ann opens a tab of hers before everything else.
            const x = { ann: add("umbrella", "ann", "ann"), bob: add("umbrella", "bob", "bob") };
            const b = add("acme", "bob", "bob");
            const [tab1, tab2, phone] = ["tab 1", "tab 2", "phone"].map((name) => add("acme", "ann", name));
            await stage.known();
            await x.ann.arrive(t);
            for (const party of [b, x.bob]) await party.arrive(t);

            for (const [party, status] of [[b, "offline"], [x.bob, "online"]]) {
                await party.does("presence:subscribe", { userIds: ["ann"] });
                await stage.settle();
                party.heard([list(status)]);
                party.forget();
            }

            // Only the first of several devices is an event, and only to those who were there.
            await tab1.arrive(t);
            await b.hears("presence:update");
            await tab2.arrive(t);
            await stage.settle();
            stage.heard(new Map([[b, [update("online")]]]));
            stage.forget();

            // Set on one, it holds for all.
            await tab1.does("presence:status", { status: "busy" });
            await stage.settle();
            stage.heard(new Map([b, tab1, tab2].map((party) => [party, [update("busy")]])));
            stage.forget();

            // Said again it is told to the own tabs only.
            await tab2.does("presence:status", { status: "busy" });
            await stage.settle();
            stage.heard(new Map([tab1, tab2].map((party) => [party, [update("busy")]])));
            stage.forget();

            // Another device, a reload, and a tab closed are no events.
            await phone.arrive(t);
            tab1.vanish();
            await tab1.arrive(t);
            tab2.vanish();
            await stage.settle();
            stage.heard(new Map());

            // The last ones close: after the grace, once.
            const closed = Date.now();
            tab1.vanish();
            phone.vanish();
            const gone = await b.hears("presence:update", 1, { status: "offline" });
            const took = Date.now() - closed;
            assert.ok(took >= GRACE_MS - 100, `offline after ${took} ms`);
            assert.ok(Date.parse(gone.lastSeen) <= closed + 1000, "lastSeen is when they left, not when that was told");
            await stage.settle();
            stage.heard(new Map([[b, [update("offline")]]]));
            stage.forget();

            // What was set is kept.
            await tab1.arrive(t);
            await b.hears("presence:update");
            await stage.settle();
            stage.heard(new Map([[b, [update("busy")]]]));
            stage.forget();

            // The only tab is reloaded.
            tab1.vanish();
            await tab1.arrive(t);
            await stage.settle();
            stage.heard(new Map());

            // The server dies, and is there again: who was with it is awaited, and coming back is no event.
            const port = server.port;
            await server.kill();
            server = await startInsightDesk({ store, args: [...ARGS, "--port", String(port)] });
            await b.arrive(t);
            await b.does("presence:subscribe", { userIds: ["ann"] });
            await tab1.arrive(t);
            await stage.settle();
            stage.forget();
            await b.does("presence:unsubscribe", { userIds: ["ann"] });
            await b.does("presence:subscribe", { userIds: ["ann"] });
            await stage.settle();
            stage.heard(new Map([[b, [list("busy")]]]));

            // It dies once more, and nobody is back but bob: offline, once, at the end of lease and grace. The same when it stops in peace.
            for (const end of [() => server.kill(), () => server.stop()]) {
                await end();
                tab1.vanish();
                server = await startInsightDesk({ store, args: [...ARGS, "--port", String(port)] });
                await b.arrive(t);
                stage.forget();
                await b.does("presence:subscribe", { userIds: ["ann"] });
                await b.hears("presence:update");
                await stage.settle();
                stage.heard(new Map([[b, [list("busy"), update("offline")]]]));
                await tab1.arrive(t);
                await stage.settle();
            }
        });
    }
});
