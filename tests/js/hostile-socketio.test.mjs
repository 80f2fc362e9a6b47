// protocol.md section 4, Socket.IO packets: each input ends in an error or a close, or comes back as plain data; the server and others go on.
// More of them, over the websocket alone, are in socketio-protocol.test.mjs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guardedServer } from "./lib/bystander.mjs";
import { within } from "./lib/inbox.mjs";
import { Polling, Wire } from "./lib/raw.mjs";

const guarded = guardedServer();
const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

async function joined(t) {
    const wire = await Wire.open(guarded.server.url, "/socket.io/");
    t.after(() => wire.end());
    wire.send("40");
    assert.match(await wire.next(), /^40\{"sid":/);
    assert.equal(await wire.next(), '42["auth",{}]');
    return wire;
}

const INPUTS = {
    "CVE-2020-36049: a megabyte of digits for an ack id": ["42" + "1".repeat(900_000)],
    "CVE-2020-36049: a megabyte of digits and then an event": [`42${"1".repeat(900_000)}["message"]`],
    "CVE-2020-36049: a megabyte of digits for attachments": ["45" + "1".repeat(900_000) + '-["message"]'],
    "CVE-2020-36049: digits with no end of attachments": ["451" + "0".repeat(400_000)],
    "CVE-2022-2421: placeholder num is a method's name": [`451-["message",${placeholder('"splice"')}]`, Buffer.from([1])],
    "CVE-2022-2421: placeholder num is __proto__": [`451-["message",${placeholder('"__proto__"')}]`, Buffer.from([1])],
    "CVE-2022-2421: placeholder num is an object": [`451-["message",${placeholder("{}")}]`, Buffer.from([1])],
    "CVE-2022-2421: placeholder num is missing": ['451-["message",{"_placeholder":true}]', Buffer.from([1])],
    "CVE-2022-2421: placeholder num is 1e400": [`451-["message",${placeholder("1e400")}]`, Buffer.from([1])],
    "CVE-2022-2421: placeholder num is -0.5": [`451-["message",${placeholder("-0.5")}]`, Buffer.from([1])],
    "CVE-2022-2421: placeholder num is 2^64": [`451-["message",${placeholder("18446744073709551616")}]`, Buffer.from([1])],
    "CVE-2023-32695: the event's name is an object": ['42[{"toString":"foo"}]'],
    "CVE-2023-32695: the event's name is an array": ['42[["message"]]'],
    "CVE-2023-32695: the event's name is true": ["42[true]"],
    "CVE-2023-32695: a binary event's name is an object": [`451-[{"toString":1},${placeholder(0)}]`, Buffer.from([1])],
    "CVE-2023-32695: a binary event's name is a placeholder": [`451-[${placeholder(0)}]`, Buffer.from("message")],
    "CVE-2026-33151: eleven attachments": [`4511-["message",${placeholder(0)}]`],
    "CVE-2026-33151: 2^31 attachments": ['452147483648-["message"]'],
    "CVE-2026-33151: 2^64 + 1 attachments": [`4518446744073709551617-["message",${placeholder(0)}]`],
    "no attachments announced": [`450-["message",${placeholder(0)}]`],
    "attachments for a plain event": ['421-["message"]'],
    "deep nesting in an event": [`42["message",${nested(400_000)}]`],
    "deep nesting of objects": [`42["message",${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}]`],
    "deep nesting that never ends": [`42["message",${"[".repeat(900_000)}`],
    "nesting one deeper than anybody needs": [`42["message",${nested(1000)}]`],
    "deep nesting in an ack": [`431${nested(100_000)}`],
    "deep nesting in the auth": ["41", `40{"a":${nested(100_000)}}`],
    "deep nesting beside an attachment": [`451-["message",${placeholder(0)},${nested(100_000)}]`, Buffer.from([1])],
    "a namespace as long as a packet may be": [`40/${"a".repeat(900_000)},`],
    "an auth that is a number": ["41", "407"],
    "an auth that is __proto__'s name": ["41", '40"__proto__"'],
    "a packet of type 9": ["49[]"],
    "an ack with an object": ["431{}"],
    "an ack with a negative id": ["43-1[]"],
    "a reserved name from a client: connect_error": ['42["connect_error"]'],
    "a reserved name from a client: removeListener": ['42["removeListener"]'],
    "a number that no JSON has": ['42["message",0x10]'],
    "NaN": ['42["message",NaN]'],
    "Infinity": ['42["message",-Infinity]'],
    "a raw control byte in a string": ['42["message","\x01"]'],
    "a raw NUL after the packet": ['42["message"]\x00'],
    "a byte order mark before the payload": ['42\ufeff["message"]'],
};

describe("over websocket, a close", () => {
    for (const [name, sent] of Object.entries(INPUTS)) {
        test(name, async (t) => {
            const wire = await joined(t);
            wire.send(...sent);
            await wire.closedByServer();
        });
    }
});

describe("over polling, the end of the session", () => {
    for (const [name, sent] of Object.entries(INPUTS)) {
        test(name, async () => {
            const session = await Polling.open(guarded.server.url, "/socket.io/");
            await session.post("40");
            await session.packets(2);
            const body = sent.map((packet) => (typeof packet === "string" ? packet : `b${packet.toString("base64")}`)).join("\x1e");
            assert.ok([200, 400].includes((await session.post(body)).status));
            const answer = await session.get().catch(() => ["gone"]);
            assert.ok(["1", "gone"].includes(answer.at(-1)), JSON.stringify(answer).slice(0, 200));
        });
    }
});

describe("plain data comes back as it went", () => {
    const echoes = async (t, sent, back) => {
        const wire = await joined(t);
        wire.send(`42["message",${sent}]`);
        assert.equal(await wire.next(), `42["message-back",${back ?? sent}]`);
    };
    test("keys named after prototypes, at any depth", (t) =>
        echoes(t, '{"__proto__":{"polluted":1},"constructor":{"prototype":{"a":[{"__proto__":null}]}},"hasOwnProperty":1}'));
    test("NUL, U+2028 and U+2029", (t) => echoes(t, '"\\u0000\u2028\u2029"'));
    test("two keys of one name", (t) => echoes(t, '{"a":1,"a":2}'));
    test("a placeholder in a packet without attachments", (t) => echoes(t, '{"_placeholder":false,"num":0}'));
    test("nesting that people use", (t) => echoes(t, nested(50)));

    test("CVE-2024-38355: the event `error`, which nobody listens for", async (t) => {
        const wire = await joined(t);
        wire.send('42["error","x"]', '420["error"]', '42["uncaughtException"]', '42["__proto__",1]', '42["constructor"]', '42["message",1]');
        assert.equal(await wire.next(), '42["message-back",1]');
    });

    test("numbers too large never come back as what is no JSON", async (t) => {
        for (const number of ["1e400", "-1e400", `1${"0".repeat(400)}`, "1e-400", "0.1e999999999999", "9".repeat(10_000)]) {
            const wire = await joined(t);
            wire.send(`42["message",${number}]`);
            const answer = await Promise.race([wire.next(), wire.closedByServer()]);
            if (typeof answer === "string") assert.ok(JSON.parse(answer.slice(2)));
        }
    });

    test("lone surrogates are repaired in values, names and keys, with and without an ack", async (t) => {
        const wire = await joined(t);
        wire.send('420["message-with-ack","\\ud800",{"\\udfff":"\\ud83d"}]', '42["\\ud800",1]', '42["message","\\ud83d\\ude00"]');
        assert.deepEqual(JSON.parse((await wire.next()).slice(3)), ["\ufffd", { "\ufffd": "\ufffd" }]);
        assert.equal(JSON.parse((await wire.next()).slice(2))[1], "😀");
    });

    test("lone surrogates beside an attachment", async (t) => {
        const wire = await joined(t);
        wire.send(`451-["message","\\ud800",${placeholder(0)}]`, Buffer.from([255]));
        assert.equal(await wire.next(), `451-["message-back","\ufffd",${placeholder(0)}]`);
        assert.deepEqual(await wire.next(), Buffer.from([255]));
    });
});

describe("state", () => {
    test("invalid UTF-8 in a binary event's name closes with 1007", async (t) => {
        const wire = await joined(t);
        wire.ws.send(Buffer.concat([Buffer.from('451-["'), Buffer.from([0xff, 0xfe]), Buffer.from(`",${placeholder(0)}]`)]), { binary: false });
        assert.equal((await wire.closedByServer()).code, 1007);
    });

    test("an announced attachment that never comes holds up nobody else", async (t) => {
        const wire = await joined(t);
        wire.send(`4510-["message",${placeholder(0)}]`);
        const other = await joined(t);
        other.send('42["message",1]');
        assert.equal(await other.next(), '42["message-back",1]');
    });

    test("attachments whose bytes are text of a packet stay bytes", async (t) => {
        const wire = await joined(t);
        wire.send(`451-["message",${placeholder(0)}]`, Buffer.from('42["message",1]'));
        assert.equal(await wire.next(), `451-["message-back",${placeholder(0)}]`);
        assert.deepEqual(await wire.next(), Buffer.from('42["message",1]'));
    });

    test("sixty-five namespaces and a thousand refused ones cost one connection", async (t) => {
        const wire = await joined(t);
        for (let i = 0; i < 1000; ++i) wire.send(`40/n${i},`);
        for (let i = 0; i < 1000; ++i) assert.match(await wire.next(), /^44\/n/);
    });

    test("messages without end to a client that reads none: the client is cut", async (t) => {
        const wire = await joined(t);
        wire.ws.pause();
        const text = `42["message","${"x".repeat(100_000)}"]`;
        const began = Date.now();
        while (wire.ws.readyState === 1 && Date.now() - began < 20_000) {
            wire.ws.send(text);
            await new Promise(setImmediate);
            if (wire.ws.bufferedAmount > 30_000_000) break;
        }
        wire.ws.resume();
        await within(wire.closed, "cut");
    });
});
