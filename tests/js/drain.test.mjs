// SIGTERM: not ready, clients sent away little by little, what they wrote answered; then the end.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TRANSPORTS, open } from "./lib/clients.mjs";
import { Person } from "./lib/desk.mjs";
import { once, within } from "./lib/inbox.mjs";
import { Polling, http } from "./lib/raw.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";
import { lockStore } from "./lib/store.mjs";

const start = (drainTime, options = {}) => startInsightDesk({ ...options, args: ["--drain-time", drainTime, ...(options.args ?? [])] });
const disconnection = (socket) => once(socket, "disconnect").then(([reason]) => reason);

/** A server that ends in spite of a failing test. */
function owned(t, server) {
    t.after(() => server.signal("SIGKILL"));
    return server;
}

test("without connections it ends at once, however long it might drain", async (t) => {
    const server = owned(t, await start("10m"));
    server.signal("SIGTERM");
    assert.deepEqual(await within(server.exited(), "exit"), { code: 0, signal: null });
});

for (const [title, transports] of TRANSPORTS) {
    test(`clients lose their transport one after the other, and then it ends, over ${title}`, async (t) => {
        const server = owned(t, await start("1s"));
        const ann = new Person(server.url, "ann");
        const clients = [];
        for (let i = 0; i < 12; ++i) clients.push(await ann.connect(t, "/", { transports }));
        const reasons = clients.map(({ socket }) => disconnection(socket));
        server.signal("SIGTERM");
        if (transports[0] === "websocket") {
            // One is gone, and another still gets its answer.
            const first = await Promise.race(reasons.map((reason, i) => reason.then(() => i)));
            const others = clients.filter((_, i) => i !== first);
            const answer = await Promise.any(others.map(({ socket }) => socket.emitWithAck("ping", { timestamp: 1 })));
            assert.equal(answer.ok, true);
        }
        // Not `io server disconnect`, after which stock clients would stay away. A poll that begins when nobody listens any more fails.
        const expected = transports.length === 1 && transports[0] === "polling" ? ["transport close", "transport error"] : ["transport close"];
        for (const reason of await Promise.all(reasons)) assert.ok(expected.includes(reason), reason);
        assert.equal((await within(server.exited(), "exit")).code, 0);
    });
}

test("a stock client comes back by itself, to the server that took the address over", async (t) => {
    const first = owned(t, await start("0s"));
    const { socket } = open(t, first.url, {
        transports: ["websocket"], auth: { token: new Person(first.url, "ann").token },
        reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50,
    });
    await once(socket, "connect");
    const reason = disconnection(socket);
    first.signal("SIGTERM");
    assert.equal(await reason, "transport close");
    await first.exited();
    const back = once(socket, "connect");
    const second = owned(t, await start("0s", { args: ["--port", String(first.port)] }));
    await back;
    await second.stop();
});

test("while it drains it says that it is not ready, and takes nobody in", async (t) => {
    const server = owned(t, await start("10m"));
    const { socket } = await new Person(server.url, "ann").connect(t, "/");
    const polling = await Polling.open(server.url, "/socket.io/");
    for (const path of ["/readyz", "/readyz?draining=404"]) assert.equal((await http(server.url + path)).status, 200);
    server.signal("SIGTERM");
    let answer;
    do answer = await http(`${server.url}/readyz`);
    while (answer.status === 200);
    assert.deepEqual([answer.status, JSON.parse(answer.text).status], [503, "draining"]);
    answer = await http(`${server.url}/readyz?draining=404`);
    assert.deepEqual([answer.status, JSON.parse(answer.text).status], [404, "draining"]);
    assert.equal((await http(`${server.url}/socket.io/?EIO=4&transport=polling`)).status, 503);
    // Through a balancer the polls of those that are there come over new connections.
    assert.equal((await polling.post(`40${JSON.stringify({ token: new Person(server.url, "ann").token })}`)).text, "ok");
    assert.match((await polling.packets(1))[0], /^40\{"sid"/);
    assert.equal(socket.connected, true);
    const reason = disconnection(socket);
    server.signal("SIGTERM");
    assert.equal(await reason, "transport close", "the second signal ends it at once");
    assert.equal((await within(server.exited(), "exit")).code, 0);
});

test("a write under way is answered before its connection goes", async (t) => {
    const store = join(temporaryFolder(), "desk.db");
    const server = owned(t, await start("1s", { store }));
    const ann = new Person(server.url, "ann");
    const carl = new Person(server.url, "carl", { role: "customer" });
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const { socket, inbox } = await carl.connect(t, "/", { transports: ["websocket"] });
    const chat = socket.io.socket("/chat", { auth: { token: carl.token } });
    await once(chat, "connect");
    assert.equal((await chat.emitWithAck("chat:join", { conversationId: id })).ok, true);
    const idle = await ann.connect(t, "/");

    const unlock = await lockStore(t, store);
    const order = [];
    chat.once("disconnect", () => order.push("disconnect"));
    const acked = chat.timeout(10_000).emitWithAck("chat:message", { conversationId: id, content: "the last word" }).then((ack) => {
        order.push("ack");
        return ack;
    });
    socket.emit("ping", { timestamp: 1 });
    await inbox.next("pong"); // sent behind the message on one connection: the message has arrived
    const away = disconnection(idle.socket);
    server.signal("SIGTERM");
    await Promise.race([away, server.exited()]);
    await unlock();
    const ack = await acked;
    assert.deepEqual([ack.ok, ack.content], [true, "the last word"]);
    assert.equal((await within(server.exited(), "exit")).code, 0);
    assert.deepEqual(order, ["ack", "disconnect"]);

    const again = owned(t, await start("0s", { store }));
    const { items } = await new Person(again.url, "carl", { role: "customer" }).made("GET", `/v1/conversations/${id}/messages`, undefined, 200);
    assert.deepEqual(items.map((message) => message.id), [ack.id]);
    await again.stop();
});
