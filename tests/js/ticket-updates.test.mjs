// GET /tickets/updates: the same events for clients without a socket, waiting for news or not (domain.md 3.12 b).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Person } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk } from "./lib/server.mjs";

const PATHS = ["/v1/tickets/updates", "/tickets/updates"];

describe("GET /tickets/updates", () => {
    let server;
    before(async () => {
        server = await startInsightDesk({ args: ["--limits", "high"], env: { INSIGHTDESK_LIMIT_WAITING_POLLS_PER_USER: "3" } });
    });
    after(() => server?.stop());

    let orgs = 0;
    function org() {
        const name = `org-${++orgs}`;
        const person = (id, options) => new Person(server.url, id, { org: name, ...options });
        return { ann: person("ann"), bob: person("bob"), carl: person("carl", { role: "customer" }), person };
    }
    const ask = (person, query, { method = "GET", headers = {}, path = PATHS[1], signal } = {}) =>
        http(`${server.url}${path}?${new URLSearchParams(query)}`, { method, signal, headers: { authorization: `Bearer ${person.token}`, ...headers } });
    const updates = async (person, query, options) => {
        const answer = await ask(person, query, options);
        assert.equal(answer.status, 200, answer.text);
        return JSON.parse(answer.text);
    };
    const position = async (person) => (await updates(person, {})).cursor;
    const post = (person, subject = "News") => person.made("POST", "/v1/tickets", { subject });
    const names = ({ updates: events }) => events.map(({ event }) => event);

    it("answers a waiting request as soon as there is something to see", async () => {
        const { ann, bob } = org();
        for (const path of PATHS) {
            const since = await position(ann);
            const waiting = updates(ann, { since, wait: 25 }, { path });
            const { id } = await post(bob);
            const page = await waiting;
            assert.deepEqual(page.updates.map(({ event, data }) => [event, data.id]), [["ticket:created", id]]);
            assert.deepEqual([page.hasMore, page.cursor], [false, await position(ann)]);
            // What is there already is not waited for.
            assert.deepEqual(await updates(ann, { since, wait: 25 }).then(names), ["ticket:created"]);
        }
    });

    it("answers with nothing and a position when the time is over", async () => {
        const { ann, bob } = org();
        await post(bob);
        const since = await position(ann);
        const page = await updates(ann, { since, wait: 1 });
        assert.deepEqual([page.updates, page.cursor, page.hasMore], [[], since, false]);
        // Without a since there is nothing to wait for.
        assert.equal((await updates(ann, { wait: 25 })).cursor, since);
    });

    it("what its reader may not see wakes nobody, and is not shown", async () => {
        const { ann, bob, carl, person } = org();
        const mine = await post(carl, "Mine");
        const since = await position(carl);
        const waiting = updates(carl, { since, wait: 25 });
        await post(bob, "Not Carl's");
        await bob.made("POST", `/v1/tickets/${mine.id}/messages`, { content: "a note", visibility: "internal" });
        await post(person("eve", { role: "customer" }), "Eve's");
        await bob.made("POST", `/v1/tickets/${mine.id}/messages`, { content: "for Carl" });
        const page = await waiting;
        assert.equal(page.updates[0].event, "ticket:updated");
        assert.ok(!JSON.stringify(page).includes("a note") && !JSON.stringify(page).includes("Eve's"));
        assert.equal((await updates(ann, { since })).updates.length, 6);
    });

    it("two orgs do not hear each other", async () => {
        const [one, two] = [org(), org()];
        await post(two.ann);
        const since = await position(one.ann);
        const waiting = updates(one.ann, { since, wait: 1 });
        await post(two.ann);
        assert.deepEqual((await waiting).updates, []);
    });

    it("so many requests of a user may wait; one that goes away makes room", async () => {
        const { ann, bob } = org();
        await post(ann);
        const since = await position(ann);
        const gone = new AbortController();
        // They reach the server on connections of their own, in any order: each asks until it waits, and the last until it may not.
        const wait = async (options) => {
            for (;;) {
                const answer = await ask(ann, { since, wait: 25 }, options);
                if (answer.status !== 429) return JSON.parse(answer.text);
            }
        };
        const left = assert.rejects(wait({ signal: gone.signal }));
        const waiting = [wait(), wait()];
        const refused = async () => {
            for (;;) {
                const answer = await ask(ann, { since, wait: 1 });
                if (answer.status === 429) return answer;
            }
        };
        const answer = await refused();
        assert.equal(JSON.parse(answer.text).details.limit, "waiting_polls_per_user");
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
        assert.deepEqual((await updates(bob, { since, wait: 1 })).updates, [], "another user has room");
        gone.abort();
        await left;
        for (let room = false; !room; ) room = (await ask(ann, { since, wait: 1 })).status === 200;
        await post(bob);
        for (const page of await Promise.all(waiting)) assert.deepEqual(names(page), ["ticket:created"]);
    });

    it("knows by its ETag what a client has", async () => {
        const { ann, bob } = org();
        const since = await position(ann);
        await post(bob);
        const first = await ask(ann, { since });
        assert.match(first.headers.etag, /^W\/"[0-9a-f]+"$/);
        for (const tag of [first.headers.etag, first.headers.etag.slice(2), `"x", ${first.headers.etag}`, "*"]) {
            const again = await ask(ann, { since }, { headers: { "if-none-match": tag } });
            assert.deepEqual([again.status, again.text, again.headers.etag], [304, "", first.headers.etag], tag);
        }
        assert.equal((await ask(ann, { since }, { headers: { "if-none-match": '"x"' } })).status, 200);
        // Who has it all waits for the next.
        const waiting = ask(ann, { since, wait: 25 }, { headers: { "if-none-match": first.headers.etag } });
        await post(bob);
        const next = await waiting;
        assert.equal(next.status, 200);
        assert.notEqual(next.headers.etag, first.headers.etag);
        assert.equal(JSON.parse(next.text).updates.length, 2);
        const nothing = await ask(ann, { since, wait: 1 }, { headers: { "if-none-match": next.headers.etag } });
        assert.equal(nothing.status, 304);
    });

    it("who waits is judged as they are when they are answered", async () => {
        const { ann, bob, person } = org();
        const dan = person("dan", { role: "admin" });
        await dan.made("POST", "/v1/users", { id: "ann", name: "Ann", role: "agent" });
        const since = await position(ann);
        const waiting = updates(ann, { since, wait: 25 });
        // Another one that waits and is answered: the first, sent before it, waits too by then.
        await updates(ann, { since, wait: 1 });
        await dan.made("PATCH", "/v1/users/ann", { role: "customer" }, 200);
        await post(bob, "Not for customers");
        const mine = await bob.made("POST", "/v1/tickets", { subject: "Ann's own", requesterId: "ann" });
        assert.deepEqual((await waiting).updates.map(({ data }) => data.id), [mine.id]);

        for (const [act, reason] of [
            [() => dan.made("POST", "/v1/users/ann/revoke-tokens", { issuedBefore: Math.floor(Date.now() / 1000) }, 200), "REVOKED"],
            [() => dan.made("PATCH", "/v1/users/ann", { active: false }, 200), "INACTIVE"],
        ]) {
            const later = person("ann", { iat: Math.floor(Date.now() / 1000) + (reason === "INACTIVE" ? 5 : -5) });
            const here = await position(later);
            const refused = ask(later, { since: here, wait: 25 });
            await updates(later, { since: here, wait: 1 });
            await act();
            await bob.made("POST", "/v1/tickets", { subject: "Ann's too", requesterId: "ann" });
            const answer = await refused;
            assert.deepEqual([answer.status, JSON.parse(answer.text).details.reason], [401, reason]);
        }
    });

    it("a token that runs out while its holder waits is answered so", async () => {
        const { bob, person } = org();
        await post(bob);
        const short = person("ann", { ttl: 2 });
        const answer = await ask(short, { since: await position(short), wait: 4 });
        assert.deepEqual([answer.status, JSON.parse(answer.text).code], [401, "AUTH_TOKEN_EXPIRED"]);
    });

    it("HEAD is answered as GET, without the body", async () => {
        const { ann } = org();
        const { id } = await post(ann);
        const got = await ask(ann, { since: "0" });
        const head = await ask(ann, { since: "0" }, { method: "HEAD" });
        assert.deepEqual([head.status, head.text, head.headers.etag, head.headers["content-type"]], [200, "", got.headers.etag, got.headers["content-type"]]);
        const headers = { authorization: `Bearer ${ann.token}` };
        const one = await http(`${server.url}/v1/tickets/${id}`, { headers });
        const none = await http(`${server.url}/v1/tickets/${id}`, { method: "HEAD", headers });
        assert.deepEqual([none.status, none.text, none.headers["content-length"]], [200, "", one.headers["content-length"]]);
        assert.equal((await http(`${server.url}/v1/tickets/nowhere`, { method: "HEAD", headers })).status, 404);
        assert.equal((await http(`${server.url}/v1/tickets/${id}`, { method: "HEAD" })).status, 401);
        const post_only = await http(`${server.url}/v1/notifications/read-all`, { method: "HEAD", headers });
        assert.deepEqual([post_only.status, post_only.headers.allow], [405, "POST"]);
    });

    it("refuses what is no position, and positions that are not this log's", async () => {
        const { ann } = org();
        const other = org();
        await post(other.ann);
        const { eventId } = (await updates(other.ann, { since: "0" })).updates[0];
        const foreign = await position(other.ann);
        await post(ann);
        const cursor = await position(ann);
        for (const path of PATHS) {
            for (const since of ["rubbish", "1.2.3", "-1", "1e3", " ", `${cursor}x`, "evt_x", "2026-13-45", "9".repeat(40), "x".repeat(3000), "\u0000"]) {
                const answer = await ask(ann, { since }, { path });
                assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, "INVALID_PAYLOAD"], since);
            }
            for (const since of [foreign, eventId, `${cursor}0`, cursor.replace(/^./, (c) => (c === "a" ? "b" : "a")), "nowhere.1"]) {
                for (const wait of [0, 25]) {
                    const answer = await ask(ann, { since, wait }, { path });
                    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [410, "CURSOR_EXPIRED"], since);
                }
            }
            for (const wait of ["26", "-1", "x", "1.5"]) assert.equal((await ask(ann, { since: cursor, wait }, { path })).status, 400, wait);
        }
    });

    it("takes times, and reads two seconds of overlap", async () => {
        const { ann } = org();
        const { id, createdAt } = await post(ann);
        for (const since of [createdAt, String(Date.parse(createdAt)), String(Date.parse(createdAt) + 1500), "0", "1970-01-01T00:00:00Z"]) {
            assert.deepEqual((await updates(ann, { since })).updates.map(({ data }) => data.id), [id], since);
        }
        assert.deepEqual((await updates(ann, { since: String(Date.parse(createdAt) + 60_000) })).updates, []);
    });

    it("the end of the server ends the wait", async (t) => {
        const ending = await startInsightDesk({ args: ["--limits", "high"] });
        const ann = new Person(ending.url, "ann");
        await ann.made("POST", "/v1/tickets", { subject: "Old" });
        const { cursor } = await ann.made("GET", "/tickets/updates", undefined, 200);
        const socket = await ann.connect(t, "/tickets");
        const waiting = ann.request("GET", `/tickets/updates?wait=25&since=${cursor}`);
        // Another request that waits and is answered: the first, sent before it, waits too by then.
        await ann.made("GET", `/tickets/updates?wait=1&since=${cursor}`, undefined, 200);
        socket.socket.disconnect();
        const started = Date.now();
        await ending.stop();
        assert.equal((await waiting).status, 200);
        assert.ok(Date.now() - started < 15_000);
    });
});
