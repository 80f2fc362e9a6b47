// Socket.IO 5 on the wire, against the fixture of sio-conformance: the ground of the official protocol suite, and bad inputs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wire } from "./lib/raw.mjs";
import { REFERENCE, startConformance } from "./lib/server.mjs";

let server;
before(async () => (server = await startConformance("--ping-timeout", "1500")));
after(() => server?.stop());

async function open(t) {
    const wire = await Wire.open(server.url, "/socket.io/");
    t.after(() => wire.end());
    return wire;
}

/** Connected to the main namespace, with `auth` taken. */
async function joined(t) {
    const wire = await open(t);
    wire.send("40");
    assert.match(await wire.next(), /^40\{"sid":"[\w-]{20}"\}$/);
    assert.equal(await wire.next(), '42["auth",{}]');
    return wire;
}

/** Another client can connect and be answered. */
async function stillServes(t) {
    assert.equal(server.alive, true);
    const wire = await joined(t);
    wire.send('42["message",1]');
    assert.equal(await wire.next(), '42["message-back",1]');
}

const echo = (text) => `42["message",${text}]`;
const back = (text) => `42["message-back",${text}]`;

describe("connect", () => {
    test("to the main namespace, with and without auth", async (t) => {
        await joined(t);
        const wire = await open(t);
        wire.send('40{"token":"123"}');
        assert.match(await wire.next(), /^40\{"sid":/);
        assert.equal(await wire.next(), '42["auth",{"token":"123"}]');
    });

    test("to a custom namespace, with and without comma", async (t) => {
        for (const packet of ["40/custom,", "40/custom"]) {
            const wire = await open(t);
            wire.send(packet);
            assert.match(await wire.next(), /^40\/custom,\{"sid":"[\w-]{20}"\}$/);
            assert.equal(await wire.next(), '42/custom,["auth",{}]');
        }
        const wire = await open(t);
        wire.send('40/custom,{"token":"abc"}');
        await wire.next();
        assert.equal(await wire.next(), '42/custom,["auth",{"token":"abc"}]');
    });

    test("to an unknown namespace is refused, again and again", async (t) => {
        const wire = await open(t);
        for (const namespace of ["/random", "/__proto__", "/constructor", "/custom2"]) {
            wire.send(`40${namespace},`);
            assert.equal(await wire.next(), `44${namespace},{"message":"Invalid namespace"}`);
        }
    });

    test("socket ids are no session ids", async (t) => {
        const wire = await open(t);
        wire.send("40");
        assert.notEqual(JSON.parse((await wire.next()).slice(2)).sid, wire.handshake.sid);
    });

    test("a connection that joins no namespace is closed after connectTimeout", async (t) => {
        await (await open(t)).closedByServer();
    });

    test("leaving and joining again in one breath keeps the order", { skip: REFERENCE }, async (t) => {
        const wire = await joined(t);
        wire.send("41", "40", echo("1"));
        assert.match(await wire.next(), /^40\{"sid":/);
        assert.equal(await wire.next(), '42["auth",{}]');
        assert.equal(await wire.next(), back("1"));
    });
});

describe("disconnect", () => {
    test("of one namespace leaves the other", async (t) => {
        const wire = await joined(t);
        wire.send("40/custom");
        await wire.next();
        await wire.next();
        wire.send("41/custom", echo("2"));
        assert.equal(await wire.next(), back("2"));
    });

    test("of the last namespace keeps the connection", async (t) => {
        const wire = await joined(t);
        wire.send("41");
        wire.send("40/custom,");
        assert.match(await wire.next(), /^40\/custom,/);
    });
});

describe("events", () => {
    test("come back as they were sent", async (t) => {
        const wire = await joined(t);
        for (const text of ['1,"2",{"3":[true]}', "[]", "null", '"\\u0000"', '{"":{"":[]}}', "-0.5", '"日本 😀"']) {
            wire.send(echo(text));
            assert.equal(await wire.next(), back(text));
        }
        wire.send('42["message"]');
        assert.equal(await wire.next(), '42["message-back"]');
    });

    test("names of prototypes are plain data", async (t) => {
        const wire = await joined(t);
        wire.send(echo('{"__proto__":{"a":1},"constructor":2,"toString":3}'), '42["toString",1]', '42["__proto__"]', echo("7"));
        const first = JSON.parse((await wire.next()).slice(2));
        assert.equal(first[1].constructor, 2);
        assert.equal(await wire.next(), back("7"));
    });

    test("are acknowledged with text", async (t) => {
        const wire = await joined(t);
        wire.send('42456["message-with-ack",1,"2",{"3":[false]}]');
        assert.equal(await wire.next(), '43456[1,"2",{"3":[false]}]');
        wire.send('420["message-with-ack"]');
        assert.equal(await wire.next(), "430[]");
    });

    test("with binary come back, with and without ack", async (t) => {
        const wire = await joined(t);
        const [a, b] = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
        wire.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', a, b);
        assert.equal(await wire.next(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
        assert.deepEqual([await wire.next(), await wire.next()], [a, b]);
        wire.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', a, b);
        assert.equal(await wire.next(), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
        assert.deepEqual([await wire.next(), await wire.next()], [a, b]);
    });

    test("a heartbeat may stand between a packet and its attachments", async (t) => {
        const wire = await joined(t);
        wire.send('451-["message",{"_placeholder":true,"num":0}]', "3", Buffer.from([9]));
        assert.equal(await wire.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
        assert.deepEqual(await wire.next(), Buffer.from([9]));
    });

    test("an answer to an ack that nobody asked for is ignored", async (t) => {
        const wire = await joined(t);
        wire.send("43999[1]", echo("3"));
        assert.equal(await wire.next(), back("3"));
    });
});

const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);

describe("a bad packet closes its connection and nothing else", () => {
    const packets = {
        "no type": ["4"],
        "unknown type": ["4abc"],
        "type 7": ["47[]"],
        "second connect": ["40"],
        "event to a namespace not joined": ['42/custom,["message"]'],
        "disconnect of a namespace not joined": ["41/custom,"],
        "ack to a namespace not joined": ["43/custom,1[]"],
        "connect error from a client": ['44{"message":"x"}'],
        "event whose payload is an object": ['42{"a":1}'],
        "event with an empty array": ["42[]"],
        "event whose name is an object": ['42[{"toString":"foo"}]'],
        "event whose name is null": ["42[null]"],
        "reserved name connect": ['42["connect"]'],
        "reserved name disconnect": ['42["disconnect","x"]'],
        "reserved name disconnecting": ['42["disconnecting"]'],
        "reserved name newListener": ['42["newListener"]'],
        "broken JSON": ['42["message",'],
        "text after JSON": ['42["message"]x'],
        "JSON with a comma too many": ['42["message",]'],
        "connect with an array": ["41", "40[]"],
        "connect with a string": ["41", '40"x"'],
        "binary event without attachments": ['45["message"]'],
        "attachments without a number": ['45-["message"]'],
        "attachments not a number": ['45x-["message"]'],
        "too many attachments": [`4511-["message",{"_placeholder":true,"num":0}]`],
        "endless number of attachments": [`45${"9".repeat(10_000)}-["message"]`],
        "placeholder out of range": ['451-["message",{"_placeholder":true,"num":5}]', Buffer.from([1])],
        "placeholder that is no number": ['451-["message",{"_placeholder":true,"num":"splice"}]', Buffer.from([1])],
        "negative placeholder": ['451-["message",{"_placeholder":true,"num":-1}]', Buffer.from([1])],
        "binary nobody announced": [Buffer.from([1, 2])],
        "text instead of an attachment": ['451-["message",{"_placeholder":true,"num":0}]', echo("1")],
        "surplus attachment": ['451-["message",{"_placeholder":true,"num":0}]', Buffer.from([1]), Buffer.from([2])],
    };
    // What the reference server lets pass, or what ends more than the connection there.
    const stricter = {
        "deep nesting": [echo(nested(100_000))],
        "deep nesting of objects": [echo('{"a":'.repeat(50_000) + "1" + "}".repeat(50_000))],
        "deep nesting in the auth": ["41", `40{"a":${nested(100_000)}}`],
        "event without payload": ["42"],
        "ack without payload": ["431"],
        "placeholder with a fraction": ['451-["message",{"_placeholder":true,"num":0.5}]', Buffer.from([1])],
        "ack id that is no number": ['421e3["message-with-ack"]'],
    };
    const expectClosed = async (t, sent) => {
        const wire = await joined(t);
        wire.send(...sent);
        await wire.closedByServer();
        await stillServes(t);
    };
    for (const [name, sent] of Object.entries(packets)) test(name, (t) => expectClosed(t, sent));
    for (const [name, sent] of Object.entries(stricter)) test(name, { skip: REFERENCE }, (t) => expectClosed(t, sent));
});

describe("what a client sends reaches nobody unchecked", () => {
    test("numbers out of range never come back as what is no JSON", { skip: REFERENCE }, async (t) => {
        for (const number of ["1e400", "-1e400", "123456789012345678901234567890", "1e-400"]) {
            const wire = await joined(t);
            wire.send(echo(number));
            const answer = await Promise.race([wire.next(), wire.closedByServer()]);
            if (typeof answer === "string") JSON.parse(answer.slice(2));
        }
        await stillServes(t);
    });

    test("a lone surrogate is repaired, not refused and not passed on", { skip: REFERENCE }, async (t) => {
        const wire = await joined(t);
        wire.send(echo('"a\\ud800b"'), echo('"\\udc00\\ud83d\\ude00"'));
        assert.equal(JSON.parse((await wire.next()).slice(2))[1], "a\ufffdb");
        assert.equal(JSON.parse((await wire.next()).slice(2))[1], "\ufffd😀");
    });

    test("text that is no UTF-8 closes with 1007", async (t) => {
        const wire = await joined(t);
        wire.ws.send(Buffer.from([0x34, 0x32, 0x5b, 0x22, 0xff, 0x22, 0x5d]), { binary: false });
        const { code } = await wire.closedByServer();
        assert.equal(code, 1007);
        await stillServes(t);
    });

    test("an ack id comes back digit by digit or not at all", { skip: REFERENCE }, async (t) => {
        for (const id of ["9007199254740993", "18446744073709551616", "000", "1".repeat(300)]) {
            const wire = await joined(t);
            wire.send(`42${id}["message-with-ack",1]`);
            const answer = await Promise.race([wire.next(), wire.closedByServer()]);
            if (typeof answer === "string") assert.equal(answer, `43${id}[1]`);
        }
        await stillServes(t);
    });
});
