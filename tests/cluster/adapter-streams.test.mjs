// The streams adapter: our servers alone, and with Node's on one Valkey; clients that come back on another server; the stock emitter.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connected } from "../js/lib/clients.mjs";
import { adapterSuite } from "../js/lib/cluster/adapter_suite.mjs";
import { emitterReachesAll } from "../js/lib/cluster/emitter.mjs";
import { cluster } from "../js/lib/cluster/members.mjs";
import { Valkey } from "../js/lib/cluster/valkey.mjs";

let valkey;
before(async () => (valkey = await Valkey.start()));
after(() => valkey.stop());

const options = { adapter: "streams", "requests-timeout": 1000 };
const recovery = { ...options, recovery: 60_000 };
adapterSuite("streams: C++ only", () => valkey, ["cpp", "cpp", "cpp"], options);
adapterSuite("streams: C++ acts, with Node", () => valkey, ["cpp", "node", "cpp"], options);
adapterSuite("streams: Node acts, with C++", () => valkey, ["node", "cpp", "node"], options);
adapterSuite("streams with recovery: C++ only", () => valkey, ["cpp", "cpp", "cpp"], recovery);
adapterSuite("streams with recovery: C++ acts, with Node", () => valkey, ["cpp", "node", "cpp"], recovery);

const settled = (socket, event) => new Promise((resolve) => socket.emit(event, (...outcome) => resolve(outcome)));

/** Cuts the client's transport and comes back on `member`. */
async function comeBack({ socket }, member) {
    const lost = new Promise((resolve) => socket.once("disconnect", resolve));
    const key = `sio:session:${socket._pid}`;
    socket.io.engine.transport.ws.terminate();
    await lost;
    while ((await valkey.command(["EXISTS", key]))[0] === 0);
    socket.io.uri = member.server.url;
    return async () => {
        socket.connect();
        await connected(socket);
    };
}

describe("recovery on another server", () => {
    for (const [from, to, third] of [["cpp", "cpp", "cpp"], ["cpp", "node", "cpp"], ["node", "cpp", "node"], ["cpp", "cpp", "node"]]) {
        test(`from ${from} to ${to}: id, rooms, data and what was missed, in order, once`, async (t) => {
            const { members, clients } = await cluster(t, valkey, [from, to, third], recovery);
            const client = clients[0];
            const { id } = client.socket;
            await new Promise((resolve) => client.socket.emit("join", "room", resolve));
            await members[2].do("emit", { args: ["before"] });
            await client.inbox.next("before");
            const back = await comeBack(client, members[1]);
            // One after the other: each server has a connection of its own to Valkey.
            const away = clients[2];
            const emit = async (i, about) => {
                await members[i].do("emit", about);
                await members[i].do("emit", { rooms: [away.socket.id], args: ["settled"] });
                await away.inbox.next("settled");
            };
            await emit(1, { args: ["missed", 1] });
            await emit(2, { rooms: ["room"], args: ["missed", 2, Buffer.from([7])] });
            await emit(0, { rooms: ["elsewhere"], args: ["missed", "not this"] });
            await emit(0, { except: ["room"], args: ["missed", "nor this"] });
            await emit(2, { rooms: [id], args: ["missed", 3] });
            await back();
            assert.equal(client.socket.id, id);
            assert.equal(client.socket.recovered, true);
            await members[0].do("emit", { args: ["live"] });
            const got = (await client.inbox.until("live")).map((args) => args.slice(0, -1));
            assert.deepEqual(got, [["missed", 1], ["missed", 2, Buffer.from([7])], ["missed", 3], ["live"]]);
            const [recovered, rooms, name] = await settled(client.socket, "me");
            assert.equal(recovered, true);
            assert.deepEqual(rooms.sort(), [id, "room"].sort());
            assert.equal(name, "client 0");
        });
    }
});

describe("streams: the stock emitter", () => {
    test("reaches clients of our servers when these listen to it", async (t) => {
        const { members, clients } = await cluster(t, valkey, ["cpp", "cpp", "cpp"], { ...options, emitters: "yes" });
        await emitterReachesAll(t, valkey, members, clients);
    });
});
