// Acceptance story 9, what a live chat is to everybody concerned, and to those of the same ids in another org: nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSPORTS } from "./lib/clients.mjs";
import { Screen } from "./lib/screen.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

let server;
before(async () => (server = await startInsightDesk({ args: ["--limits", "high", "--chat-grace", "1s", "--chat-timeout", "2s"] })));
after(() => server?.stop());

// Who is in a conversation has no order that all servers share.
const ids = (expected) => (users) => users.map(({ id }) => id).sort().join() === [...expected].sort().join();

describe("a live chat", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`over ${title}`, async (t) => {
            const stage = new Stage(server);
            const org = `acme ${title}`.replace(/\W/g, "-");
            const cast = (in_org) => ({
                tabs: [1, 2, 3].map((n) => stage.add(in_org, "ann", { name: `ann's tab ${n} in ${in_org}`, transports, namespaces: ["/chat", "/tickets"] })),
                b: stage.add(in_org, "bob", { transports, namespaces: ["/chat", "/tickets"] }),
                d: stage.add(in_org, "dan", { role: "admin", transports, namespaces: ["/chat", "/tickets"] }),
                c: stage.add(in_org, "carl", { role: "customer", transports, namespaces: ["/chat", "/tickets"] }),
            });
            const [{ tabs, b, c, d }, x] = [cast(org), cast(`${org}-too`)];
            await stage.known();
            const id = "V-9";
            // There, the chat of the same id is under way already.
            await x.d.made("POST", "/v1/conversations", { id, customerId: "carl" });
            await stage.arrive(t);
            for (const party of [x.c, ...x.tabs]) await party.does("chat:join", { conversationId: id });
            // Everyone has been told of everyone: the list with both is the last there will be.
            for (const party of [x.c, ...x.tabs]) await party.hears("chat:online", 1, { users: ids(["carl", "ann"]) });
            await stage.settle();
            stage.forget();
            const screens = [await Screen.open(t, d, { transports }), await Screen.open(t, x.d, { transports })];

            // C waits; staff see it.
            await d.made("POST", "/v1/conversations", { id, customerId: "carl" });
            await c.does("chat:join", { conversationId: id });
            await c.hears("chat:online", 1, { conversationId: id, users: ids(["carl"]) });
            // D's dashboard shows that they wait, and longer each time it says so; that of the other org does not.
            await screens[0].shows("queue", { orgId: org, waiting: 1 });
            const waits = () => screens[0].of("queue").filter(({ data }) => data.waiting === 1);
            const [{ data: { avgWaitTime: at_first } }] = waits();
            await screens[0].shows("queue", { waiting: 1, avgWaitTime: (seconds) => seconds >= at_first + 4 });
            const [before, last] = waits().slice(-2);
            assert.ok(last.at - before.at > 4000 && last.at - before.at < 8000, `after ${last.at - before.at} ms`);
            // A comes with three tabs.
            for (const tab of tabs) await tab.does("chat:join", { conversationId: id });
            for (const party of [c, ...tabs]) await party.hears("chat:online", 1, { users: ids(["carl", "ann"]) });
            await screens[0].shows("queue", { waiting: 0, avgWaitTime: 0, handled1h: 1 });
            assert.ok(screens[1].of("queue").every(({ data }) => data.orgId === `${org}-too` && data.waiting === 0));

            // C sends with a key, twice.
            const message = { conversationId: id, content: "Hello?", clientMessageId: "k" };
            const [first, again] = await Promise.all([c.does("chat:message", message), c.does("chat:message", message)]);
            assert.deepEqual(again, first);
            const sent = [first];
            for (const n of [2, 3, 4, 5]) sent.push(await c.does("chat:message", { conversationId: id, content: `m${n}` }));
            // A reads m5, then m3.
            await tabs[0].does("chat:read", { conversationId: id, messageId: sent[4].id });
            await tabs[0].does("chat:read", { conversationId: id, messageId: sent[2].id });
            await stage.settle();
            const said = sent.map(({ id: messageId, content }) => ["chat:message", { id: messageId, conversationId: id, content, senderId: "carl" }]);
            const read = ["chat:read", { conversationId: id, userId: "ann", messageId: sent[4].id }];
            const alone = ["chat:online", { conversationId: id, users: ids(["carl"]) }];
            const both = ["chat:online", { conversationId: id, users: ids(["carl", "ann"]) }];
            const lists = [["chat:updated", { id, status: "waiting", orgId: org }], ["chat:updated", { id, status: "active", agents: ids(["ann"]) }]];
            c.heard([alone, both, ...said, read]);
            for (const tab of tabs) {
                tab.records = tab.records.filter(([event]) => event !== "chat:updated");
                tab.heard([both, ...said, read]);
            }
            for (const party of [b, d]) party.heard(lists);
            for (const party of [x.b, x.c, x.d, ...x.tabs]) party.heard([]);
            stage.forget();

            // C closes the browser.
            c.vanish();
            for (const tab of tabs) {
                await tab.hears("chat:online", 1, { users: ids(["ann"]) });
                await tab.hears("chat:ended");
            }
            assert.equal((await tabs[0].tells("chat:message", { conversationId: id, content: "Are you there?" })).error.code, "CONVERSATION_ENDED");
            await stage.settle();
            const ended = ["chat:ended", { conversationId: id, reason: "customer_timeout" }];
            for (const tab of tabs) {
                tab.records = tab.records.filter(([event]) => event !== "chat:updated");
                tab.heard([["chat:online", { conversationId: id, users: ids(["ann"]) }], ended]);
            }
            for (const party of [b, d]) party.heard([["chat:updated", { id, status: "ended", endReason: "customer_timeout" }]]);
            for (const party of [x.b, x.c, x.d, ...x.tabs]) party.heard([]);
        });
    }
});
