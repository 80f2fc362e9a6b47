// What /metrics says of what real clients did.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect, open } from "./lib/clients.mjs";
import { claims, craft, Person } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? (-?[0-9.eE+-]+|[+-]Inf|NaN)$/;

/** Every sample by its name with labels; a line that is neither comment nor sample fails. */
function parse(text) {
    const samples = new Map();
    for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("# "))) {
        const [, name, labels = "", value] = LINE.exec(line) ?? assert.fail(`no sample: ${line}`);
        assert.ok(!samples.has(name + labels), `twice: ${line}`);
        samples.set(name + labels, Number(value));
    }
    return samples;
}

async function scrape(url, headers = {}) {
    const { status, text, headers: answered } = await http(`${url}/metrics`, { headers });
    assert.equal(status, 200, text);
    assert.match(answered["content-type"] ?? answered.get?.("content-type"), /^text\/plain; version=0\.0\.4/);
    return parse(text);
}

/** What changed since `earlier` of the samples named. */
const grown = (earlier, later, ...names) => names.map((name) => (later.get(name) ?? 0) - (earlier.get(name) ?? 0));

let server;
before(async () => {
    server = await startInsightDesk();
});
after(() => server?.stop());

test("sockets are counted by namespace and transport, and are gone when they are", async (t) => {
    const ann = new Person(server.url, "ann");
    const names = ['insightdesk_sockets{namespace="/tickets",transport="websocket"}', 'insightdesk_sockets{namespace="/chat",transport="polling"}',
        'insightdesk_connections{transport="websocket"}', 'insightdesk_connections{transport="polling"}'];
    const before = await scrape(server.url);
    const one = await ann.connect(t, "/tickets");
    const two = await ann.connect(t, "/chat", { transports: ["polling"], forceNew: true });
    assert.deepEqual(grown(before, await scrape(server.url), ...names), [1, 1, 1, 1]);
    one.socket.disconnect();
    two.socket.disconnect();
    for (let tries = 0; tries < 100; ++tries) {
        const now = await scrape(server.url);
        if (grown(before, now, ...names).every((n) => n === 0)) return;
    }
    assert.fail("still counted");
});

test("events are counted by name: what came in, each delivery, and refusals by code", async (t) => {
    const [ann, bob] = [new Person(server.url, "ann"), new Person(server.url, "bob")];
    const [one, two] = [await ann.connect(t, "/tickets"), await bob.connect(t, "/tickets")];
    const before = await scrape(server.url);
    const { id } = await ann.made("POST", "/v1/tickets", { subject: "counted" });
    for (const client of [one, two]) await client.inbox.next("ticket:created");
    await one.socket.emitWithAck("ticket:subscribe", { ticketId: id });
    await one.socket.emitWithAck("ticket:subscribe", { ticketId: "none" });
    await one.socket.emitWithAck("made:up", {});
    const later = await scrape(server.url);
    const of = (direction, event) => `insightdesk_events_${direction}_total{namespace="/tickets",event="${event}"}`;
    assert.deepEqual(
        grown(before, later, of("sent", "ticket:created"), of("received", "ticket:subscribe"), of("received", "other"),
            'insightdesk_events_refused_total{code="ROOM_NOT_FOUND"}', 'insightdesk_events_refused_total{code="INVALID_PAYLOAD"}',
            'insightdesk_http_responses_total{status="2xx"}', "insightdesk_store_commands_total"),
        [2, 2, 1, 1, 1, 2, 1]);
    assert.ok(!later.has(of("received", "made:up")));
    for (const histogram of ["insightdesk_emit_seconds", "insightdesk_store_commit_seconds", "insightdesk_store_batch_commands"]) {
        assert.ok(grown(before, later, `${histogram}_count`)[0] >= 1, histogram);
        assert.equal(later.get(`${histogram}_bucket{le="+Inf"}`), later.get(`${histogram}_count`));
    }
});

test("names that a backend invents share one label", async (t) => {
    const dora = new Person(server.url, "dora", { role: "admin" });
    const client = await dora.connect(t, "/tickets");
    const key = await dora.made("POST", "/v1/api-keys", { name: "backend", scopes: ["publish"] });
    const raw = { event: "deploy:finished", namespace: "/tickets", rooms: ["user:dora"], data: { at: 1 } };
    const answer = await http(`${server.url}/v1/publish`, {
        method: "POST", headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" }, body: JSON.stringify(raw) });
    assert.equal(answer.status, 202, answer.text);
    await client.inbox.next("deploy:finished");
    const samples = await scrape(server.url);
    assert.ok([...samples.keys()].every((name) => !name.includes("deploy:finished")));
    assert.ok(samples.get('insightdesk_events_sent_total{namespace="/tickets",event="other"}') >= 1);
});

test("refused CONNECTs are counted by code", async (t) => {
    const before = await scrape(server.url);
    const refused = async (namespace, token) => {
        const { socket } = open(t, server.url + namespace, { transports: ["websocket"], auth: { token } });
        await new Promise((resolve) => socket.once("connect_error", resolve));
    };
    await refused("/tickets", "nonsense");
    await refused("/tickets", craft(claims("ann", { ttl: -60 })));
    await refused("/dashboard", craft(claims("ann")));
    const names = ["AUTH_TOKEN_INVALID", "AUTH_TOKEN_EXPIRED", "FORBIDDEN"].map((code) => `insightdesk_connects_refused_total{code="${code}"}`);
    assert.deepEqual(grown(before, await scrape(server.url), ...names), [1, 1, 1]);
});

test("only this machine may look, and no proxy on it", async () => {
    for (const header of ["x-forwarded-for", "forwarded"]) {
        const { status, text } = await http(`${server.url}/metrics`, { headers: { [header]: "127.0.0.1" } });
        assert.equal(status, 403);
        assert.equal(JSON.parse(text).code, "FORBIDDEN");
    }
});

test("with a token, who brings it", async () => {
    const guarded = await startInsightDesk({ env: { INSIGHTDESK_METRICS_TOKEN: "scrape-scrape-scrape" } });
    try {
        for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: "scrape-scrape-scrape" }])
            assert.equal((await http(`${guarded.url}/metrics`, { headers })).status, 403);
        const samples = await scrape(guarded.url, { authorization: "Bearer scrape-scrape-scrape", "x-forwarded-for": "10.1.1.1" });
        assert.ok(samples.get("process_resident_memory_bytes") > 1e6);
        assert.ok(samples.get("process_open_fds") > 5);
    } finally {
        await guarded.stop();
    }
});
