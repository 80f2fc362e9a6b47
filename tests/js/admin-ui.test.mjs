// The namespace of the Socket.IO Admin UI, as its page talks to it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { connect, open, refusal } from "./lib/clients.mjs";
import { Person } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

const PASSWORD = "correct horse";
const HASH = "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW";
const env = { INSIGHTDESK_ADMIN_UI: "production", INSIGHTDESK_ADMIN_UI_USER: "operator", INSIGHTDESK_ADMIN_UI_PASSWORD_HASH: HASH };
const auth = { username: "operator", password: PASSWORD };

async function started(t, options = {}) {
    const server = await startInsightDesk({ env, ...options });
    t.after(() => server.alive && server.stop());
    return server;
}

/** A page that is in: `{socket, inbox}`, with `session` and `config` as they came. */
async function page(t, url, options = {}) {
    const client = await connect(t, `${url}/admin`, { auth, ...options });
    if (!options.auth) [client.session] = await client.inbox.next("session");
    [client.config] = await client.inbox.next("config");
    return client;
}

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
    test(`a page is told what the server does, over ${transports.join(" then ")}`, async (t) => {
        const server = await started(t, { args: ["--server-name", "one"] });
        const { inbox, config } = await page(t, server.url, { transports });
        assert.deepEqual(config, { supportedFeatures: ["AGGREGATED_EVENTS"] });
        await new Person(server.url, "ann").connect(t, "/tickets");
        let stats;
        do [stats] = await inbox.next("server_stats");
        while (stats.clientsCount < 2);
        assert.equal(stats.serverId, "one");
        assert.equal(stats.pid, server.pid);
        assert.ok(stats.uptime > 0 && typeof stats.hostname === "string");
        assert.equal(stats.pollingClientsCount, transports.length === 1 && transports[0] === "polling" ? 1 : 0);
        const counts = Object.fromEntries(stats.namespaces.map(({ name, socketsCount }) => [name, socketsCount]));
        assert.deepEqual([counts["/admin"], counts["/tickets"], counts["/chat"]], [1, 1, 0]);
        for (const { timestamp, type, count } of stats.aggregatedEvents) {
            assert.ok(timestamp % 1000 === 0 && count > 0, type);
            assert.match(type, /^(rawConnection|rawDisconnection|packetsIn|packetsOut|bytesIn|bytesOut)$/);
        }
    });
}

test("a session outlives a restart, and not a new password", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const first = await started(t, { store });
    const { session } = await page(t, first.url);
    await first.stop();
    const second = await started(t, { store });
    await page(t, second.url, { auth: { sessionId: session } });
    await second.stop();
    const changed = HASH.replace("$2b$04$3", "$2b$04$4");
    const third = await started(t, { store, env: { ...env, INSIGHTDESK_ADMIN_UI_PASSWORD_HASH: changed } });
    assert.equal((await refusal(open(t, `${third.url}/admin`, { auth: { sessionId: session } }).socket)).message, "invalid credentials");
});

test("whoever has no password gets nothing, and neither name nor password is logged", async (t) => {
    const server = await started(t, { args: ["--log-level", "debug"] });
    const tries = [undefined, {}, { username: "operator" }, { ...auth, password: "guess-0815" }, { ...auth, username: "root" },
        { username: ["operator"], password: { length: 3 } }, { sessionId: "1-2-3" }];
    for (const wrong of tries) {
        const { socket, inbox } = open(t, `${server.url}/admin`, { auth: wrong });
        assert.equal((await refusal(socket)).message, "invalid credentials");
        await inbox.nothing(async () => {});
    }
    const person = new Person(server.url, "ann");
    const { socket } = open(t, `${server.url}/admin`, { auth: { token: person.token } });
    assert.equal((await refusal(socket)).message, "invalid credentials", "people of the helpdesk are nobody here");
    await page(t, server.url);
    for (const secret of [HASH, PASSWORD, "guess-0815"]) assert.ok(!server.log().includes(secret), secret);
});

test("it changes nothing: the commands of a page are not heard", async (t) => {
    const server = await started(t);
    const { socket } = await page(t, server.url);
    const bystander = await new Person(server.url, "ann").connect(t, "/tickets");
    socket.emit("emit", "/tickets", "", "intruded", 1);
    socket.emit("_disconnect", "/tickets", true, "");
    socket.emit("join", "/tickets", "org:acme", "");
    await new Promise((resolve) => socket.io.engine.once("drain", resolve));
    await page(t, server.url);
    await bystander.inbox.nothing(() => bystander.socket.timeout(10_000).emitWithAck("ticket:unsubscribe", { ticketId: "none" }), "intruded");
    assert.ok(bystander.socket.connected);
});

test("in development mode a page sees every connection and event, and no token", async (t) => {
    const server = await started(t, { env: { ...env, INSIGHTDESK_ADMIN_UI: "development" } });
    const ann = new Person(server.url, "ann");
    const before = await ann.connect(t, "/tickets");
    const { socket, inbox, config } = await page(t, server.url);
    assert.deepEqual(config, { supportedFeatures: ["AGGREGATED_EVENTS", "ALL_EVENTS"] });
    const [all] = await inbox.next("all_sockets");
    const { id, clientId, transport, nsp, handshake, rooms } = all.find((each) => each.id === before.socket.id);
    assert.deepEqual([id, transport, nsp], [before.socket.id, before.socket.io.engine.transport.name, "/tickets"]);
    assert.equal(clientId.length, 12);
    assert.ok(typeof handshake.headers === "object" && !("auth" in handshake));
    assert.ok(rooms.includes(id) && rooms.length > 1, `${rooms}`);
    assert.ok(all.some((each) => each.id === socket.id && each.nsp === "/admin"), "itself too");

    const after = await ann.connect(t, "/chat", { forceNew: true });
    const newId = after.socket.id;
    let connected;
    do [connected] = await inbox.next("socket_connected");
    while (connected.id !== newId);
    before.socket.emit("token:update", { token: ann.token });
    const [, , received, time] = await inbox.next("event_received");
    assert.deepEqual(received, ["token:update", "[hidden]"]);
    assert.equal(new Date(time).toISOString(), time);
    after.socket.disconnect();
    let gone;
    do gone = await inbox.next("socket_disconnected");
    while (gone[1] !== newId);
    assert.deepEqual(gone.slice(0, 3), ["/chat", newId, "client namespace disconnect"]);
    assert.ok(!JSON.stringify([all, connected, received]).includes(ann.token));
});

test("without the setting there is no such namespace", async (t) => {
    const server = await started(t, { env: {} });
    assert.equal((await refusal(open(t, `${server.url}/admin`, { auth }).socket)).message, "Invalid namespace");
});
