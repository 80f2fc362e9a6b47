// A page of the admin UI is connected to one server and sees what all of them do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../js/lib/clients.mjs";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { Person } from "../js/lib/desk.mjs";

const env = {
    INSIGHTDESK_ADMIN_UI: "production",
    INSIGHTDESK_ADMIN_UI_USER: "operator",
    INSIGHTDESK_ADMIN_UI_PASSWORD_HASH: "$2b$04$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW", // of `correct horse`
};

/** What each server told last, once all have. */
async function statsOf({ inbox }, names, enough) {
    const last = new Map();
    while (!names.every((name) => last.has(name) && enough(name, last.get(name)))) {
        const [stats] = await inbox.next("server_stats");
        last.set(stats.serverId, stats);
    }
    return last;
}

test("a page sees the statistics of every server, and its session is good at each", async (t) => {
    const desks = await Desks.together({ count: 2, env });
    t.after(() => desks.stop());
    const [one, two] = desks.all;
    const page = await connect(t, `${one.url}/admin`, { auth: { username: "operator", password: "correct horse" }, transports: ["websocket"] });
    const [session] = await page.inbox.next("session");
    await new Person(two.url, "ann").connect(t, "/tickets");
    const stats = await statsOf(page, [one.name, two.name], (_, { clientsCount }) => clientsCount === 1);
    assert.notEqual(stats.get(one.name).pid, stats.get(two.name).pid);
    const sockets = ({ namespaces }, nsp) => namespaces.find(({ name }) => name === nsp).socketsCount;
    assert.deepEqual([one, two].map(({ name }) => sockets(stats.get(name), "/tickets")), [0, 1]);
    assert.deepEqual([one, two].map(({ name }) => sockets(stats.get(name), "/admin")), [1, 0]);

    const other = await connect(t, `${two.url}/admin`, { auth: { sessionId: session }, transports: ["websocket"] });
    await statsOf(other, [one.name, two.name], () => true);
});
