// What must hold behind any balancer, with the configurations of deploy/: declared as tests for one of them.
import assert from "node:assert/strict";
import { Agent as HttpAgent } from "node:http";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { io } from "socket.io-client";
import { Certificate } from "../certificates.mjs";
import { TRANSPORTS, connected, upgraded } from "../clients.mjs";
import { token } from "../desk.mjs";
import { once, within } from "../inbox.mjs";
import { Polling, http } from "../raw.mjs";
import { Desks, tagOf } from "./desks.mjs";

const STICKY = ["sid", "cookie", "hash"];
const PEOPLE = 6;
const DRAIN_MS = 1500;

/** A stock client that comes back by itself; `losses` holds why it was disconnected. */
async function join(t, url, number, { keepAlive = true, ...options } = {}) {
    // Each has an address of its own, by which a hash can tell them apart.
    const agent = url.startsWith("https") ? undefined : new HttpAgent({ keepAlive, localAddress: `127.0.1.${number + 1}` });
    const socket = io(url, {
        forceNew: true, withCredentials: true, agent, auth: { token: token(`u${number}`) },
        reconnectionDelay: 20, reconnectionDelayMax: 100, ...options,
    });
    socket.losses = [];
    socket.on("disconnect", (reason) => socket.losses.push(reason));
    t.after(() => socket.disconnect() && agent?.destroy());
    await connected(socket);
    if (options.transports?.length > 1) await upgraded(socket.io.engine);
    return socket;
}

const joinAll = (t, url, options) => Promise.all(Array.from({ length: PEOPLE }, (_, i) => join(t, url, i, options)));

/** Exchanges that a wrong server could not answer. */
async function talk(sockets, times = 5) {
    for (let i = 0; i < times; ++i) {
        await Promise.all(sockets.map(async (socket) => assert.equal((await within(socket.emitWithAck("ping", { timestamp: 1 }), "ping")).ok, true)));
    }
}

/** Requests that met a server without their session. */
const strays = (desks) => desks.balancer.accesses().filter((line) => / 400 /.test(line));

async function back(sockets) {
    await Promise.all(sockets.map((socket) => (socket.connected ? undefined : once(socket, "connect"))));
    await talk(sockets, 1);
}

export function testBalancer(balancer) {
    for (const sticky of STICKY) {
        describe(`${balancer}, sticky by ${sticky}`, { concurrency: true }, () => {
            for (const [title, transports] of TRANSPORTS) {
                test(`over ${title}: sessions hold, a drain moves those of its server alone, a dead server's clients find another`, async (t) => {
                    const desks = await Desks.start({ balancer, sticky, args: ["--limits", "high", "--drain-time", `${DRAIN_MS}ms`] });
                    t.after(() => desks.stop());
                    const sockets = await joinAll(t, desks.url, { transports });
                    await talk(sockets);
                    const tags = new Set(sockets.map(tagOf));
                    assert.ok(tags.size > 1, `all on ${[...tags]}`);
                    assert.deepEqual(sockets.flatMap(({ losses }) => losses), []);
                    assert.deepEqual(strays(desks), []);

                    // One server is told to go. Its clients go to the others, each once.
                    const leaving = desks.of(sockets[0]);
                    const its = sockets.filter((socket) => tagOf(socket) === leaving.tag);
                    const gone = its.map((socket) => once(socket, "disconnect"));
                    leaving.leave();
                    while ((await http(`${leaving.url}/readyz`).catch(() => ({}))).status === 200);
                    const late = await join(t, desks.url, PEOPLE, { transports });
                    assert.notEqual(tagOf(late), leaving.tag);
                    await Promise.all(gone);
                    await within(leaving.server.exited(), "end of a drained server");
                    const all = [...sockets, late];
                    await back(all);
                    assert.ok(all.every((socket) => tagOf(socket) !== leaving.tag));
                    // By hash the others take over while there are sessions left, and the balancer may not have noticed when those come back.
                    if (sticky !== "hash") {
                        for (const socket of all) assert.ok(socket.losses.length <= (its.includes(socket) ? 1 : 0), `${socket.losses}`);
                        assert.deepEqual(strays(desks), []);
                    }

                    // Another dies.
                    const dead = desks.of(late);
                    const cut = all.filter((socket) => tagOf(socket) === dead.tag).map((socket) => once(socket, "disconnect"));
                    await dead.kill();
                    await Promise.all(cut);
                    await back(all);
                    const [left] = desks.all.filter((desk) => desk !== leaving && desk !== dead);
                    assert.deepEqual([...new Set(all.map(tagOf))], [left.tag]);

                    // It is there again, and taken in again by all that balance.
                    await dead.restart();
                    if (sticky !== "hash") {
                        const deadline = Date.now() + 30_000;
                        for (let tag; tag !== dead.tag; await pause(50)) {
                            assert.ok(Date.now() < deadline, "the server that came back is given nobody");
                            const socket = await join(t, desks.url, 10, { transports, reconnection: false });
                            tag = tagOf(socket);
                            socket.disconnect();
                        }
                    }
                });
            }
        });
    }

    describe(`${balancer}, besides`, { concurrency: true }, () => {
        const certificate = new Certificate();
        const inner = new Certificate();
        let desks;
        before(async () => (desks = await Desks.start({ balancer, certificate, inner, args: ["--limits", "high", "--limit-failed-auth", "3/1m,3"] })));
        after(() => desks?.stop());

        for (const [title, transports] of TRANSPORTS) {
            test(`TLS ends at the balancer and begins anew to the server, over ${title}`, async (t) => {
                const ca = readFileSync(certificate.cert);
                const socket = await join(t, desks.balancer.secureUrl, 1, { transports, ca });
                assert.equal(socket.io.engine.secure, true);
                await talk([socket]);
                assert.deepEqual(socket.losses, []);
            });
        }

        test("a reload of the balancer loses no connection", async (t) => {
            const sockets = [];
            // A kept connection that the old worker ends is a request lost for ever with socket.io-client on Node, whose retry is never sent.
            const keepAlive = false;
            for (const [, transports] of TRANSPORTS) sockets.push(await join(t, desks.url, sockets.length + 30, { transports, keepAlive }));
            desks.balancer.reload();
            for (let i = 0; i < 10; ++i) {
                await talk(sockets, 1);
                await talk([await join(t, desks.url, 40 + i, { transports: ["polling"], keepAlive })], 1);
            }
            for (const { losses } of sockets) assert.deepEqual(losses, []);
        });

        test("the servers know each client's own address, whatever the client claims", async () => {
            const attempt = async (localAddress, forwarded) => {
                const headers = { authorization: "Bearer no-token", ...(forwarded ? { "x-forwarded-for": forwarded } : {}) };
                return (await http(`${desks.url}/v1/tickets`, { headers, localAddress })).status;
            };
            // Three failures each on three servers, and then the address is out, while others are not.
            const answers = [];
            for (let i = 0; i < 40; ++i) answers.push(await attempt("127.0.2.1", `10.9.9.${i}`));
            assert.equal(answers[0], 401);
            assert.equal(answers.at(-1), 429);
            assert.equal(await attempt("127.0.2.2", "127.0.2.1"), 401);
        });

        test("a poll without an owner gets the protocol's error", async () => {
            const answer = await http(`${desks.url}/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAs1AB`);
            assert.deepEqual([answer.status, JSON.parse(answer.text)], [400, { code: 1, message: "Session ID unknown" }]);
            const session = await Polling.open(desks.url, "/socket.io/");
            assert.equal((await session.post("40")).status, 200);
        });
    });
}
