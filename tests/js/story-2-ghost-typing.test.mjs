// Acceptance story 2: typing is shown sparingly, never to the typist, ends though the typist's network is gone, and before the message.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TRANSPORTS } from "./lib/clients.mjs";
import { Network } from "./lib/proxy.mjs";
import { startInsightDesk } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

// domain.md 3.4: 6 s after the last keystroke, and what a busy machine may add.
const EXPIRY_MS = 6000;
const BOUND_MS = 6500;
const KEYSTROKES = 12;

let server;
before(async () => (server = await startInsightDesk()));
after(() => server?.stop());

describe("nobody types for ever", { concurrency: true }, () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`over ${title}`, async (t) => {
            const stage = new Stage(server);
            const network = await Network.open(t, server.port);
            const org = `acme ${title}`.replace(/\W/g, "-");
            const cast = (in_org) => ({
                b: stage.add(in_org, "bob", { transports }),
                c: stage.add(in_org, "carl", { role: "customer", transports }),
                tab: stage.add(in_org, "ann", { name: `ann's second tab in ${in_org}`, transports }),
            });
            const { b, c, tab } = cast(org);
            cast(`${org}-too`);
            const a = stage.add(org, "ann", { transports, through: network.url });
            await stage.known();
            const { id } = await c.made("POST", "/v1/tickets", { subject: "Typed about" });
            const admin = stage.add(`${org}-too`, "ada", { role: "admin" });
            await admin.made("POST", "/v1/tickets", { id, subject: "Typed about there", requesterId: "carl" });
            await stage.arrive(t);
            for (const party of stage.parties) await party.does("ticket:subscribe", { ticketId: id });
            await stage.settle();
            stage.forget();

            const typing = ["ticket:typing", { ticketId: id, user: { id: "ann" } }];
            const stopped = ["ticket:stopTyping", { ticketId: id, userId: "ann" }];

            // Twelve keystrokes in 2 s, each telling the server, as the API document's client does.
            for (let key = 0; key < KEYSTROKES; ++key) {
                a.socket("ticket:typing").emit("ticket:typing", { ticketId: id });
                if (key < KEYSTROKES - 1) await pause(2000 / KEYSTROKES);
            }
            await a.settled();
            const last = Date.now();
            a.heard([]);
            // The network is gone; nobody says so.
            network.goSilent();
            a.cutOff = true;
            const lateness = pause(EXPIRY_MS).then(() => Date.now() - last - EXPIRY_MS);
            await Promise.all([b, c].map((party) => party.hears("ticket:stopTyping")));
            const took = Date.now() - last;
            assert.ok(took <= BOUND_MS + (await lateness), `typing ended after ${took} ms`);
            await stage.settle();
            const times = b.records.filter(([event]) => event === "ticket:typing").length;
            assert.ok(times === 1 || times === 2, `${times} times ticket:typing`);
            const seen = [...Array(times).fill(typing), stopped];
            stage.heard(new Map([[b, seen], [c, seen]]));
            stage.forget();

            // Again, and this time the message is sent: typing ends before it.
            const update = ["ticket:updated", { ticketId: id, by: { id: "ann" } }];
            await tab.does("ticket:typing", { ticketId: id });
            await Promise.all([b, c].map((party) => party.hears("ticket:typing")));
            await tab.made("POST", `/v1/tickets/${id}/messages`, { content: "Here I am" });
            await stage.settle();
            const message = ["ticket:message", { content: "Here I am", author: { id: "ann" } }];
            const sent = [typing, update, stopped, message];
            stage.heard(new Map([[b, sent], [c, sent], [tab, [update, message]]]));
            stage.forget();

            // What is no message of the typist does not end it.
            await tab.does("ticket:typing", { ticketId: id });
            await b.made("POST", `/v1/tickets/${id}/messages`, { content: "Who types?" });
            await tab.does("ticket:stopTyping", { ticketId: id });
            await stage.settle();
            const foreign = [["ticket:updated", { by: { id: "bob" } }], ["ticket:message", { content: "Who types?" }]];
            stage.heard(new Map([[b, [typing, ...foreign, stopped]], [c, [typing, ...foreign, stopped]], [tab, foreign]]));
        });
    }
});
