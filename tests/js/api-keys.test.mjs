// API keys: made by admins and by the operator, told apart by scope and org, revoked at once, never in a log.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backend, Person } from "./lib/desk.mjs";
import { INSIGHTDESK, startInsightDesk, temporaryFolder } from "./lib/server.mjs";

const store = join(temporaryFolder(), "desk.db");
let server;
let ada;
let foreignAda;
before(async () => {
    server = await startInsightDesk({ store, args: ["--limit-rest-user", "1000/s,1000", "--limit-failed-auth", "10000/s,10000", "--log-level", "debug"] });
    ada = new Person(server.url, "ada", { role: "admin" });
    foreignAda = new Person(server.url, "ada", { role: "admin", org: "globex" });
});
after(() => server?.stop());

const make = (scopes, by = ada) => by.made("POST", "/v1/api-keys", { name: "Backend", scopes });
const operate = (...args) => execFileSync(INSIGHTDESK, ["apikey", ...args, "--store", `sqlite:${store}`], { encoding: "utf8" });
const madeByOperator = (...args) => /idk_[0-9a-f]{48}/.exec(operate("create", "--name", "Operator's", ...args))[0];
const status = async (who, method, path, body, headers) => (await who.request(method, path, body, headers)).status;
/** Asks until the answer has that status: what another program changed is seen within a second. */
async function eventually(expected, ask) {
    for (let left = 200; left > 0; --left) {
        if ((await ask()) === expected) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.equal(await ask(), expected);
}

test("a key is shown once and works as a bot of its org", async () => {
    const made = await make(["admin"]);
    assert.match(made.key, /^idk_[0-9a-f]{48}$/);
    assert.deepEqual([made.scopes, made.orgs], [["admin"], ["acme"]]);
    const { items } = await ada.made("GET", "/v1/api-keys", undefined, 200);
    const listed = items.find((item) => item.id === made.id);
    assert.equal(listed.key, undefined);
    assert.ok(!JSON.stringify(items).includes(made.key));
    const ticket = await backend(server.url, made.key).made("POST", "/v1/tickets", { subject: "By a backend" });
    assert.deepEqual([ticket.orgId, ticket.requester.id, ticket.requester.role], ["acme", made.id, "bot"]);
});

test("scopes say which routes a key is good for", async () => {
    const [admin, read, publish] = await Promise.all(["admin", "read", "publish"].map(async (scope) => backend(server.url, (await make([scope])).key)));
    assert.equal(await status(read, "GET", "/v1/tickets/none"), 404);
    assert.equal(await status(admin, "GET", "/v1/tickets/none"), 404);
    assert.equal(await status(admin, "POST", "/v1/tickets", { subject: "x" }), 201);
    for (const [who, method, path, body] of [
        [read, "POST", "/v1/tickets", { subject: "x" }],
        [read, "GET", "/v1/api-keys"],
        [publish, "GET", "/v1/tickets/none"],
        [publish, "POST", "/v1/tickets", { subject: "x" }],
    ]) {
        const refused = await who.request(method, path, body);
        assert.equal(refused.status, 403, `${method} ${path}`);
        assert.equal(refused.body.details.reason, "SCOPE");
    }
});

test("only admins make keys, and only for their own org", async () => {
    const agent = new Person(server.url, "alex");
    const customer = new Person(server.url, "carla", { role: "customer" });
    for (const who of [agent, customer]) {
        assert.equal(await status(who, "POST", "/v1/api-keys", { name: "x", scopes: ["read"] }), 403);
        assert.equal(await status(who, "GET", "/v1/api-keys"), 403);
        assert.equal(await status(who, "DELETE", "/v1/api-keys/x"), 403);
    }
    assert.equal(await status(ada, "POST", "/v1/api-keys", { name: "x", scopes: ["read"], orgs: ["acme", "globex"] }), 403);
    assert.equal(await status(ada, "POST", "/v1/api-keys", { name: "x", scopes: ["all"] }), 400);
    assert.equal(await status(ada, "POST", "/v1/api-keys", { name: "x" }), 400);
    const theirs = await make(["read"], foreignAda);
    assert.equal(await status(ada, "DELETE", `/v1/api-keys/${theirs.id}`), 404);
    const { items } = await ada.made("GET", "/v1/api-keys", undefined, 200);
    assert.ok(!items.some((item) => item.id === theirs.id));
});

test("a revoked key is refused from the answer on", async () => {
    const made = await make(["read"]);
    const who = backend(server.url, made.key);
    assert.equal(await status(who, "GET", "/v1/tickets/none"), 404);
    assert.equal(await status(ada, "DELETE", `/v1/api-keys/${made.id}`), 200);
    const refused = await who.request("GET", "/v1/tickets/none");
    assert.deepEqual([refused.status, refused.body.code, refused.body.details.reason], [401, "AUTH_TOKEN_INVALID", "UNKNOWN_KEY"]);
    assert.equal(await status(ada, "DELETE", `/v1/api-keys/${made.id}`), 404);
});

test("a repeated request for a key gets its answer without the key", async () => {
    const ask = () => ada.request("POST", "/v1/api-keys", { name: "Once", scopes: ["read"] }, { "idempotency-key": "make" });
    const first = await ask();
    const second = await ask();
    assert.equal(second.headers["idempotent-replayed"], "true");
    assert.equal(second.body.id, first.body.id);
    assert.match(first.body.key, /^idk_/);
    assert.equal(second.body.key, undefined);
});

test("a key of several orgs says which it means", async () => {
    const who = backend(server.url, madeByOperator("--org", "acme,globex", "--scope", "admin"));
    await eventually(400, () => status(who, "POST", "/v1/tickets", { subject: "x" }));
    const inGlobex = await who.request("POST", "/v1/tickets", { subject: "x" }, { "x-insightdesk-org": "globex" });
    assert.deepEqual([inGlobex.status, inGlobex.body.orgId], [201, "globex"]);
    assert.equal(await status(who, "GET", `/v1/tickets/${inGlobex.body.id}`, undefined, { "x-insightdesk-org": "acme" }), 404);
    assert.equal(await status(who, "POST", "/v1/tickets", { subject: "x" }, { "x-insightdesk-org": "initech" }), 403);
    // An org sees of the key, and takes from it, no more than its own part.
    const { items } = await ada.made("GET", "/v1/api-keys", undefined, 200);
    const shared = items.find((item) => item.name === "Operator's");
    assert.deepEqual(shared.orgs, ["acme"]);
    assert.equal(await status(ada, "DELETE", `/v1/api-keys/${shared.id}`), 200);
    assert.equal(await status(who, "POST", "/v1/tickets", { subject: "x" }, { "x-insightdesk-org": "acme" }), 403);
    assert.equal(await status(who, "POST", "/v1/tickets", { subject: "x" }), 201, "one org is left, so none need be named");
});

test("a user's own token is good for its own org only, whatever the header says", async () => {
    assert.equal(await status(ada, "GET", "/v1/tickets/none", undefined, { "x-insightdesk-org": "globex" }), 403);
    assert.equal(await status(ada, "GET", "/v1/tickets/none", undefined, { "x-insightdesk-org": "acme" }), 404);
});

test("what the operator revokes beside the running server is refused within a second", async () => {
    const who = backend(server.url, madeByOperator("--org", "acme", "--scope", "read"));
    await eventually(404, () => status(who, "GET", "/v1/tickets/none"));
    const id = operate("list").split("\n").findLast((line) => line.includes("Operator's")).split(" ")[0];
    assert.match(operate("revoke", id), /^revoked /);
    await eventually(401, () => status(who, "GET", "/v1/tickets/none"));
});

test("keys outlive a restart, and no log has ever held one", async () => {
    const made = await make(["read"]);
    assert.equal(await status(backend(server.url, made.key), "GET", "/v1/tickets/none"), 404);
    assert.equal(await status(backend(server.url, `${made.key}x`), "GET", "/v1/tickets/none"), 401);
    await server.stop();
    assert.ok(!server.log().includes("idk_"), server.log());
    server = await startInsightDesk({ store });
    assert.equal(await status(backend(server.url, made.key), "GET", "/v1/tickets/none"), 404);
});
