// POST /v1/publish: a backend in any language tells what happened, and the right people hear it, once, in order.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backend, barrier, Person } from "./lib/desk.mjs";
import { INSIGHTDESK, startInsightDesk, temporaryFolder } from "./lib/server.mjs";

const folder = temporaryFolder();
const store = join(folder, "desk.db");
let server;
let ours; // publishes to acme
let theirs; // to globex
let both;
const people = {};

const start = () => startInsightDesk({ store, args: ["--limit-rest-user", "1000/s,1000", "--limit-failed-auth", "10000/s,10000"] });
const key = (...orgs) =>
    /idk_[0-9a-f]+/.exec(
        execFileSync(INSIGHTDESK, ["apikey", "create", "--name", "Backend", "--org", orgs.join(","), "--scope", "publish", "--store", `sqlite:${store}`], {
            encoding: "utf8",
        }),
    )[0];
function meet() {
    people.alex = new Person(server.url, "alex", { teams: ["t1"] });
    people.bo = new Person(server.url, "bo");
    people.carla = new Person(server.url, "carla", { role: "customer" });
    people.ada = new Person(server.url, "ada", { role: "admin" });
    people.foreignAlex = new Person(server.url, "alex", { org: "globex", teams: ["t1"] });
    people.foreignCarla = new Person(server.url, "carla", { org: "globex", role: "customer" });
}
before(async () => {
    const keys = [key("acme"), key("globex"), key("acme", "globex")];
    server = await start();
    [ours, theirs, both] = keys.map((text) => backend(server.url, text));
    meet();
});
after(() => server?.stop());

let serial = 0;
const carla = { id: "carla", name: "Carla", avatarUrl: null, role: "customer" };
const alex = { id: "alex", name: "Alex", avatarUrl: null, role: "agent" };
const ticket = (fields = {}) => ({
    id: `T-${++serial}`,
    subject: "Printer on fire",
    status: "new",
    priority: "normal",
    channel: "email",
    requester: carla,
    assignee: null,
    teamId: null,
    participantIds: [],
    tags: [],
    customFields: {},
    createdAt: "2026-01-02T03:04:05.678Z",
    updatedAt: "2026-01-02T03:04:05.678Z",
    version: 1,
    ...fields,
});
const item = (event, data, more = {}) => ({ event, data, ...more });
/** The results of a request that is taken. */
async function publish(who, body, headers) {
    const answer = await who.request("POST", "/v1/publish", body, headers);
    assert.equal(answer.status, 202, answer.text);
    return answer.body.results;
}
const statuses = (results) => results.map((result) => result.status);
const silent = (...clients) => Promise.all(clients.map(({ socket, inbox }) => inbox.nothing(barrier(socket))));

test("a new ticket is stored, numbered and told to those whom it concerns, in their projections", async (t) => {
    const [agent, customer, foreign, foreignCustomer] = await Promise.all(
        ["alex", "carla", "foreignAlex", "foreignCarla"].map((name) => people[name].connect(t, "/tickets")),
    );
    const data = ticket({ customFields: { floor: 3 }, tags: ["fire"], messageCount: 4, publicMessageCount: 2 });
    const [result] = await publish(ours, item("ticket:created", data));
    assert.equal(result.status, "accepted");
    const [seen] = await agent.inbox.next("ticket:created");
    assert.deepEqual([seen.id, seen.orgId, seen.seq, seen.eventId], [data.id, "acme", result.seq, result.id]);
    assert.deepEqual([seen.requester, seen.customFields, seen.tags, seen.version, seen.createdAt, seen.messageCount], [
        carla,
        { floor: 3 },
        ["fire"],
        1,
        data.createdAt,
        4,
    ]);
    const [own] = await customer.inbox.next("ticket:created");
    assert.equal(own.messageCount, 2);
    await silent(foreign, foreignCustomer);
    assert.equal((await people.alex.made("GET", `/v1/tickets/${data.id}`, undefined, 200)).subject, data.subject);
    assert.equal((await people.foreignAlex.request("GET", `/v1/tickets/${data.id}`)).status, 404);
});

test("an update carries the difference to what is stored; assignment and status follow as of a command", async (t) => {
    const data = ticket();
    await publish(ours, item("ticket:updated", data));
    const agent = await people.alex.connect(t, "/tickets");
    const bell = await people.alex.connect(t, "/notifications");
    await bell.inbox.next("notification:count");
    const [result] = await publish(ours, item("ticket:updated", { ...data, version: 7, status: "open", assignee: alex }, { by: { id: "ada", name: "Ada", role: "admin" } }));
    const [updated] = await agent.inbox.next("ticket:updated");
    assert.deepEqual(Object.keys(updated.changes).sort(), ["assignee", "status"]);
    assert.deepEqual(updated.previous, { assignee: null, status: "new" });
    assert.deepEqual([updated.version, updated.by.id, updated.seq], [7, "ada", result.seq]);
    assert.equal((await agent.inbox.next("ticket:assigned"))[0].agent.id, "alex");
    assert.deepEqual((await agent.inbox.next("ticket:status"))[0].previousStatus, "new");
    assert.equal((await bell.inbox.next("notification"))[0].type, "ticket_assigned");
    assert.equal((await bell.inbox.next("notification:count"))[0].unread, 1);
});

test("an older version is stale and changes nothing; what people did here does not make the next one so", async (t) => {
    const data = ticket({ version: 5 });
    await publish(ours, item("ticket:updated", data));
    assert.deepEqual(statuses(await publish(ours, [item("ticket:updated", { ...data, version: 4, subject: "Old" }), item("ticket:updated", data)])), ["stale", "stale"]);
    assert.equal((await people.ada.request("PATCH", `/v1/tickets/${data.id}`, { priority: "high" })).body.version, 6);
    assert.deepEqual(statuses(await publish(ours, item("ticket:updated", { ...data, version: 6, subject: "New" }))), ["accepted"]);
    const now = await people.ada.made("GET", `/v1/tickets/${data.id}`, undefined, 200);
    assert.deepEqual([now.subject, now.version], ["New", 7]);
    const made = await people.ada.made("POST", "/v1/tickets", { subject: "Ours" });
    assert.deepEqual(statuses(await publish(ours, item("ticket:updated", ticket({ id: made.id, version: 1 })))), ["stale"]);
    assert.notEqual(t, null);
});

test("who loses access by what is published is put out before it is told", async (t) => {
    const data = ticket();
    await publish(ours, item("ticket:created", data));
    const customer = await people.carla.connect(t, "/tickets");
    await customer.socket.emitWithAck("ticket:subscribe", { ticketId: data.id });
    await customer.inbox.next("ticket:subscribed");
    await publish(ours, item("ticket:updated", { ...data, version: 2, subject: "Not hers", requester: { ...carla, id: "dora" } }));
    assert.equal((await customer.inbox.next("ticket:unsubscribed"))[0].reason, "ACCESS_LOST");
    const [lost] = await customer.inbox.next("ticket:updated");
    assert.deepEqual([lost.accessLost, lost.changes], [true, {}]);
    await silent(customer);
});

test("one id is one event, also after a restart", async (t) => {
    const data = ticket();
    const body = item("ticket:created", data, { id: "evt-1" });
    const [first] = await publish(ours, body);
    assert.deepEqual([first.id, first.status], ["evt-1", "accepted"]);
    assert.deepEqual(await publish(ours, body), [{ id: "evt-1", seq: first.seq, status: "duplicate" }]);
    assert.equal((await publish(theirs, body))[0].status, "accepted", "another org's ids are its own");
    await server.kill();
    server = await start();
    for (const who of [ours, theirs, both]) who.url = server.url;
    meet();
    const agent = await people.alex.connect(t, "/tickets");
    assert.deepEqual(await publish(both, { ...body, org: "acme" }), [{ id: "evt-1", seq: first.seq, status: "duplicate" }]);
    await silent(agent);
});

test("a batch keeps its order; a bad item is rejected alone and may come again", async (t) => {
    const data = ticket();
    const agent = await people.alex.connect(t, "/tickets");
    const batch = [
        item("ticket:created", data),
        item("ticket:updated", { ...data, version: 2, priority: "cosmic" }, { id: "bad" }),
        item("ticket:message", { ticketId: "none", content: "x" }),
        item("ticket:message", { id: "m-1", ticketId: data.id, author: carla, content: "Help", createdAt: "2026-01-02T03:04:06.000Z" }),
        item("nonsense:event", {}),
        item("ticket:updated", { ...data, version: 2, priority: "urgent" }),
        "what?",
    ];
    const results = await publish(ours, batch);
    assert.deepEqual(statuses(results), ["accepted", "rejected", "rejected", "accepted", "rejected", "accepted", "rejected"]);
    assert.deepEqual([results[1].error.code, results[1].error.details.field, results[2].error.code], ["INVALID_PAYLOAD", "priority", "ROOM_NOT_FOUND"]);
    assert.equal((await agent.inbox.next("ticket:created"))[0].seq, results[0].seq);
    assert.deepEqual(Object.keys((await agent.inbox.next("ticket:updated"))[0].changes).sort(), ["lastMessageAt", "messageCount", "waitingSince"]);
    assert.deepEqual((await agent.inbox.next("ticket:updated"))[0].changes, { priority: "urgent" });
    const seqs = results.filter((result) => result.seq !== null).map((result) => result.seq);
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
    const { items } = await people.carla.made("GET", `/v1/tickets/${data.id}/messages`, undefined, 200);
    assert.deepEqual(items.map((message) => [message.id, message.author.id, message.createdAt]), [["m-1", "carla", "2026-01-02T03:04:06.000Z"]]);
    assert.deepEqual(statuses(await publish(ours, batch[3])), ["duplicate"], "one message is one id");
    assert.deepEqual(statuses(await publish(ours, item("ticket:updated", { ...data, version: 3, priority: "low" }, { id: "bad" }))), ["accepted"]);
});

test("messages of chats and notifications are published as the commands write them", async (t) => {
    const conversation = await people.carla.made("POST", "/v1/conversations", {});
    const customer = await people.carla.connect(t, "/chat");
    await customer.socket.emitWithAck("chat:join", { conversationId: conversation.id });
    const message = { id: "c-1", conversationId: conversation.id, content: "From the mail bridge", sender: alex };
    const [said] = await publish(ours, item("chat:message", message));
    assert.equal(said.status, "accepted");
    const [heard] = await customer.inbox.next("chat:message");
    assert.deepEqual([heard.content, heard.senderId, heard.seq], [message.content, "alex", said.seq]);
    assert.deepEqual(statuses(await publish(ours, item("chat:message", message))), ["duplicate"]);
    const bell = await people.carla.connect(t, "/notifications");
    const [{ unread }] = await bell.inbox.next("notification:count");
    await publish(ours, item("notification", { userIds: ["carla"], title: "Hello", message: "You", type: "system" }));
    assert.equal((await bell.inbox.next("notification"))[0].title, "Hello");
    assert.equal((await bell.inbox.next("notification:count"))[0].unread, unread + 1);
});

test("a user that is published is a record: they are told, and what they may do changes at once", async (t) => {
    people.uma = new Person(server.url, "uma", { teams: ["t1"] });
    const [root, dashboard, tickets] = await Promise.all(["/", "/presence", "/tickets"].map((namespace) => people.uma.connect(t, namespace)));
    const data = { id: "uma", name: "Uma", role: "agent", teamIds: ["t-new"], email: "uma@acme.test", version: 3 };
    const [result] = await publish(ours, item("user:updated", data));
    assert.equal(result.status, "accepted");
    const [told] = await root.inbox.next("user:updated");
    assert.deepEqual([told.id, told.name, told.teamIds, told.email, told.orgId, told.seq, told.eventId], ["uma", "Uma", ["t-new"], data.email, "acme", result.seq, result.id]);
    assert.deepEqual(statuses(await publish(ours, item("user:updated", { ...data, name: "Old", version: 2 }))), ["stale"]);
    assert.equal((await publish(ours, { namespace: "/tickets", rooms: ["team:t-new"], event: "to:team" }))[0].status, "accepted");
    await tickets.inbox.next("to:team");
    const rejected = await publish(ours, [
        item("user:updated", { ...data, role: "admin", version: 9 }),
        item("user:updated", { ...data, orgId: "globex", version: 9 }),
        item("user:updated", { id: "nobody" }),
        item("user:updated", { ...data, role: "system", version: 9 }),
        item("user:updated", { ...data, email: "none", version: 9 }),
    ]);
    assert.deepEqual(rejected.map(({ error }) => [error.code, error.details.field]), [["FORBIDDEN", "role"], ...["orgId", "name", "role", "email"].map((field) => ["INVALID_PAYLOAD", field])]);
    assert.deepEqual(statuses(await publish(people.ada, item("user:updated", { ...data, role: "admin", version: 9 }))), ["accepted"]);
    assert.equal((await root.inbox.next("user:updated"))[0].role, "admin");
    await publish(people.ada, item("user:updated", { id: "uma", active: false }));
    await Promise.all([root, dashboard, tickets].map(({ socket }) => new Promise((resolve) => (socket.connected ? socket.once("disconnect", resolve) : resolve()))));
});

test("internal messages and what is for the staff only never reach customers", async (t) => {
    const data = ticket();
    await publish(ours, item("ticket:created", data));
    const [customer, agent] = await Promise.all([people.carla, people.bo].map((who) => who.connect(t, "/tickets")));
    for (const { socket, inbox } of [customer, agent]) {
        await socket.emitWithAck("ticket:subscribe", { ticketId: data.id });
        await inbox.next("ticket:subscribed");
    }
    await publish(ours, [
        item("ticket:message", { ticketId: data.id, author: alex, content: "Secret", visibility: "internal" }),
        item("ticket:updated", { ...data, version: 9, subject: "Seen by staff" }, { audience: "staff" }),
    ]);
    assert.equal((await agent.inbox.next("ticket:message"))[0].content, "Secret");
    await silent(customer);
});

test("raw events reach the org's own members in the rooms they name, and are not logged", async (t) => {
    const data = ticket();
    await publish(ours, item("ticket:created", data));
    await publish(theirs, item("ticket:created", data));
    const names = ["alex", "bo", "carla", "foreignAlex", "foreignCarla"];
    const clients = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await people[name].connect(t, "/tickets")])));
    for (const name of ["bo", "carla", "foreignAlex"]) await clients[name].socket.emitWithAck("ticket:subscribe", { ticketId: data.id });
    for (const name of ["bo", "carla", "foreignAlex"]) await clients[name].inbox.next("ticket:subscribed");
    const raw = (rooms, event) => ({ namespace: "/tickets", rooms, event, data: { event } });
    const hear = async (event, ...who) => {
        for (const name of who) assert.deepEqual(await clients[name].inbox.next(event), [{ event }]);
    };
    const { body: before } = await people.ada.request("GET", "/v1/tickets/updates");
    const results = await publish(ours, [
        raw(["user:alex"], "to:alex"),
        raw(["team:t1"], "to:team"),
        raw([`ticket:${data.id}`], "to:ticket"),
        raw(["org:acme"], "to:org"),
        raw(undefined, "to:everybody"),
        raw(["user:alex", `ticket:${data.id}`], "to:union"),
    ]);
    assert.deepEqual(results, Array(6).fill({ id: null, seq: null, status: "accepted" }));
    await hear("to:alex", "alex");
    await hear("to:team", "alex");
    await hear("to:ticket", "bo", "carla");
    await hear("to:org", "alex", "bo", "carla");
    await hear("to:everybody", "alex", "bo", "carla");
    await hear("to:union", "alex", "bo", "carla");
    await silent(...Object.values(clients));
    const { body: afterwards } = await people.ada.request("GET", "/v1/tickets/updates");
    assert.equal(afterwards.cursor, before.cursor);
    const once = { ...raw(["user:alex"], "to:alex"), id: "raw-1" };
    assert.deepEqual(statuses(await publish(ours, [once, once])), ["accepted", "duplicate"]);
    await hear("to:alex", "alex");
    await silent(clients.alex);
});

test("raw events name rooms, namespaces and events that exist, of their own org", async () => {
    const results = await publish(ours, [
        { namespace: "/tickets", rooms: ["org:globex"], event: "x" },
        { namespace: "/tickets", rooms: ["o:globex"], event: "x" },
        { namespace: "/tickets", rooms: ["team:t1:staff"], event: "x" },
        { namespace: "/tickets", rooms: ["user:"], event: "x" },
        { namespace: "/secret", rooms: ["user:alex"], event: "x" },
        { namespace: "/tickets", rooms: ["user:alex"], event: "disconnect" },
        { namespace: "/tickets", rooms: ["user:alex"], event: "" },
    ]);
    assert.deepEqual(statuses(results), Array(7).fill("rejected"));
    assert.equal(results[0].error.code, "FORBIDDEN");
});

test("a key publishes to its own orgs only", async () => {
    const foreign = await ours.request("POST", "/v1/publish", [item("ticket:created", ticket()), item("ticket:created", ticket(), { org: "globex" })]);
    assert.deepEqual([foreign.status, foreign.body.code], [403, "FORBIDDEN"]);
    assert.equal((await people.ada.request("GET", `/v1/tickets/T-${serial - 1}`)).status, 404, "nothing of it is done");
    assert.equal((await publish(ours, item("ticket:created", ticket({ orgId: "globex" }))))[0].status, "rejected");
    const results = await publish(both, [item("ticket:created", ticket(), { org: "acme" }), item("ticket:created", ticket(), { org: "globex" }), item("ticket:created", ticket())]);
    assert.deepEqual(statuses(results), ["accepted", "accepted", "rejected"]);
    assert.deepEqual(statuses(await publish(both, item("ticket:created", ticket()), { "x-insightdesk-org": "globex" })), ["accepted"]);
    assert.equal((await people.alex.request("POST", "/v1/publish", item("ticket:created", ticket()))).status, 403);
    assert.deepEqual(statuses(await publish(people.ada, item("ticket:created", ticket()))), ["accepted"]);
});

test("an Idempotency-Key covers the whole request, raw events too", async (t) => {
    const client = await people.alex.connect(t, "/tickets");
    const headers = { "idempotency-key": "publish-1" };
    const data = ticket();
    const body = [item("ticket:created", data), { namespace: "/tickets", rooms: ["user:alex"], event: "raw", data: 1 }, item("nonsense", {})];
    const first = await ours.request("POST", "/v1/publish", body, headers);
    assert.deepEqual(statuses(first.body.results), ["accepted", "accepted", "rejected"]);
    const second = await ours.request("POST", "/v1/publish", body, headers);
    assert.equal(second.headers["idempotent-replayed"], "true");
    assert.deepEqual(second.body, first.body);
    assert.equal((await ours.request("POST", "/v1/publish", item("ticket:created", data), headers)).status, 422);
    await client.inbox.next("ticket:created");
    await client.inbox.next("raw");
    await silent(client);
});

test("100 items and 1 MiB are taken from a key, more is not, and strangers may not send so much", async () => {
    const subjects = Array.from({ length: 100 }, () => item("ticket:created", ticket({ customFields: { text: "x".repeat(9_000) } })));
    assert.deepEqual(new Set(statuses(await publish(ours, subjects))), new Set(["accepted"]));
    assert.equal((await ours.request("POST", "/v1/publish", [...subjects.map(() => item("x", {})), item("x", {})])).status, 413);
    const large = [item("ticket:created", ticket({ customFields: { text: "x".repeat(1_100_000) } }))];
    assert.equal((await ours.request("POST", "/v1/publish", large)).status, 413);
    assert.equal((await backend(server.url, `idk_${"0".repeat(48)}`).request("POST", "/v1/publish", subjects)).status, 413);
    const [one] = await publish(ours, item("ticket:created", ticket({ customFields: { text: "x".repeat(70_000) } })));
    assert.deepEqual([one.status, one.error.code], ["rejected", "PAYLOAD_TOO_LARGE"]);
});
