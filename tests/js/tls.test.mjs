// wss and https with the official client, on sio-conformance and on insightdesk; a certificate changed under load.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { after, before, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { Tcp } from "./lib/bytes.mjs";
import { Certificate, shownSerial } from "./lib/certificates.mjs";
import { TRANSPORTS, connect } from "./lib/clients.mjs";
import { Person, barrier } from "./lib/desk.mjs";
import { within } from "./lib/inbox.mjs";
import { startConformance, startInsightDesk } from "./lib/server.mjs";

const certificate = new Certificate();
let conformance, desk;
before(async () => {
    conformance = await startConformance("--cert", certificate.cert, "--key", certificate.key, "--ping-interval", "25000", "--ping-timeout", "20000");
    desk = await startInsightDesk({ args: ["--tls-cert", certificate.cert, "--tls-key", certificate.key, "--limits", "high"] });
});
after(async () => {
    await desk?.stop();
    await conformance?.stop();
});
/** The certificate is really checked by the client. */
const trusting = () => ({ ca: readFileSync(certificate.cert) });

describe("sio-conformance", () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`text, binary and acks over ${title}`, async (t) => {
            const { socket, inbox } = await connect(t, conformance.url, { transports, ...trusting() });
            assert.equal(socket.io.engine.secure, true);
            const blob = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => i * 7));
            socket.emit("message", "é", blob, { deep: [Buffer.from([1])] });
            assert.deepEqual(await inbox.next("message-back"), ["é", blob, { deep: [Buffer.from([1])] }]);
            assert.equal(await within(socket.emitWithAck("message-with-ack", "x".repeat(200_000)), "ack"), "x".repeat(200_000));
        });
    }

    test("plain HTTP, rubbish and a hand-shake cut off end their connection alone", async (t) => {
        const { socket } = await connect(t, conformance.url, { transports: ["websocket"], ...trusting() });
        for (const bytes of ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", Buffer.alloc(5000, 0x16), Buffer.from([0x16, 3, 1, 0xff, 0xff, 1])]) {
            const tcp = new Tcp(conformance.port);
            tcp.send(bytes);
            tcp.socket.end();
            await tcp.end();
        }
        const reset = new Tcp(conformance.port);
        await new Promise((resolve) => reset.socket.once("connect", resolve));
        reset.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]), () => reset.reset());
        await reset.end();
        assert.equal(await within(socket.emitWithAck("message-with-ack", 1), "ack"), 1);
        assert.equal(conformance.alive, true);
    });

    test("HTTP/1.1 is what ALPN agrees on, and old TLS is refused", async () => {
        const options = { port: conformance.port, host: "127.0.0.1", rejectUnauthorized: false };
        const agreed = await within(
            new Promise((resolve, reject) => {
                const socket = connectTls({ ...options, ALPNProtocols: ["h2", "http/1.1"] }, () => resolve(socket.alpnProtocol) ?? socket.destroy());
                socket.on("error", reject);
            }),
            "ALPN",
        );
        assert.equal(agreed, "http/1.1");
        await assert.rejects(
            new Promise((resolve, reject) => {
                const socket = connectTls({ ...options, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }, () => resolve(socket.destroy()));
                socket.on("error", reject);
            }),
        );
    });
});

describe("insightdesk", () => {
    for (const [title, transports] of TRANSPORTS) {
        test(`a ticket arrives over ${title}`, async (t) => {
            const ann = new Person(desk.url, "ann");
            const { inbox } = await ann.connect(t, "/tickets", { transports, ...trusting() });
            const made = await createTicket("secret");
            const [created] = await inbox.next("ticket:created");
            assert.equal(created.id, made.id);
        });
    }
});

async function createTicket(subject) {
    const carl = new Person(desk.url, "carl", { role: "customer" });
    return within(
        new Promise((resolve, reject) => {
            const headers = { authorization: `Bearer ${carl.token}`, "content-type": "application/json" };
            const outgoing = request(`${desk.url}/v1/tickets`, { method: "POST", headers, agent: false, ...trusting() }, async (answer) => {
                let text = "";
                for await (const chunk of answer) text += chunk;
                if (answer.statusCode === 201) resolve(JSON.parse(text));
                else reject(new Error(text));
            });
            outgoing.on("error", reject);
            outgoing.end(JSON.stringify({ subject }));
        }),
        "POST /v1/tickets",
    );
}

/** Replaces the certificate and asks the server to read it, until new connections see it. */
async function renew(server) {
    const serial = certificate.renew();
    server.signal("SIGHUP");
    const end = Date.now() + 10_000;
    while ((await shownSerial(server.port)) !== serial) assert.ok(Date.now() < end, "the new certificate is not shown");
}

test("a certificate reload under load drops none of fifty clients, and new ones see the new certificate", { timeout: 120_000 }, async (t) => {
    const old = await shownSerial(conformance.port);
    const clients = await Promise.all(
        Array.from({ length: 50 }, (_, i) => connect(t, conformance.url, { transports: TRANSPORTS[i % 3][1], rejectUnauthorized: false })),
    );
    let loaded = true;
    let exchanged = 0;
    const lost = [];
    const work = clients.map(async ({ socket }, i) => {
        socket.on("disconnect", (reason) => loaded && lost.push(reason));
        while (loaded) {
            const sent = `${i}:${exchanged}`;
            assert.equal(await within(socket.emitWithAck("message-with-ack", sent, Buffer.from(sent)).then(String), `answer to ${i}`), sent);
            ++exchanged;
        }
    });
    const all = Promise.all(work);
    all.catch(() => {});
    for (let round = 0; round < 3; ++round) {
        const before = exchanged;
        await renew(conformance);
        // Old connections go on working after it.
        await within(
            (async () => {
                while (exchanged < before + 200) await Promise.race([all, new Promise(setImmediate)]);
            })(),
            "traffic",
            30_000,
        );
    }
    loaded = false;
    await all;
    assert.deepEqual(lost, []);
    assert.notEqual(await shownSerial(conformance.port), old);
});

test("insightdesk reloads its certificate too; a broken one is refused and the old one stays", async (t) => {
    const ann = new Person(desk.url, "ann");
    const { socket } = await ann.connect(t, "/tickets", { rejectUnauthorized: false });
    await renew(desk);
    const shown = await shownSerial(desk.port);
    writeFileSync(certificate.cert, "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
    desk.signal("SIGHUP");
    for (let i = 0; i < 20; ++i) assert.equal(await shownSerial(desk.port), shown);
    await barrier(socket)();
    await renew(desk);
    assert.equal(socket.connected, true);
});
