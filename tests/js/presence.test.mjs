// What watching and being watched allows (domain.md 3.3), beside story 5.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Person, refusedWith } from "./lib/desk.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--presence-grace", "300ms", "--limit-watched-users", "5", "--limit-presence-status", "1/m,3"] })));
after(() => server?.stop());

const namespaces = ["/", "/tickets", "/presence"];
const update = (userId, status) => ["presence:update", { userId, status }];
const list = (expected) => ["presence:list", (entries) => {
    assert.deepEqual(entries.map(({ userId, status }) => [userId, status]), expected);
    return true;
}];

let orgs = 0;
/** An org of its own with those who are named, known and present; `absent` ones are known only. */
async function cast(t, present, absent = []) {
    const stage = new Stage(server);
    const org = `org-${++orgs}`;
    const roles = { ada: "admin", carl: "customer", cora: "customer" };
    const people = { stage, org };
    for (const id of [...present, ...absent]) people[id] = stage.add(org, id, { role: roles[id] ?? "agent", namespaces });
    await stage.known();
    for (const id of present) await people[id].arrive(t);
    await stage.settle();
    stage.forget();
    return people;
}

describe("presence", { concurrency: true }, () => {
    test("the list has those who are known, each once, in the order asked; no customer, nobody of another org", async (t) => {
        const { stage, bob } = await cast(t, ["bob", "ada", "carl"], ["ann"]);
        const elsewhere = await cast(t, ["zoe"]);
        await bob.does("presence:subscribe", { userIds: ["ann", "nobody", "carl", "ada", "ann"] });
        await stage.settle();
        bob.heard([list([["ann", "offline"], ["ada", "online"]])]);
        bob.forget();
        await bob.does("presence:subscribe", { userIds: ["zoe"] });
        await elsewhere.zoe.does("presence:status", { status: "busy" });
        await stage.settle();
        bob.heard([list([])]);
    });

    test("who is not known yet comes to be, and is watched from the first moment", async (t) => {
        const { stage, org, bob } = await cast(t, ["bob"]);
        await bob.does("presence:subscribe", { userIds: ["newcomer"] });
        const newcomer = stage.add(org, "newcomer", { namespaces });
        await newcomer.arrive(t);
        await bob.hears("presence:update");
        await stage.settle();
        bob.heard([list([]), update("newcomer", "online")]);
    });

    test("unsubscribed is not told, and no more than the limit is watched", async (t) => {
        const { stage, bob, ann } = await cast(t, ["bob", "ann"]);
        await bob.does("presence:subscribe", { userIds: ["ann", "a", "b", "c", "d"] });
        assert.deepEqual((await bob.tells("presence:subscribe", { userIds: ["e"] })).error.details, { limit: "watched_users", event: "presence:subscribe" });
        await bob.does("presence:subscribe", { userIds: ["ann", "d"] });
        await bob.does("presence:unsubscribe", { userIds: ["ann", "never"] });
        await bob.does("presence:subscribe", { userIds: ["e"] });
        bob.forget();
        await ann.does("presence:status", { status: "away" });
        await stage.settle();
        bob.heard([]);
    });

    test("without input on every connection somebody is away, unless they have said otherwise", async (t) => {
        const { stage, org, bob, ann } = await cast(t, ["bob", "ann"]);
        const phone = stage.add(org, "ann", { name: "ann's phone", namespaces });
        await phone.arrive(t);
        await bob.does("presence:subscribe", { userIds: ["ann"] });
        await stage.settle();
        stage.forget();
        assert.equal((await ann.does("presence:status", { status: "away", auto: true })).status, "online");
        assert.equal((await phone.does("presence:status", { status: "away", auto: true })).status, "away");
        await stage.settle();
        const both = (...statuses) => stage.heard(new Map([bob, ann, phone].map((party) => [party, statuses.map((status) => update("ann", status))])));
        both("away");
        assert.equal((await ann.does("presence:status", { status: "online", auto: true })).status, "online");
        await stage.settle();
        both("away", "online");
    });

    test("who appears offline is not there for anybody, and their lastSeen stands still", async (t) => {
        const { stage, org, bob, ann } = await cast(t, ["bob", "ann"]);
        await bob.does("presence:subscribe", { userIds: ["ann"] });
        bob.forget();
        const { lastSeen } = await ann.does("presence:status", { status: "offline" });
        const phone = stage.add(org, "ann", { name: "ann's phone", namespaces });
        await phone.arrive(t);
        await stage.settle();
        bob.heard([update("ann", "offline")]);
        assert.deepEqual(await bob.made("GET", "/v1/presence?userIds=ann", undefined, 200), [{ userId: "ann", status: "offline", lastSeen }]);
        await phone.does("presence:status", { status: "online" });
        await stage.settle();
        bob.heard([update("ann", "offline"), update("ann", "online")]);
    });

    test("who leaves every namespace is gone soon, and their lastSeen is kept", async (t) => {
        const { stage, bob, ann } = await cast(t, ["bob", "ann"]);
        await bob.does("presence:subscribe", { userIds: ["ann"] });
        for (const socket of Object.values(ann.sockets)) socket.disconnect();
        const { lastSeen } = await bob.hears("presence:update", 1, { status: "offline" });
        assert.ok(Math.abs(Date.parse(lastSeen) - Date.now()) < 10_000);
        await stage.settle();
        assert.equal((await bob.made("GET", "/v1/presence?userIds=ann", undefined, 200))[0].lastSeen, lastSeen);
    });

    test("REST says and does the same", async (t) => {
        const { stage, org, bob, ann, carl } = await cast(t, ["bob", "ann", "carl"], ["amy"]);
        await bob.does("presence:subscribe", { userIds: ["ann", "amy"] });
        stage.forget();
        const own = await ann.made("PUT", "/v1/presence/me", { status: "busy" }, 200);
        assert.deepEqual([own.userId, own.status], ["ann", "busy"]);
        await ann.made("PUT", "/v1/presence/me", { status: "busy" }, 200);
        assert.equal((await new Person(server.url, "amy", { org }).made("PUT", "/v1/presence/me", { status: "away" }, 200)).status, "offline");
        await stage.settle();
        stage.heard(new Map([[bob, [update("ann", "busy")]], [ann, [update("ann", "busy"), update("ann", "busy")]]]));
        const listed = await bob.made("GET", "/v1/presence?userIds=amy,ann,nobody,carl", undefined, 200);
        assert.deepEqual(listed.map(({ userId, status }) => [userId, status]), [["amy", "offline"], ["ann", "busy"]]);
        assert.equal(listed[0].lastSeen, null);
        const code = async (person, method, path, body) => (await person.request(method, path, body)).body.code;
        assert.equal(await code(carl, "PUT", "/v1/presence/me", { status: "busy" }), "FORBIDDEN");
        assert.equal(await code(ann, "PUT", "/v1/presence/me", { status: "here" }), "INVALID_PAYLOAD");
        assert.equal(await code(ann, "PUT", "/v1/presence/me", { status: "away", auto: true }), "INVALID_PAYLOAD");
        assert.equal(await code(ann, "GET", "/v1/presence"), "INVALID_PAYLOAD");
        assert.equal(await code(ann, "GET", "/v1/presence?userIds=a:b"), "INVALID_PAYLOAD");
        assert.equal(await code(ann, "GET", `/v1/presence?userIds=${Array.from({ length: 501 }, (_, i) => `u${i}`)}`), "INVALID_PAYLOAD");
    });

    test("a status comes no oftener than the limit, on all doors together; nonsense is refused", async (t) => {
        const { ann, carl } = await cast(t, ["ann", "carl"]);
        await ann.does("presence:status", { status: "busy" });
        await ann.does("presence:status", { status: "online" });
        await ann.made("PUT", "/v1/presence/me", { status: "busy" }, 200);
        assert.equal((await ann.tells("presence:status", { status: "away" })).error.code, "RATE_LIMITED");
        assert.equal((await ann.request("PUT", "/v1/presence/me", { status: "away" })).status, 429);
        assert.equal((await carl.tells("presence:status", { status: "busy" })).error.code, "FORBIDDEN");
        for (const payload of [{}, { status: "here" }, { status: "busy", auto: true }, { status: "offline", auto: true }]) {
            assert.equal((await ann.tells("presence:status", payload)).error.code, "INVALID_PAYLOAD", JSON.stringify(payload));
        }
        for (const payload of [{}, { userIds: "ann" }, { userIds: ["a:b"] }, { userIds: [1] }]) {
            assert.equal((await ann.tells("presence:subscribe", payload)).error.code, "INVALID_PAYLOAD", JSON.stringify(payload));
        }
    });

    test("customers watch the agents of their open tickets and chats, and nobody else, and no longer", async (t) => {
        const { stage, ada, ann, bob, carl, cora } = await cast(t, ["ada", "ann", "bob", "carl", "cora"]);
        const ticket = await carl.made("POST", "/v1/tickets", { subject: "Help" });
        await ada.made("PATCH", `/v1/tickets/${ticket.id}`, { assigneeId: "ann" }, 200);
        const chat = await carl.made("POST", "/v1/conversations", {});
        await bob.made("POST", `/v1/conversations/${chat.id}/assign`, { agentId: "bob" }, 200);
        const heard = (party) => party.records.filter(([event]) => event.startsWith("presence:"));
        const userIds = ["ada", "ann", "bob"];
        await carl.does("presence:subscribe", { userIds });
        await cora.does("presence:subscribe", { userIds });
        for (const agent of [ada, ann, bob]) await agent.does("presence:status", { status: "busy" });
        await stage.settle();
        assert.deepEqual(heard(carl).map(([event, data]) => [event, data.userId ?? data.map((entry) => entry.userId)]), [
            ["presence:list", ["ann", "bob"]], ["presence:update", "ann"], ["presence:update", "bob"],
        ]);
        assert.deepEqual(heard(cora).map(([, data]) => data), [[]]);
        assert.deepEqual((await carl.made("GET", `/v1/presence?userIds=${userIds}`, undefined, 200)).map(({ userId }) => userId), ["ann", "bob"]);

        // Ann's ticket is solved and bob's chat is over.
        stage.forget();
        const lost = (userId) => carl.hears("error", 1, { code: "FORBIDDEN", details: { userId, reason: "ACCESS_LOST" } });
        await ann.made("PATCH", `/v1/tickets/${ticket.id}`, { status: "resolved" }, 200);
        await lost("ann");
        await bob.does("presence:status", { status: "away" });
        await carl.hears("presence:update");
        await bob.made("POST", `/v1/conversations/${chat.id}/end`, {}, 200);
        await lost("bob");
        assert.deepEqual(await carl.made("GET", `/v1/presence?userIds=${userIds}`, undefined, 200), []);
        stage.forget();
        for (const agent of [ann, bob]) await agent.does("presence:status", { status: "online" });
        await stage.settle();
        assert.deepEqual(heard(carl), []);
    });

    test("with the role presence comes and goes", async (t) => {
        const { stage, ada, ann, bob } = await cast(t, ["ada", "ann", "bob"]);
        for (const party of [ann, bob]) await party.does("presence:subscribe", { userIds: ["ann", "bob", "ada"] });
        stage.forget();
        await ada.made("PATCH", "/v1/users/ann", { role: "customer" }, 200);
        await bob.hears("presence:update", 1, { userId: "ann", status: "offline" });
        await ann.hears("error", 1, { code: "FORBIDDEN", details: { reason: "ROLE_CHANGED" } });
        ann.forget();
        await bob.does("presence:status", { status: "busy" });
        await ann.settled();
        assert.deepEqual(ann.records.filter(([, data]) => data.userId === "bob"), []);
        await ada.made("PATCH", "/v1/users/ann", { role: "agent" }, 200);
        await bob.hears("presence:update", 1, { userId: "ann", status: "online" });
    });

    test("a chat shows how its agents are", async (t) => {
        const { org, carl } = await cast(t, ["carl"]);
        const stage = new Stage(server);
        const ann = stage.add(org, "ann", { namespaces: ["/", "/chat", "/presence"] });
        await ann.arrive(t);
        await ann.does("presence:status", { status: "busy" });
        const { id } = await carl.made("POST", "/v1/conversations", {});
        await ann.does("chat:join", { conversationId: id });
        assert.deepEqual((await ann.hears("chat:online")).users.map(({ id: user, status }) => [user, status]), [["ann", "busy"]]);
    });

    test("without a good token nobody is let in", async (t) => {
        assert.equal((await refusedWith(t, `${server.url}/presence`, { token: "x" })).message, "AUTH_TOKEN_INVALID");
    });
});
