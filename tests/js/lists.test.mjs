// Lists over REST: pages of what the reader may see, each row once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person } from "./lib/desk.mjs";
import { startInsightDesk } from "./lib/server.mjs";

let server;
const people = {};
const made = {};
before(async () => {
    server = await startInsightDesk({ args: ["--limit-rest-user", "10000/s,10000"] });
    const add = (name, id, options) => (people[name] = new Person(server.url, id, options));
    add("ada", "ada", { role: "admin" });
    add("alex", "alex", { teams: ["t1"] });
    add("carla", "carla", { role: "customer" });
    add("dora", "dora", { role: "customer" });
    add("foreignAda", "ada", { role: "admin", org: "globex" });
    add("foreignCarla", "carla", { role: "customer", org: "globex" });
    for (const name of ["alex", "carla", "dora", "foreignCarla"]) await people[name].made("POST", "/v1/tickets", { subject: `By ${name}` });
    const patch = (id, change) => people.ada.made("PATCH", `/v1/tickets/${id}`, change, 200);
    made.many = [];
    for (let i = 0; i < 25; ++i) made.many.push(await people.carla.made("POST", "/v1/tickets", { subject: `Many ${i}` }));
    made.assigned = await patch(made.many[3].id, { assigneeId: "alex", status: "open" });
    made.team = await patch(made.many[5].id, { teamId: "t1" });
    made.shared = await patch(made.many[7].id, { participantIds: ["dora"] });
});
after(() => server?.stop());

const list = (who, path) => who.made("GET", path, undefined, 200);
/** All items, page by page, and how many each page had. */
async function all(who, path, limit) {
    const items = [];
    const sizes = [];
    let cursor = null;
    do {
        const page = await list(who, `${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
        items.push(...page.items);
        sizes.push(page.items.length);
        cursor = page.nextCursor;
        assert.ok(sizes.length < 100, "ends");
    } while (cursor !== null);
    return { items, sizes };
}
const ids = (items) => items.map((item) => item.id);

test("pages hold every ticket once, the newest change first", async () => {
    const { items, sizes } = await all(people.ada, "/v1/tickets", 10);
    assert.deepEqual(sizes, [10, 10, 8]);
    assert.equal(new Set(ids(items)).size, 28);
    assert.deepEqual(ids(items).slice(0, 3), [made.shared.id, made.team.id, made.assigned.id]);
    const times = items.map((item) => item.updatedAt);
    assert.deepEqual(times, [...times].sort().reverse());
    assert.deepEqual(await list(people.ada, `/v1/tickets?limit=28`).then((page) => [page.items.length, page.nextCursor]), [28, null]);
});

test("filters are combined", async () => {
    const first = async (query, who = people.ada) => ids((await list(who, `/v1/tickets?${query}`)).items);
    assert.deepEqual(await first("assignee=alex"), [made.assigned.id]);
    assert.deepEqual(await first("assignee=me", people.alex), [made.assigned.id]);
    assert.deepEqual(await first("status=open"), [made.assigned.id]);
    assert.deepEqual(await first("status=open&team=t1"), []);
    assert.deepEqual(await first("team=t1"), [made.team.id]);
    assert.equal((await first("assignee=none&limit=200")).length, 27);
    assert.deepEqual(await first(`updatedSince=${made.team.updatedAt}`), [made.shared.id, made.team.id]);
    assert.deepEqual(await first(`updatedSince=${Date.parse(made.team.updatedAt)}`), [made.shared.id, made.team.id]);
    assert.deepEqual(await first("updatedSince=2999-01-01"), []);
});

test("customers see their own and those they take part in, as customers do", async () => {
    const { items } = await all(people.dora, "/v1/tickets", 1);
    assert.deepEqual(ids(items)[0], made.shared.id);
    assert.equal(items.length, 2);
    assert.equal((await all(people.carla, "/v1/tickets", 7)).items.length, 26);
    await people.ada.made("PATCH", `/v1/tickets/${made.shared.id}`, { participantIds: [] }, 200);
    assert.equal((await all(people.dora, "/v1/tickets", 7)).items.length, 1);
});

test("another org's tickets are in nobody's list", async () => {
    assert.deepEqual((await list(people.foreignAda, "/v1/tickets")).items.map((item) => item.subject), ["By foreignCarla"]);
    assert.equal((await list(people.foreignCarla, "/v1/tickets")).items.length, 1);
});

test("conversations are listed by status to who may see them", async () => {
    const opened = [];
    for (const who of [people.carla, people.carla, people.dora]) opened.push((await who.made("POST", "/v1/conversations", {})).id);
    await people.foreignCarla.made("POST", "/v1/conversations", {});
    await people.ada.made("POST", `/v1/conversations/${opened[1]}/end`, {}, 200);
    assert.deepEqual(ids((await all(people.ada, "/v1/conversations", 2)).items), [...opened].reverse());
    assert.deepEqual(ids((await list(people.alex, "/v1/conversations?status=waiting")).items), [opened[2], opened[0]]);
    assert.deepEqual(ids((await list(people.ada, "/v1/conversations?status=ended")).items), [opened[1]]);
    assert.deepEqual(ids((await all(people.carla, "/v1/conversations", 1)).items), [opened[1], opened[0]]);
    assert.deepEqual(ids((await list(people.dora, "/v1/conversations")).items), [opened[2]]);
});

test("what is wrong in a query is named", async () => {
    for (const [query, field] of [
        ["status=nonsense", "status"],
        ["limit=0", "limit"],
        ["limit=201", "limit"],
        ["limit=-1", "limit"],
        ["limit=1e1", "limit"],
        ["cursor=nonsense", "cursor"],
        ["cursor=99999999999999999999~x", "cursor"],
        ["updatedSince=yesterday", "updatedSince"],
    ]) {
        const refused = await people.ada.request("GET", `/v1/tickets?${query}`);
        assert.deepEqual([refused.status, refused.body.details.field], [400, field], query);
    }
    assert.equal((await people.ada.request("GET", "/v1/conversations?cursor=a:b")).status, 400);
    assert.equal((await people.ada.request("PATCH", `/v1/tickets/${made.team.id}`, { priority: "high" }, { "if-match": "-1" })).status, 400);
});

test("pages of messages and notifications go on where the last one ended", async () => {
    const ticket = made.many[9].id;
    for (let i = 0; i < 5; ++i) await people.alex.made("POST", `/v1/tickets/${ticket}/messages`, { content: `${i}` });
    const messages = await all(people.carla, `/v1/tickets/${ticket}/messages`, 2);
    assert.deepEqual(messages.items.map((message) => message.content), ["0", "1", "2", "3", "4"]);
    for (let i = 0; i < 3; ++i) await people.ada.made("POST", "/v1/notifications", { userIds: ["dora"], title: `${i}`, message: "x" });
    const notifications = await all(people.dora, "/v1/notifications", 2);
    assert.deepEqual(notifications.items.map((one) => one.title), ["2", "1", "0"]);
});
