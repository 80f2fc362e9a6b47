// Maintenance notices: told to who is there and to who comes, changed and cancelled under one id, each org for itself.
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Person } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

const EVENT = "system:maintenance";
const HOUR = 3600 * 1000;
const at = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
const notice = (more = {}) => ({ message: "Database upgrade", startsAt: at(1), endsAt: at(2), ...more });
/** An exchange in `/` behind everything sent before. */
const ping = (socket) => () => socket.timeout(10_000).emitWithAck("ping", { timestamp: 1 });

const store = join(temporaryFolder(), "desk.db");
let server, admin, agent, foreignAdmin, foreigner;
async function start(options = {}) {
    server = await startInsightDesk({ store, ...options, args: ["--limits", "high", ...(options.args ?? [])] });
    admin = new Person(server.url, "ada", { role: "admin" });
    agent = new Person(server.url, "grace");
    foreignAdmin = new Person(server.url, "ada", { role: "admin", org: "globex" });
    foreigner = new Person(server.url, "grace", { org: "globex" });
}
before(() => start());
after(() => server?.stop());

const current = async (person) => (await person.made("GET", "/v1/maintenance", undefined, 200)).items;
async function cancelAll() {
    for (const who of [admin, foreignAdmin]) for (const { id } of await current(who)) await who.request("DELETE", `/v1/maintenance/${id}`);
}

test("a notice reaches who is there and who comes, its change and its end come with the same id", async (t) => {
    const here = await agent.connect(t, "/");
    const foreign = await foreigner.connect(t, "/");
    const sent = notice();
    const made = await admin.made("POST", "/v1/maintenance", sent);
    assert.deepEqual(made, { id: made.id, ...sent, cancelled: false });
    assert.deepEqual(await here.inbox.next(EVENT), [made]);

    const comer = await agent.connect(t, "/");
    assert.deepEqual(await comer.inbox.next(EVENT), [made]);
    assert.deepEqual(await current(agent), [made]);

    const changed = await admin.made("PATCH", `/v1/maintenance/${made.id}`, { message: "Later", endsAt: null }, 200);
    assert.deepEqual(changed, { ...made, message: "Later", endsAt: null });
    assert.deepEqual(await here.inbox.next(EVENT), [changed]);
    assert.deepEqual(await comer.inbox.next(EVENT), [changed]);

    const cancelled = await admin.made("DELETE", `/v1/maintenance/${made.id}`, undefined, 200);
    assert.deepEqual(cancelled, { ...changed, cancelled: true });
    assert.deepEqual(await here.inbox.next(EVENT), [cancelled]);

    const late = await agent.connect(t, "/");
    await late.inbox.nothing(ping(late.socket), EVENT);
    await foreign.inbox.nothing(ping(foreign.socket), EVENT);
});

test("an org's notice is nobody else's, to hear or to change", async (t) => {
    const foreign = await foreigner.connect(t, "/");
    const made = await admin.made("POST", "/v1/maintenance", notice());
    assert.deepEqual(await current(foreigner), []);
    const late = await foreigner.connect(t, "/");
    await late.inbox.nothing(ping(late.socket), EVENT);
    await foreign.inbox.nothing(ping(foreign.socket), EVENT);
    for (const [person, method, path, body, code] of [
        [foreignAdmin, "DELETE", `/v1/maintenance/${made.id}`, undefined, "ROOM_NOT_FOUND"],
        [foreignAdmin, "PATCH", `/v1/maintenance/${made.id}`, { message: "x" }, "ROOM_NOT_FOUND"],
        [foreignAdmin, "POST", "/v1/maintenance", notice({ org: "acme" }), "FORBIDDEN"],
        [agent, "POST", "/v1/maintenance", notice(), "FORBIDDEN"],
        [agent, "DELETE", `/v1/maintenance/${made.id}`, undefined, "FORBIDDEN"],
        [admin, "POST", "/v1/maintenance", notice({ org: "*" }), "FORBIDDEN"],
        [admin, "POST", "/v1/maintenance", { startsAt: at(1) }, "INVALID_PAYLOAD"],
        [admin, "POST", "/v1/maintenance", notice({ startsAt: "soon" }), "INVALID_PAYLOAD"],
        [admin, "POST", "/v1/maintenance", notice({ endsAt: at(-1) }), "INVALID_PAYLOAD"],
    ]) {
        const answer = await person.request(method, path, body);
        assert.equal(answer.body.code, code, `${method} ${path} ${JSON.stringify(body)}`);
    }
    await cancelAll();
});

test("notices outlive the server, until their end", async (t) => {
    const folder = temporaryFolder();
    const clock = (ms) => {
        writeFileSync(join(folder, "new"), String(ms));
        renameSync(join(folder, "new"), join(folder, "clock"));
    };
    clock(0);
    const made = await admin.made("POST", "/v1/maintenance", notice());
    const endless = await admin.made("POST", "/v1/maintenance", notice({ startsAt: at(3), endsAt: null }));
    await server.stop();
    await start({ env: { INSIGHTDESK_TEST_CLOCK: join(folder, "clock"), INSIGHTDESK_ALLOW_TEST_CLOCK: "1" } });
    const comer = await agent.connect(t, "/");
    assert.deepEqual([...(await comer.inbox.next(EVENT)), ...(await comer.inbox.next(EVENT))], [made, endless]);
    clock(2 * HOUR);
    while ((await current(agent)).length > 1);
    const late = await agent.connect(t, "/");
    assert.deepEqual(await late.inbox.next(EVENT), [endless]);
    await late.inbox.nothing(ping(late.socket), EVENT);
    for (const { id } of [made, endless]) await admin.made("DELETE", `/v1/maintenance/${id}`, undefined, 200);
});

test("in development an admin tells all orgs", async (t) => {
    await server.stop();
    await start({ args: ["--dev"] });
    const [ours, theirs] = [await agent.connect(t, "/"), await foreigner.connect(t, "/")];
    const made = await admin.made("POST", "/v1/maintenance", notice({ org: "*" }));
    for (const { inbox } of [ours, theirs]) assert.deepEqual(await inbox.next(EVENT), [made]);
    const late = await foreigner.connect(t, "/");
    assert.deepEqual(await late.inbox.next(EVENT), [made]);
    await cancelAll();
});
