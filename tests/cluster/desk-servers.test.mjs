// What one server is told or asked and the clients of another must see: notices, connections ended, rooms left, waiting requests, keys.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Person, backend, barrier } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";

const SETTINGS = { count: 2, args: ["--limits", "high"] };
let desks, one, two;
before(async () => {
    desks = await Desks.together(SETTINGS);
    [one, two] = desks.all;
});
after(() => desks?.stop());

const ping = (socket) => () => socket.timeout(10_000).emitWithAck("ping", { timestamp: 1 });

describe("two servers", { concurrency: true }, () => {
    test("tell each a notice of maintenance once, when it is made, changed and cancelled at one", async (t) => {
        const org = "acme-notices";
        const admin = new Person(one.url, "ada", { org, role: "admin" });
        const clients = await Promise.all([one, two].map(({ url }) => new Person(url, "grace", { org }).connect(t, "/")));
        const foreign = await new Person(two.url, "grace", { org: `${org}-too` }).connect(t, "/");
        const hear = async (notice) => {
            for (const { inbox } of clients) assert.deepEqual(await inbox.next("system:maintenance"), [notice]);
        };
        const made = await admin.made("POST", "/v1/maintenance", { message: "Tonight", startsAt: new Date(Date.now() + 3_600_000).toISOString() });
        await hear(made);
        const changed = await admin.made("PATCH", `/v1/maintenance/${made.id}`, { message: "Tomorrow" }, 200);
        await hear(changed);
        const comer = await new Person(two.url, "hedy", { org }).connect(t, "/");
        assert.deepEqual(await comer.inbox.next("system:maintenance"), [changed]);
        const cancelled = await admin.made("DELETE", `/v1/maintenance/${made.id}`, undefined, 200);
        await hear(cancelled);
        for (const { socket, inbox } of [...clients, foreign]) await inbox.nothing(ping(socket), "system:maintenance");
    });

    test("end a user's connections at both, and nobody else's", async (t) => {
        const org = "acme-disconnect";
        const admin = new Person(one.url, "ada", { org, role: "admin" });
        const ended = await Promise.all([one, two].map(({ url }) => new Person(url, "grace", { org }).connect(t, "/", { reconnection: false })));
        const kept = await new Person(two.url, "grace", { org: `${org}-too` }).connect(t, "/");
        const gone = ended.map(({ socket }) => within(new Promise((resolve) => socket.once("disconnect", resolve)), "disconnect"));
        await admin.made("POST", "/v1/users/grace/disconnect", {}, 200);
        await Promise.all(gone);
        await ping(kept.socket)();
    });

    test("take a ticket from a user's sockets at both", async (t) => {
        const org = "acme-leave";
        const admin = new Person(one.url, "ada", { org, role: "admin" });
        const { id } = await admin.made("POST", "/v1/tickets", { subject: "Left" });
        const clients = await Promise.all([one, two].map(({ url }) => new Person(url, "grace", { org }).connect(t, "/tickets")));
        for (const { socket } of clients) assert.equal((await socket.emitWithAck("ticket:subscribe", { ticketId: id })).ok, true);
        await admin.made("POST", "/v1/sockets/leave", { userId: "grace", room: `ticket:${id}` }, 200);
        for (const { inbox } of clients) assert.deepEqual(await inbox.next("ticket:unsubscribed"), [{ ticketId: id, reason: "REMOVED" }]);
        await admin.made("POST", `/v1/tickets/${id}/messages`, { content: "Anybody?" });
        for (const { socket, inbox } of clients) {
            await inbox.next("ticket:updated");
            await inbox.nothing(barrier(socket), "ticket:message");
        }
    });

    test("wake a request that waits at one when something happens at the other", async () => {
        const org = "acme-polls";
        const writer = new Person(one.url, "ada", { org, role: "admin" });
        const reader = new Person(two.url, "grace", { org });
        await writer.made("POST", "/v1/tickets", { subject: "First" });
        let { cursor } = await reader.made("GET", "/v1/tickets/updates", undefined, 200);
        for (let i = 0; i < 5; ++i) {
            const waiting = reader.made("GET", `/v1/tickets/updates?since=${cursor}&wait=25`, undefined, 200);
            const begun = Date.now();
            const { id } = await writer.made("POST", "/v1/tickets", { subject: `Next ${i}` });
            const page = await waiting;
            assert.deepEqual(page.updates.map(({ event, data }) => [event, data.id]), [["ticket:created", id]]);
            assert.ok(Date.now() - begun < 5_000, "woken, not timed out");
            cursor = page.cursor;
        }
    });

    test("let in at one whom the other's admin made, and refuse whose token was taken back there", async () => {
        const org = "acme-doors";
        const admin = new Person(one.url, "ada", { org, role: "admin" });
        const grace = new Person(two.url, "grace", { org });
        await grace.made("GET", "/v1/tickets", undefined, 200);
        await admin.made("POST", "/v1/users/grace/revoke-tokens", { issuedBefore: Math.floor(Date.now() / 1000) }, 200);
        const begun = Date.now();
        while ((await grace.request("GET", "/v1/tickets")).status !== 401) assert.ok(Date.now() - begun < 1000);
        const { key } = await admin.made("POST", "/v1/api-keys", { name: "shop", scopes: ["publish"] });
        const item = { org, event: "ticket:created", data: { id: "t1", subject: "Published" } };
        while ((await backend(two.url, key).request("POST", "/v1/publish", item)).status !== 202) assert.ok(Date.now() - begun < 10_000);
    });
});

test("two servers count what they tell each other", async () => {
    await new Person(one.url, "ada", { org: "acme-counts", role: "admin" }).made("POST", "/v1/tickets", { subject: "Counted" });
    const counted = async () => {
        const metrics = await (await fetch(`${two.url}/metrics`)).text();
        const value = (name) => Number(metrics.split("\n").find((line) => line.startsWith(`insightdesk_${name} `))?.split(" ")[1]);
        return ["valkey_connected", "log_rows_heard_total", 'bus_messages_total{outcome="heard"}'].every((name) => value(name) > 0);
    };
    for (const begun = Date.now(); !(await counted()); ) assert.ok(Date.now() - begun < 10_000);
});

test("without Valkey they go on, and what one writes reaches the other's clients late, not never", async (t) => {
    const org = "acme-alone";
    const alone = await Desks.together({ ...SETTINGS, postgres: desks.postgres });
    t.after(() => alone.stop());
    const ready = async ({ url }) => (await fetch(`${url}/readyz`)).json();
    const until = async (status) => {
        for (const desk of alone.all) while ((await ready(desk)).status !== status);
    };
    await until("ready");
    const writer = new Person(alone.all[0].url, "ada", { org, role: "admin" });
    const client = await new Person(alone.all[1].url, "grace", { org }).connect(t, "/tickets");
    await alone.valkey.kill();
    await until("degraded");
    const ids = [];
    for (let i = 0; i < 3; ++i) ids.push((await writer.made("POST", "/v1/tickets", { subject: `Late ${i}` })).id);
    for (const id of ids) assert.equal((await client.inbox.next("ticket:created"))[0].id, id);
    await alone.valkey.restart();
    await until("ready");
    const { id } = await writer.made("POST", "/v1/tickets", { subject: "Quick again" });
    assert.equal((await client.inbox.next("ticket:created"))[0].id, id);
});
