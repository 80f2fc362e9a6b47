// protocol.md section 4, websocket frames and hand-shakes: each input ends in an error or a close, the server and others go on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guardedServer } from "./lib/bystander.mjs";
import { Tcp, closeCode, frame, openRaw, upgradeRequest } from "./lib/bytes.mjs";
import { Polling, Wire } from "./lib/raw.mjs";

const guarded = guardedServer();
const port = () => guarded.server.port;
const ENGINE = "/engine.io/?EIO=4&transport=websocket";
const SOCKET = "/socket.io/?EIO=4&transport=websocket";

/** Sends frames on a websocket that is open and expects the close `code`. */
async function expectClose(code, ...frames) {
    const tcp = await openRaw(port(), ENGINE);
    await tcp.until(/0\{"sid"/);
    tcp.send(...frames);
    assert.equal(closeCode(await tcp.end()), code);
}

describe("frames", () => {
    test("CVE-2022-21676: RSV2, RSV3 or an unknown opcode right behind the upgrade, in one segment with it", async () => {
        for (const bad of [frame("x", { rsv: 2 }), frame("x", { rsv: 1 }), frame("x", { rsv: 7 }), frame("x", { opcode: 3 })]) {
            for (const target of [ENGINE, SOCKET, "/ws-echo"]) {
                const tcp = new Tcp(port());
                tcp.send(Buffer.concat([Buffer.from(upgradeRequest(target)), bad]));
                const answer = await tcp.end();
                assert.match(answer, /^HTTP\/1\.1 101 /);
                assert.equal(closeCode(answer), 1002, target);
            }
        }
    });

    test("good frames right behind the upgrade are not lost", async () => {
        const tcp = new Tcp(port());
        tcp.send(Buffer.concat([Buffer.from(upgradeRequest(ENGINE)), frame("4early"), frame("4bird")]));
        await tcp.until(/4early[^]*4bird/);
        tcp.socket.destroy();
    });

    test("RSV1 without deflate", () => expectClose(1002, frame("4x", { rsv: 4 })));
    test("an unmasked frame", () => expectClose(1002, frame("4x", { mask: null })));
    test("a fragmented ping", () => expectClose(1002, frame("x", { opcode: 9, fin: false })));
    test("a ping of 126 bytes", () => expectClose(1002, frame("x".repeat(126), { opcode: 9 })));
    test("a continuation of nothing", () => expectClose(1002, frame("x", { opcode: 0 })));
    test("a new message inside another", () => expectClose(1002, frame("4a", { fin: false }), frame("4b")));
    test("a close code nobody may send", () => expectClose(1002, frame(Buffer.from([0x03, 0xed]), { opcode: 8 })));
    test("a close payload of one byte", () => expectClose(1002, frame("x", { opcode: 8 })));
    test("a close reason that is no UTF-8", () => expectClose(1007, frame(Buffer.from([3, 232, 0xff]), { opcode: 8 })));

    test("CVE-2016-10542: a length above the limit closes from the header", () => expectClose(1009, frame("4", { length: 1_000_002 })));
    test("a length of 2^63 - 1", () => expectClose(1009, frame("", { length: (1n << 63n) - 1n })));
    test("a length with the highest bit set", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.send(frame("", { length: (1n << 64n) - 1n }));
        assert.ok([1002, 1009].includes(closeCode(await tcp.end())));
    });
    test("the sum of fragments overflows at 2^63", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.send(frame("4a", { fin: false }), frame("", { opcode: 0, length: (1n << 63n) - 1n }));
        assert.equal(closeCode(await tcp.end()), 1009);
    });
    test("the sum of fragments above the limit", () =>
        expectClose(1009, frame("4" + "a".repeat(600_000), { fin: false }), frame("a".repeat(600_000), { opcode: 0 })));

    test("CVE-2026-48779: endless tiny fragments end long before the limit of bytes", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.send(frame("4", { fin: false }));
        const tiny = frame("a", { fin: false, opcode: 0 });
        const thousand = Buffer.concat(Array.from({ length: 1000 }, () => tiny));
        for (let i = 0; i < 400 && !tcp.ended; ++i) {
            if (!tcp.socket.write(thousand)) await Promise.race([new Promise((drained) => tcp.socket.once("drain", drained)), tcp.closed]);
        }
        // A peer that writes on may meet a reset before it reads the close frame.
        assert.ok([1008, 1009, null].includes(closeCode(await tcp.end())));
    });

    test("endless empty fragments", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.send(frame("4", { fin: false }));
        const thousand = Buffer.concat(Array.from({ length: 1000 }, () => frame("", { fin: false, opcode: 0 })));
        for (let i = 0; i < 400 && !tcp.ended; ++i) {
            if (!tcp.socket.write(thousand)) await Promise.race([new Promise((drained) => tcp.socket.once("drain", drained)), tcp.closed]);
        }
        assert.ok([1008, 1009, null].includes(closeCode(await tcp.end())));
    });

    test("a flood of pings by one who reads nothing costs bounded memory", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.socket.pause();
        const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame("p".repeat(125), { opcode: 9 })));
        for (let i = 0; i < 100; ++i) tcp.socket.write(pings);
        tcp.socket.destroy();
    });

    test("CVE-2026-45736: the close that answers carries the code alone, and nothing of the server's memory", async () => {
        const tcp = await openRaw(port(), "/ws-echo");
        tcp.send(frame(Buffer.from([0x03, 0xe8, ...Buffer.from("bye")]), { opcode: 8 }));
        const text = await tcp.end();
        const answer = Buffer.from(text.slice(text.indexOf("\r\n\r\n") + 4), "latin1");
        assert.deepEqual([...answer.subarray(0, 1), ...answer.subarray(2, 4)], [0x88, 3, 232]);
        assert.ok(answer.length === 4 || answer.subarray(4).toString() === "bye");
    });

    test("CVE-2016-10518: a pong repeats the ping byte by byte and nothing more", async () => {
        const tcp = await openRaw(port(), ENGINE);
        await tcp.until(/0\{"sid"/);
        tcp.send(frame("0000000000", { opcode: 9 }), frame("", { opcode: 9 }));
        await tcp.until(/\x8a\x0a0000000000\x8a\x00$/);
        tcp.socket.destroy();
    });

    test("text that is no UTF-8 in one frame, cut in a character, or in fragments", async () => {
        await expectClose(1007, frame(Buffer.from([0x34, 0xff])));
        await expectClose(1007, frame(Buffer.from([0x34, 0xe2, 0x82])));
        await expectClose(1007, frame(Buffer.from([0x34, 0xe2]), { fin: false }), frame(Buffer.from([0x28]), { opcode: 0 }));
        await expectClose(1007, frame(Buffer.from([0x34, 0xed, 0xa0, 0x80])));
    });
});

describe("hand-shakes", () => {
    const answerTo = async (bytes) => {
        const tcp = new Tcp(port());
        tcp.send(bytes);
        return tcp.until(/^HTTP\/1\.1 (\d+) [^]*\r\n\r\n/).then(([, status]) => {
            tcp.socket.destroy();
            return Number(status);
        });
    };

    for (const name of ["constructor", "__proto__", "toString, hasOwnProperty", "constructor; prototype=1", ";;;", "permessage-deflate; constructor"]) {
        test(`GHSA-5v72-xg48-5rpm: Sec-WebSocket-Extensions: ${name}`, async () => {
            for (const target of [ENGINE, SOCKET, "/ws-echo"]) {
                assert.ok([101, 400].includes(await answerTo(upgradeRequest(target, { "Sec-WebSocket-Extensions": name }))), target);
            }
        });
    }

    test("CVE-2021-32640: long blanks in Sec-WebSocket-Protocol are read in no time", async () => {
        for (const blanks of [" ".repeat(15_000), "\t ".repeat(7_000), `a${" ".repeat(15_000)}b`, `${",".repeat(15_000)}`]) {
            const status = await answerTo(upgradeRequest(ENGINE, { "Sec-WebSocket-Protocol": blanks }));
            assert.ok([101, 400, 431].includes(status), String(status));
        }
    });

    test("CVE-2024-37890: more headers on an upgrade than the limit", async () => {
        for (const count of [100, 101, 1000, 2000]) {
            const many = Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, "1"]));
            const tcp = new Tcp(port());
            tcp.send(upgradeRequest(ENGINE, { Upgrade: null, ...many, Upgrade2: "x" }).replace("Upgrade2: x", "Upgrade: websocket"));
            assert.match(await tcp.end(), /^HTTP\/1\.1 4(00|31) /);
        }
    });

    test("an upgrade with no Upgrade header, no key, a wrong key, another version, another method", async () => {
        assert.equal(await answerTo(upgradeRequest(ENGINE, { Upgrade: null })), 400);
        assert.equal(await answerTo(upgradeRequest(ENGINE, { "Sec-WebSocket-Key": null })), 400);
        assert.equal(await answerTo(upgradeRequest(ENGINE, { "Sec-WebSocket-Key": "x".repeat(1000) })), 400);
        assert.ok([400, 426].includes(await answerTo(upgradeRequest(ENGINE, { "Sec-WebSocket-Version": "12" }))));
        assert.ok([400, 404, 405].includes(await answerTo(upgradeRequest(ENGINE).replace("GET", "POST"))));
    });

    for (const transport of ["constructor", "__proto__", "toString", "hasOwnProperty", "websocket%00", "", "%", "polling"]) {
        test(`CVE-2023-31125: an upgrade with transport=${transport}`, async () => {
            for (const query of [`EIO=4&transport=${transport}`, `transport=${transport}&EIO=4&sid=x`]) {
                assert.equal(await answerTo(upgradeRequest(`/engine.io/?${query}`)), 400);
                assert.equal(await answerTo(upgradeRequest(`/socket.io/?${query}`)), 400);
            }
        });
    }

    test("CVE-2023-31125: an upgrade without a query, with an empty one, on no path of ours", async () => {
        for (const target of ["/engine.io/", "/engine.io/?", "/engine.io/?transport", "/", "/nowhere?transport=websocket", "/constructor"]) {
            assert.ok([400, 404].includes(await answerTo(upgradeRequest(target))), target);
        }
    });

    test("CVE-2022-41940: a reset while an upgrade is being refused", async () => {
        for (let i = 0; i < 50; ++i) {
            const tcp = new Tcp(port());
            await new Promise((resolve) => tcp.socket.once("connect", resolve));
            tcp.socket.write(upgradeRequest("/engine.io/?EIO=4&transport=constructor"), () => tcp.reset());
            await tcp.end();
        }
    });

    test("a reset right behind an upgrade that is accepted, and in the middle of a frame", async () => {
        for (let i = 0; i < 50; ++i) {
            const tcp = new Tcp(port());
            await new Promise((resolve) => tcp.socket.once("connect", resolve));
            tcp.socket.write(Buffer.concat([Buffer.from(upgradeRequest(SOCKET)), frame("40"), frame("42[", { length: 500 })]), () => tcp.reset());
            await tcp.end();
        }
    });

    test("EIO=3 on an upgrade is refused by plain HTTP and nothing else", async () => {
        const tcp = new Tcp(port());
        tcp.send(upgradeRequest("/engine.io/?EIO=3&transport=websocket"));
        const answer = await tcp.end();
        assert.match(answer, /^HTTP\/1\.1 400 /);
        assert.equal(answer.match(/HTTP\/1\.1/g).length, 1);
    });

    test("a stranger's websocket with the sid of one that was born on a websocket", async (t) => {
        const wire = await Wire.open(guarded.server.url);
        t.after(() => wire.end());
        const tcp = new Tcp(port());
        tcp.send(upgradeRequest(`${ENGINE}&sid=${wire.handshake.sid}`), frame("2probe"), frame("5"), frame("4stolen"));
        await tcp.until(/\x88\x00$/);
        assert.doesNotMatch(tcp.text, /3probe|4stolen/);
        tcp.socket.destroy();
        wire.send("4mine");
        assert.equal(await wire.next(), "4mine");
    });

    test("a websocket that upgrades a session and then breaks the rules leaves the session on polling", async () => {
        const session = await Polling.open(guarded.server.url);
        const tcp = new Tcp(port());
        tcp.send(Buffer.concat([Buffer.from(upgradeRequest(`${ENGINE}&sid=${session.sid}`)), frame("2probe"), frame("x", { rsv: 2 })]));
        assert.equal(closeCode(await tcp.end()), 1002);
        await session.post("4still");
        assert.deepEqual(await session.packets(1), ["4still"]);
    });
});
