// protocol.md section 4, HTTP and long-polling: each input ends in an error or a close, the server and others go on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guardedServer } from "./lib/bystander.mjs";
import { Tcp } from "./lib/bytes.mjs";
import { Polling, http } from "./lib/raw.mjs";

const HEADER_TIMEOUT_MS = 1500;
const guarded = guardedServer("--header-timeout", String(HEADER_TIMEOUT_MS));
const url = () => guarded.server.url;
const port = () => guarded.server.port;
const isGone = (session) => session.isGone();

describe("sessions", () => {
    test("CVE-2017-16031: session ids have no pattern to guess from", async () => {
        const sids = await Promise.all(Array.from({ length: 40 }, async () => (await Polling.open(url())).sid));
        assert.equal(new Set(sids.map((sid) => sid.slice(0, 12))).size, sids.length);
        // Each of the first twelve random bytes (16 characters) takes many values over forty ids.
        for (let at = 0; at < 16; ++at) assert.ok(new Set(sids.map((sid) => sid[at])).size > 10, `character ${at} of ${sids[0]}`);
    });

    test("a guessed or altered sid finds nothing", async () => {
        const { sid } = await Polling.open(url());
        const altered = (sid[0] === "A" ? "B" : "A") + sid.slice(1);
        for (const guess of [altered, sid.slice(0, 19), `${sid}A`, sid.toLowerCase() + "!", "__proto__", "constructor", "A".repeat(20), "%00", "A".repeat(5000)]) {
            const answer = await http(`${url()}/engine.io/?EIO=4&transport=polling&sid=${guess}`);
            assert.equal(answer.status, 400, guess);
        }
    });

    for (const parameters of ["transport=polling&transport=constructor", "transport[]=polling", "transport=polling&EIO[]=4", "transport=%ff&EIO=4", "transport=polling&EIO=4%00", "%=&&&=&transport=polling"]) {
        test(`CVE-2023-31125: ${parameters}`, async () => assert.equal((await http(`${url()}/engine.io/?${parameters}`)).status, 400));
    }

    test("of a repeated parameter the last one counts", async () => {
        assert.equal((await http(`${url()}/engine.io/?EIO=3&transport=abc&EIO=4&transport=polling`)).status, 200);
        assert.equal((await http(`${url()}/engine.io/?EIO=4&transport=polling&transport=abc`)).status, 400);
        const [one, two] = [await Polling.open(url()), await Polling.open(url())];
        await one.post("4one");
        const answer = await http(`${url()}/engine.io/?EIO=4&transport=polling&sid=${two.sid}&sid=${one.sid}`);
        assert.equal(answer.text, "4one");
    });
});

describe("polling bodies", () => {
    test("engine.io 6.6.7: an octet-stream POST is answered, and ends the session", async () => {
        for (const type of ["application/octet-stream", "Application/Octet-Stream"]) {
            const session = await Polling.open(url());
            assert.equal((await session.post(Buffer.from([4, 1, 255]), { headers: { "content-type": type } })).status, 400);
            await isGone(session);
        }
    });

    test("CVE-2020-36048: a long body of tiny packets of the old format is refused at the first", async () => {
        const session = await Polling.open(url());
        const began = performance.now();
        await session.post("2:4¼".repeat(150_000));
        await isGone(session);
        assert.ok(performance.now() - began < 5000);
    });

    test("CVE-2020-36048: a long body of tiny packets of the new format costs no more than its bytes", async () => {
        const session = await Polling.open(url());
        assert.equal((await session.post(Array.from({ length: 300_000 }, () => "4a").join("\x1e"))).status, 200);
        assert.equal((await session.packets(300_000)).length, 300_000);
    });

    for (const [name, body] of Object.entries({
        "no UTF-8": Buffer.from([0x34, 0xff]),
        "a surrogate in UTF-8": Buffer.from([0x34, 0xed, 0xa0, 0x80]),
        "an overlong form": Buffer.from([0x34, 0xc0, 0xaf]),
        "a character cut off": Buffer.from([0x34, 0xe2, 0x82]),
        "bad base64": "b****",
        "half a base64 group": "bA",
        "only separators": "\x1e".repeat(100_000),
        "an empty body": "",
    })) {
        test(`${name}: the session ends`, async () => {
            const session = await Polling.open(url());
            await session.post(body);
            await isGone(session);
        });
    }

    test("invalid UTF-8 in an event's name is never passed on", async () => {
        const session = await Polling.open(url(), "/socket.io/");
        await session.post("40");
        await session.packets(2);
        await session.post(Buffer.concat([Buffer.from('42["message","'), Buffer.from([0xff, 0xc0]), Buffer.from('"]')]));
        await isGone(session);
    });

    test("NUL and U+2028 are plain data, and JSONP escapes them", async () => {
        const session = await Polling.open(url());
        await session.post("4\u0000\u2028</script>");
        const answer = await http(`${session.url}&j=0`);
        assert.match(answer.text, /^___eio\[0\]\("[^"]*"\);$/);
        assert.doesNotMatch(answer.text, /[\u0000\u2028]/);
    });

    test("the callback of JSONP is digits and no more", async () => {
        const answer = await http(`${url()}/engine.io/?EIO=4&transport=polling&j=${encodeURIComponent("0];alert(1);//")}`);
        assert.match(answer.text, /^___eio\[\d*\]\("/);
        assert.doesNotMatch(answer.text, /alert/);
    });

    test("a chunked body above the limit is cut when the count is exceeded", async () => {
        const session = await Polling.open(url());
        const { pathname, search } = new URL(session.url);
        const tcp = new Tcp(port());
        tcp.send(`POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
        for (let i = 0; i < 300 && !tcp.ended; ++i) {
            const flowing = tcp.socket.write(`1000\r\n${"4".repeat(0x1000)}\r\n`);
            if (!flowing) await Promise.race([new Promise((drained) => tcp.socket.once("drain", drained)), tcp.closed]);
        }
        assert.match(await tcp.end(), /^(HTTP\/1\.1 413 |$)/);
        assert.equal((await session.post("4x")).status, 200);
    });

    for (const size of ["7fffffffffffffff", "8000000000000000", "ffffffffffffffff", "10000000000000000", "-1", "0x10", ""]) {
        test(`a chunk of size ${JSON.stringify(size)}`, async () => {
            const session = await Polling.open(url());
            const { pathname, search } = new URL(session.url);
            const tcp = new Tcp(port());
            tcp.send(`POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n4ab\r\n${size}\r\nxx\r\n\r\n`);
            assert.match(await tcp.end(), /^HTTP\/1\.1 4\d\d /);
        });
    }

    test("a client that goes in the middle of a POST", async () => {
        const session = await Polling.open(url());
        const { pathname, search } = new URL(session.url);
        const tcp = new Tcp(port());
        await new Promise((resolve) => tcp.socket.once("connect", resolve));
        tcp.socket.write(`POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n4half`, () => tcp.reset());
        await tcp.end();
    });
});

describe("CVE-2020-28481: origins", () => {
    test("an Origin with a control byte is refused", async () => {
        const tcp = new Tcp(port());
        tcp.send("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nOrigin: http://a\x01b\r\nConnection: close\r\n\r\n");
        assert.match(await tcp.end(), /^HTTP\/1\.1 400 /);
    });
    // That no origin is allowed unless configured is desk-connect.test.mjs.
});

describe("headers", () => {
    test(`headers that trickle in are cut after the time allowed, not after the last byte`, async () => {
        const tcp = new Tcp(port());
        const began = performance.now();
        tcp.send("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX: ");
        const trickle = setInterval(() => tcp.socket.write("a"), 100);
        const answer = await tcp.end(HEADER_TIMEOUT_MS * 6).finally(() => clearInterval(trickle));
        assert.match(answer, /^(HTTP\/1\.1 408 |$)/);
        assert.ok(performance.now() - began >= HEADER_TIMEOUT_MS * 0.9);
    });

    const get = "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n";
    for (const [name, bytes] of Object.entries({
        "a header without a colon": `${get}abc\r\n\r\n`,
        "a header without a name": `${get}: a\r\n\r\n`,
        "bytes of a TLS hello": Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 13, 10, 13, 10]),
        "HTTP/2's preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "another version": "GET / HTTP/3.7\r\nHost: x\r\n\r\n",
        "a method of a thousand letters": `${"A".repeat(1000)} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        "CR alone as line end": `${get}A: b\rC: d\r\n\r\n`,
        "a length with a sign": "POST /engine.io/ HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
        "a length of 2^63": "POST /engine.io/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808\r\n\r\n",
        "a thousand headers": `${get}${"A: b\r\n".repeat(1000)}\r\n`,
        "chunked twice": "POST /engine.io/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "no Host": "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n\r\n",
    })) {
        test(`${name}: an error and the end`, async () => {
            const tcp = new Tcp(port());
            tcp.send(bytes);
            assert.match(await tcp.end(), /^(HTTP\/1\.1 [45]\d\d |$)/);
        });
    }

    test("a request smuggled behind a body is read as what it is", async () => {
        const session = await Polling.open(url());
        const { pathname, search } = new URL(session.url);
        const inner = `GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`;
        const tcp = new Tcp(port());
        tcp.send(`POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length + 1}\r\nConnection: close\r\n\r\n4${inner}`);
        const answer = await tcp.end();
        assert.equal(answer.match(/HTTP\/1\.1 200/g).length, 1);
        assert.deepEqual(await session.packets(1), [`4${inner}`]);
    });

    test("paths that climb or lie find nothing", async () => {
        for (const target of ["/socket.io/../../etc/passwd", "/socket.io/%2e%2e/%2e%2e/etc/passwd", "/socket.io/socket.io.js/../../x", "/%00", "//engine.io/?EIO=4&transport=polling"]) {
            const tcp = new Tcp(port());
            tcp.send(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
            assert.match(await tcp.end(), /^HTTP\/1\.1 40[04] /, target);
        }
    });
});

test("a slow reader is cut and costs the server no more than its cap", async () => {
    const session = await Polling.open(url());
    let last = 200;
    for (let i = 0; i < 60 && last === 200; ++i) ({ status: last } = await session.post("4" + "x".repeat(200_000)));
    assert.equal(last, 400);
    await isGone(session);
});
