// The stock emitter: a program without sockets that speaks to those of all servers.
import assert from "node:assert/strict";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";
import { until } from "./members.mjs";

/** An emitter, whose connection ends with the test. */
export async function emitterAt(t, valkey) {
    const redis = createClient({ url: valkey.url });
    await redis.connect();
    t.after(() => redis.disconnect());
    return new Emitter(redis);
}

/** Every method of the emitter, to the clients of all three members. */
export async function emitterReachesAll(t, valkey, members, clients) {
    const emitter = await emitterAt(t, valkey);
    const fence = async () => {
        emitter.emit("end");
        return Promise.all(clients.map(async ({ inbox }) => (await inbox.until("end")).slice(0, -1)));
    };
    const bytes = Buffer.from([1, 255]);
    emitter.emit("all", 1, { b: bytes });
    assert.deepEqual(await fence(), clients.map(() => [["all", 1, { b: bytes }]]));
    emitter.in(clients[0].socket.id).socketsJoin("room");
    emitter.to(clients[1].socket.id).socketsJoin(["room", "other"]);
    await until(async () => (await members[2].fetch({ rooms: ["room"] })).length === 2, "joins");
    emitter.to("room").emit("room");
    emitter.to("room").except("other").emit("except");
    assert.deepEqual(await fence(), [[["room"], ["except"]], [["room"]], []]);
    emitter.to(["room", "none"]).volatile.compress(false).emit("flags");
    assert.deepEqual(await fence(), [[["flags"]], [["flags"]], []]);
    emitter.in("other").socketsLeave("room");
    await until(async () => (await members[0].fetch({ rooms: ["room"] })).length === 1, "leaves");
    emitter.serverSideEmit("hello", "from the emitter");
    for (const member of members) await until(async () => (await member.do("heard"))[0].includes("from the emitter"), `heard by ${member.kind}`);
    const closed = new Promise((resolve) => clients[0].socket.once("disconnect", resolve));
    emitter.in("room").disconnectSockets(true);
    assert.equal(await closed, "io server disconnect");
}
