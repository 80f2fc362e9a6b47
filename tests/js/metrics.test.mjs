// What /metrics says of what real clients did.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./lib/clients.mjs";
import { claims, craft, NAMESPACES, Person, refusedWith } from "./lib/desk.mjs";
import { http, tcp } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\n]|\\\\[\\\\"n])*"';
const LINE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`);

/** Every sample by its name with labels. What is not the exposition format fails; a parser that others wrote reads it in
 * tests/python. */
function parse(text) {
    assert.ok(text.endsWith("\n"));
    const samples = new Map();
    const types = new Map();
    let helped, family;
    for (const line of text.slice(0, -1).split("\n")) {
        const [, help] = line.match(new RegExp(`^# HELP (${NAME}) [^\\\\]+$`)) ?? [];
        const [, typed, type] = line.match(new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`)) ?? [];
        if (help) {
            helped = help;
        } else if (typed) {
            assert.equal(typed, helped, line);
            assert.ok(!types.has(typed), `twice: ${line}`);
            assert.equal(typed.endsWith("_total"), type === "counter", line);
            types.set((family = typed), type);
        } else {
            const [, name, labels = "", value] = LINE.exec(line) ?? assert.fail(`no sample: ${line}`);
            assert.equal(types.get(family) === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name, family, line);
            assert.ok(!samples.has(name + labels), `twice: ${line}`);
            samples.set(name + labels, Number(value.replace("Inf", "Infinity")));
        }
    }
    for (const [name, type] of types) {
        if (type !== "histogram") continue;
        const counts = [...samples].filter(([each]) => each.startsWith(`${name}_bucket`)).map(([, count]) => count);
        assert.deepEqual(counts, counts.toSorted((a, b) => a - b), `${name} is cumulative`);
        assert.equal(samples.get(`${name}_bucket{le="+Inf"}`), samples.get(`${name}_count`), name);
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
            'insightdesk_api_responses_total{status="2xx"}'),
        [2, 2, 1, 1, 1, 2]);
    // The ticket, and perhaps that the two were seen.
    assert.ok(grown(before, later, "insightdesk_store_commands_total")[0] >= 1);
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
    const refused = (namespace, token) => refusedWith(t, server.url + namespace, { token });
    await refused("/tickets", "nonsense");
    await refused("/tickets", craft(claims("ann", { ttl: -60 })));
    await refused("/chat", undefined);
    await refused("/dashboard", craft(claims("ann")));
    await refused("/nowhere", craft(claims("ann")));
    const of = (code) => `insightdesk_connects_refused_total{code="${code}"}`;
    const by = (namespace) => `insightdesk_sockets_refused_total{namespace="${namespace}"}`;
    assert.deepEqual(
        grown(before, await scrape(server.url), of("AUTH_TOKEN_INVALID"), of("AUTH_TOKEN_EXPIRED"), of("FORBIDDEN"),
            of("INVALID_NAMESPACE"), of("RATE_LIMITED"), by("/tickets"), by("/chat"), by("/dashboard")),
        [2, 1, 1, 1, 0, 2, 1, 1]);
});

test("what is refused for its number is counted, also what nobody is told of", async (t) => {
    const strict = await startInsightDesk({ args: ["--limit-events", "1/s,1", "--limit-typing", "1/s,1", "--limit-connections-per-user", "1"] });
    try {
        const ann = new Person(strict.url, "ann");
        const { socket } = await ann.connect(t, "/tickets");
        const before = await scrape(strict.url);
        const { message } = await refusedWith(t, `${strict.url}/tickets`, { token: ann.token });
        assert.equal(message, "RATE_LIMITED");
        // Under a tenth of what would end the connection; the last is answered, the others share one error.
        for (let i = 0; i < 5; ++i) socket.emit("ticket:unsubscribe", { ticketId: "none" });
        for (let i = 0; i < 5; ++i) socket.emit("ticket:typing", { ticketId: "none" });
        await socket.emitWithAck("ticket:unsubscribe", { ticketId: "none" });
        const later = await scrape(strict.url);
        const [connects, refused, typing, received] = grown(before, later, 'insightdesk_connects_refused_total{code="RATE_LIMITED"}',
            'insightdesk_events_refused_total{code="RATE_LIMITED"}', "insightdesk_events_typing_dropped_total",
            'insightdesk_events_received_total{namespace="/tickets",event="ticket:unsubscribe"}');
        assert.equal(connects, 1);
        assert.equal(received, 6);
        assert.ok(refused >= 4, `${refused} of 6 at one a second`);
        assert.ok(typing >= 3, `${typing} of 5 at one a second`);
    } finally {
        await strict.stop();
    }
});

test("what opens no session is counted by reason", async () => {
    const before = await scrape(server.url);
    const path = `${server.url}/socket.io/?EIO=4`;
    for (const [url, method] of [
        [`${path}&transport=pigeon`, "GET"], [`${path}&transport=polling&sid=nobody`, "GET"], [`${path}&transport=polling`, "POST"],
        [`${server.url}/socket.io/?EIO=3&transport=polling`, "GET"],
    ]) assert.equal((await http(url, { method })).status, 400, url);
    const of = (reason) => `insightdesk_handshakes_refused_total{reason="${reason}"}`;
    assert.deepEqual(
        grown(before, await scrape(server.url), of("Transport unknown"), of("Session ID unknown"), of("Bad handshake method"),
            of("Unsupported protocol version"), of("Forbidden"), "insightdesk_connections_opened_total"),
        [1, 1, 1, 1, 0, 0]);
});

test("a session that changes its transport takes its sockets along", async (t) => {
    const ann = new Person(server.url, "ann");
    const of = (transport) => [`insightdesk_connections{transport="${transport}"}`, `insightdesk_sockets{namespace="/chat",transport="${transport}"}`];
    const before = await scrape(server.url);
    await ann.connect(t, "/chat", { transports: ["polling", "websocket"] });
    assert.deepEqual(
        grown(before, await scrape(server.url), ...of("polling"), ...of("websocket"), "insightdesk_connections_upgraded_total",
            "insightdesk_connections_opened_total", 'insightdesk_sockets_connected_total{namespace="/chat"}'),
        [0, 0, 1, 1, 1, 1, 1]);
});

test("an event that waits for the one before it is counted once", async (t) => {
    const carl = new Person(server.url, "carl", { role: "customer" });
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const { socket } = await carl.connect(t, "/chat");
    await socket.emitWithAck("chat:join", { conversationId: id });
    const before = await scrape(server.url);
    const said = socket.emitWithAck("chat:message", { conversationId: id, content: "wait for me" });
    const left = socket.emitWithAck("chat:leave", { conversationId: id });
    assert.deepEqual([(await said).ok, (await left).ok], [true, true]);
    const of = (event) => `insightdesk_events_received_total{namespace="/chat",event="${event}"}`;
    assert.deepEqual(grown(before, await scrape(server.url), of("chat:message"), of("chat:leave")), [1, 1]);
});

test("recoveries are counted by what became of them", async (t) => {
    const [ann, ada] = [new Person(server.url, "ann"), new Person(server.url, "ada", { role: "admin" })];
    const { id } = await ada.made("POST", "/v1/tickets", { subject: "missed" });
    const first = await ann.connect(t, "/tickets");
    const { cursor } = await first.socket.emitWithAck("ticket:subscribe", { ticketId: id });
    first.socket.disconnect();
    await ada.made("POST", `/v1/tickets/${id}/messages`, { content: "missed" });

    const before = await scrape(server.url);
    const back = (since) => ann.connect(t, "/tickets", { auth: { token: ann.token, tickets: [id], since } });
    const missed = await (await back(cursor)).inbox.until("sync:ready");
    await (await back("nonsense")).inbox.next("sync:required");
    await (await back("ffffffff.1")).inbox.next("sync:required");
    // Without `since` nothing is recovered.
    const fresh = await back(undefined);
    await fresh.inbox.next("sync:ready");
    await fresh.socket.emitWithAck("ticket:unsubscribe", { ticketId: id });
    await fresh.socket.emitWithAck("ticket:subscribe", { ticketId: id, since: cursor });
    const again = await fresh.inbox.until("sync:ready");
    const replayed = [...missed, ...again].filter(([name]) => name === "ticket:updated" || name === "ticket:message").length;
    assert.equal(replayed, 4);
    const of = (outcome) => `insightdesk_recoveries_total{outcome="${outcome}"}`;
    assert.deepEqual(
        grown(before, await scrape(server.url), of("complete"), of("invalid"), of("expired"), of("too_much"), of("unavailable"),
            "insightdesk_recovered_events_total"),
        [2, 1, 1, 0, 0, 4]);
});

test("HTTP answers are counted by the hundreds of their status, whoever answers", async () => {
    const ann = new Person(server.url, "ann");
    const all = (status) => `insightdesk_http_responses_total{status="${status}"}`;
    const api = (status) => `insightdesk_api_responses_total{status="${status}"}`;
    const refused = (code) => `insightdesk_api_refused_total{code="${code}"}`;
    const before = await scrape(server.url);
    assert.equal((await ann.request("GET", "/v1/tickets")).status, 200);
    assert.equal((await ann.request("GET", "/v1/nothing")).status, 404);
    assert.equal((await ann.request("PUT", "/v1/tickets", {})).status, 405);
    assert.equal((await http(`${server.url}/v1/tickets`)).status, 401);
    assert.equal((await http(`${server.url}/nowhere`)).status, 404);
    assert.match(await tcp(server.port, "NONSENSE\r\n\r\n"), /^HTTP\/1.1 400 /);
    // The scrape before is answered by now, and counted.
    assert.deepEqual(
        grown(before, await scrape(server.url), all("2xx"), all("4xx"), all("5xx"), api("2xx"), api("4xx"), refused("ROOM_NOT_FOUND"),
            refused("INVALID_PAYLOAD"), refused("AUTH_TOKEN_INVALID")),
        [2, 5, 0, 2, 3, 1, 1, 1]);
});

test("bytes are counted both ways, and every event of the schema is there from the start", async () => {
    const text = "x".repeat(10_000);
    const before = await scrape(server.url);
    await http(`${server.url}/healthz`, { headers: { "x-much": text } });
    const later = await scrape(server.url);
    const [received, sent] = grown(before, later, "insightdesk_received_bytes_total", "insightdesk_sent_bytes_total");
    assert.ok(received > text.length && received < text.length + 2000, `${received}`);
    assert.ok(sent > 5000 && sent < 200_000, `a scrape and a little: ${sent}`);
    for (const namespace of NAMESPACES) {
        assert.ok(later.has(`insightdesk_events_received_total{namespace="${namespace}",event="other"}`), namespace);
        assert.ok(later.has(`insightdesk_events_sent_total{namespace="${namespace}",event="error"}`), namespace);
    }
    assert.ok(later.has('insightdesk_events_received_total{namespace="/chat",event="chat:typing"}'));
    assert.ok(later.size < 1000, `${later.size} series`);
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
