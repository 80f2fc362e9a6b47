// The helpdesk with socket.io-client 2, which gives its token in the URL's query, beside a later client.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TRANSPORTS, upgraded } from "./lib/clients.mjs";
import { connectV2, connectedV2, joinV2, openV2 } from "./lib/clients_v2.mjs";
import { Person, token } from "./lib/desk.mjs";
import { once } from "./lib/inbox.mjs";
import { startInsightDesk } from "./lib/server.mjs";

let server;
const people = {};
before(async () => {
    server = await startInsightDesk({ args: ["--allow-eio3", "--limit-rest-user", "1000/s,1000"] });
    const add = (id, options) => (people[id] = new Person(server.url, id, options));
    add("ann", { role: "agent" });
    add("bob", { role: "agent" });
    add("carl", { role: "customer" });
});
after(() => server?.stop());

for (const [title, transports] of TRANSPORTS) {
    test(`a ticket's life over ${title}`, async (t) => {
        const { ann, bob, carl } = people;
        const agent = openV2(t, `${server.url}/tickets?token=${ann.token}`, { transports });
        const customer = openV2(t, `${server.url}/tickets`, { transports, query: { token: carl.token } });
        const later = await bob.connect(t, "/tickets");
        for (const { socket, inbox } of [agent, customer]) {
            await connectedV2(socket);
            if (transports.length > 1) await upgraded(socket.io.engine);
            await inbox.next("sync:ready");
        }

        const ticket = await carl.made("POST", "/v1/tickets", { subject: "It does not work", message: { content: "Help! 😀" } });
        for (const { socket, inbox } of [agent, customer, later]) {
            assert.equal((await inbox.next("ticket:created"))[0].id, ticket.id);
            socket.emit("ticket:subscribe", { ticketId: ticket.id });
            assert.equal((await inbox.next("ticket:subscribed"))[0].ticketId, ticket.id);
        }
        agent.socket.emit("ticket:typing", { ticketId: ticket.id });
        assert.equal((await later.inbox.next("ticket:typing"))[0].ticketId, ticket.id);
        await bob.made("POST", `/v1/tickets/${ticket.id}/messages`, { content: "On it: 🛠" });
        for (const { inbox } of [agent, customer]) assert.equal((await inbox.next("ticket:message"))[0].content, "On it: 🛠");
    });
}

test("every namespace of a connection takes the token of its first request", async (t) => {
    const { socket } = await connectV2(t, `${server.url}?token=${people.ann.token}`, { transports: ["websocket"] });
    await connectedV2(joinV2(t, socket, "/tickets").socket);
    await connectedV2(joinV2(t, socket, "/chat").socket);
});

test("a token that is no good is refused with the error's data", async (t) => {
    for (const bad of ["nonsense", token("ann", { ttl: -3600 })]) {
        const { socket } = openV2(t, `${server.url}/tickets?token=${bad}`, { transports: ["websocket"] });
        const [error] = await once(socket, "error");
        assert.equal(error.code, bad === "nonsense" ? "AUTH_TOKEN_INVALID" : "AUTH_TOKEN_EXPIRED");
        assert.equal(socket.connected, false);
    }
});

test("they are not let in unless the setting says so", async (t) => {
    const strict = await startInsightDesk();
    t.after(() => strict.stop());
    for (const transports of [["websocket"], ["polling"]]) {
        const { socket } = openV2(t, `${strict.url}/tickets?token=${people.ann.token}`, { transports });
        assert.ok((await once(socket, "connect_error"))[0]);
    }
});
