// Idempotency-Key on POST: done once, answered alike, whatever happens in between.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { barrier, Person } from "./lib/desk.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

let server;
let alex;
before(async () => {
    server = await startInsightDesk({ args: ["--limit-rest-user", "1000/s,1000"] });
    alex = new Person(server.url, "alex");
});
after(() => server.stop());

let keys = 0;
const fresh = () => `key-${++keys}`;
const post = (person, path, body, key) => person.request("POST", path, body, { "idempotency-key": key });
const ticket = (subject = "Help") => ({ subject });

test("a repeated POST is answered from the first, and nothing happens twice", async (t) => {
    const { socket, inbox } = await alex.connect(t, "/tickets");
    const key = fresh();
    const first = await post(alex, "/v1/tickets", ticket("Once"), key);
    assert.equal(first.status, 201);
    assert.equal(first.headers["idempotent-replayed"], undefined);
    const second = await post(alex, "/v1/tickets", ticket("Once"), key);
    assert.equal(second.status, 201);
    assert.equal(second.headers["idempotent-replayed"], "true");
    assert.deepEqual(second.body, first.body);
    const [created] = await inbox.next("ticket:created");
    assert.equal(created.id, first.body.id);
    await inbox.nothing(barrier(socket), "ticket:created");
});

test("the key with another body or path is refused with 422, the first stays", async () => {
    const key = fresh();
    const first = await post(alex, "/v1/tickets", ticket(), key);
    const other = await post(alex, "/v1/tickets", ticket("Another"), key);
    assert.equal(other.status, 422);
    assert.equal(other.body.details.reason, "USED_FOR_ANOTHER_REQUEST");
    assert.match(other.headers["content-type"], /problem\+json/);
    assert.equal((await post(alex, `/v1/tickets/${first.body.id}/messages`, ticket(), key)).status, 400, "checked before the store is asked");
    const message = await post(alex, `/v1/tickets/${first.body.id}/messages`, { content: "x" }, key);
    assert.equal(message.status, 422);
    assert.deepEqual((await post(alex, "/v1/tickets", ticket(), key)).body, first.body);
});

test("keys belong to their holder: another user, the same user of another org", async () => {
    const key = fresh();
    const answers = [];
    for (const person of [alex, new Person(server.url, "bo"), new Person(server.url, "alex", { org: "globex" })]) {
        answers.push(await post(person, "/v1/tickets", ticket(), key));
    }
    assert.deepEqual(answers.map((answer) => answer.status), [201, 201, 201]);
    assert.deepEqual(answers.map((answer) => answer.headers["idempotent-replayed"]), [undefined, undefined, undefined]);
    assert.equal(new Set(answers.map((answer) => `${answer.body.orgId} ${answer.body.id}`)).size, 3);
});

test("of many at once one is done; the others see its answer, or are told that it runs", async (t) => {
    const { socket, inbox } = await alex.connect(t, "/tickets");
    const key = fresh();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(alex, "/v1/tickets", ticket("Many"), key)));
    const done = answers.filter((answer) => answer.status === 201);
    const ids = new Set(done.map((answer) => answer.body.id));
    assert.equal(ids.size, 1);
    for (const answer of answers.filter((one) => one.status !== 201)) {
        assert.equal(answer.status, 409);
        assert.equal(answer.body.details.reason, "IDEMPOTENCY_KEY_RUNNING");
    }
    await inbox.next("ticket:created");
    await inbox.nothing(barrier(socket), "ticket:created");
});

test("a refusal of the command is kept, one of the request's form is not", async () => {
    const key = fresh();
    assert.equal((await post(alex, "/v1/tickets", {}, key)).status, 400);
    assert.equal((await post(alex, "/v1/tickets", ticket(), key)).status, 201);
    const missing = fresh();
    const first = await post(alex, "/v1/tickets/none/messages", { content: "x" }, missing);
    assert.equal(first.status, 404);
    const second = await post(alex, "/v1/tickets/none/messages", { content: "x" }, missing);
    assert.equal(second.headers["idempotent-replayed"], "true");
    assert.deepEqual(second.body, first.body);
});

test("every POST takes a key", async () => {
    const made = await alex.made("POST", "/v1/tickets", ticket());
    const customer = new Person(server.url, "carla", { role: "customer" });
    const conversation = await customer.made("POST", "/v1/conversations", {});
    await alex.made("POST", `/v1/conversations/${conversation.id}/assign`, { agentId: "alex" }, 200);
    const said = await customer.made("POST", `/v1/conversations/${conversation.id}/messages`, { content: "x" });
    const calls = [
        ["/v1/tickets", ticket()],
        [`/v1/tickets/${made.id}/messages`, { content: "x" }],
        ["/v1/conversations", { customerId: "carla" }],
        [`/v1/conversations/${conversation.id}/messages`, { content: "x" }],
        [`/v1/conversations/${conversation.id}/read`, { messageId: said.id }],
        [`/v1/conversations/${conversation.id}/assign`, { agentId: "alex" }],
        ["/v1/notifications", { userIds: ["alex"], title: "Hello", message: "You" }],
        ["/v1/notifications/read-all", {}],
        [`/v1/conversations/${conversation.id}/end`, {}],
    ];
    for (const [path, body] of calls) {
        const key = fresh();
        const first = await post(alex, path, body, key);
        assert.ok(first.status < 300, `${path}: ${first.text}`);
        const second = await post(alex, path, body, key);
        assert.equal(second.headers["idempotent-replayed"], "true", path);
        assert.equal(second.status, first.status, path);
        assert.deepEqual(second.body, first.body, path);
    }
});

test("a server killed after the commit gives the stored answer when it is back", async () => {
    const store = join(temporaryFolder(), "desk.db");
    const first = await startInsightDesk({ store });
    const key = fresh();
    const made = await post(new Person(first.url, "alex"), "/v1/tickets", ticket(), key);
    assert.equal(made.status, 201);
    await first.kill();
    const second = await startInsightDesk({ store });
    const again = await post(new Person(second.url, "alex"), "/v1/tickets", ticket(), key);
    assert.equal(again.headers["idempotent-replayed"], "true");
    assert.deepEqual(again.body, made.body);
    await second.stop();
});
