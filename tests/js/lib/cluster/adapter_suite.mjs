// The operations of the suites of Node's adapters, over any mix of servers: the first server acts, clients of all are the judges.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cluster, until } from "./members.mjs";

const ALL = [0, 1, 2];

/** `kinds` are three of "cpp" and "node"; `options` go to each server. With recovery an event ends with its offset. */
export function adapterSuite(title, valkey, kinds, options) {
    const recovers = options.recovery !== undefined;
    const shown = (args) => (recovers ? args.slice(0, -1) : args);

    describe(title, { concurrency: false }, () => {
        /** What clients `who` get for `event`; the others must not have got any by the time a later one reaches them. */
        async function expectOnly({ members, clients }, who, event, args) {
            for (const i of who) assert.deepEqual(shown(await clients[i].inbox.next(event)), args, `client ${i}`);
            await members[0].do("emit", { args: ["end"] });
            for (const i of ALL) assert.deepEqual((await clients[i].inbox.until("end")).map(([name]) => name), ["end"], `client ${i}`);
        }
        const join = (client, room) => new Promise((resolve) => client.socket.emit("join", room, resolve));
        /** Joins, and waits until the acting server sees it: also a room's own channel is heard then. */
        async function joined({ members, clients }, i, room) {
            await join(clients[i], room);
            await until(async () => (await members[0].fetch({ rooms: [room] })).some(({ id }) => id === clients[i].socket.id), `client ${i} in ${room}`);
        }
        const start = (t) => cluster(t, valkey(), kinds, options);

        test("broadcasts to all, in a room, in several, except one, to a socket, volatile", async (t) => {
            const all = await start(t);
            const [first] = all.members;
            await joined(all, 1, "a");
            await joined(all, 1, "b");
            await joined(all, 2, "b");
            await first.do("emit", { args: ["test", 1, "2", { a: [null, 1.5, "é"] }] });
            await expectOnly(all, ALL, "test", [1, "2", { a: [null, 1.5, "é"] }]);
            await first.do("emit", { rooms: ["a"], args: ["test"] });
            await expectOnly(all, [1], "test", []);
            await first.do("emit", { rooms: ["a", "b"], args: ["test"] });
            await expectOnly(all, [1, 2], "test", []);
            await first.do("emit", { except: ["a"], args: ["test"] });
            await expectOnly(all, [0, 2], "test", []);
            await first.do("emit", { rooms: ["b"], except: ["a"], args: ["test"] });
            await expectOnly(all, [2], "test", []);
            await first.do("emit", { rooms: [all.clients[2].socket.id], args: ["test"] });
            await expectOnly(all, [2], "test", []);
            await first.do("emit", { volatile: true, args: ["volatile", 1] });
            for (const i of ALL) assert.deepEqual((await all.clients[i].inbox.next("volatile"))[0], 1);
        });

        test("broadcasts binary, to the server's own clients, and of a socket to the others", async (t) => {
            const all = await start(t);
            const bytes = Buffer.from([0, 255, 1]);
            await all.members[0].do("emit", { args: ["test", { deep: [bytes] }, bytes] });
            await expectOnly(all, ALL, "test", [{ deep: [bytes] }, bytes]);
            await all.members[0].do("emit", { local: true, args: ["test"] });
            assert.deepEqual(await all.clients[0].inbox.next("test"), []);
            await expectOnly(all, [], "test", []);
            for (const i of ALL) {
                all.clients[i].socket.emit("others", i);
                for (const other of ALL.filter((each) => each !== i)) assert.deepEqual(shown(await all.clients[other].inbox.next("others")), [i]);
            }
        });

        test("collects acknowledgements of clients everywhere", async (t) => {
            const { members, clients } = await start(t);
            clients.forEach(({ socket }, i) => socket.on("ask", (...args) => args.at(-1)(i, "more")));
            clients[2].socket.on("ask binary", (...args) => args.at(-1)(Buffer.from([0xfe])));
            for (const member of members) {
                const [complete, replies] = await member.do("ask", { args: ["ask"], timeout: 5000 });
                assert.equal(complete, true);
                assert.deepEqual(replies.sort(), ALL);
                assert.deepEqual(await member.do("ask", { rooms: [clients[2].socket.id], args: ["ask binary"], timeout: 5000 }), [true, ["binary:fe"]]);
                assert.deepEqual(await member.do("ask", { rooms: ["nobody"], args: ["ask"], timeout: 5000 }), [true, []]);
            }
            clients[1].socket.off("ask");
            const [complete, replies] = await members[0].do("ask", { args: ["ask"], timeout: 500 });
            assert.equal(complete, false);
            assert.deepEqual(replies.sort(), [0, 2]);
        });

        test("joins, leaves and disconnects sockets everywhere", async (t) => {
            const { members, clients } = await start(t);
            const ids = clients.map(({ socket }) => socket.id).sort();
            const inRoom = async (member, room) => (await member.fetch({ rooms: [room] })).map(({ id }) => id);
            const comesToBe = (room, expected) =>
                Promise.all(members.map((member) => until(async () => JSON.stringify(await inRoom(member, room)) === JSON.stringify(expected), `${room} by ${member.kind}`)));
            for (const [i, member] of members.entries()) {
                await member.do("join", { names: [`room${i}`] });
                await comesToBe(`room${i}`, ids);
                await member.do("leave", { rooms: [clients[1].socket.id], names: [`room${i}`] });
                await comesToBe(`room${i}`, ids.filter((id) => id !== clients[1].socket.id));
                await member.do("leave", { except: [clients[2].socket.id], names: [`room${i}`] });
                await comesToBe(`room${i}`, [clients[2].socket.id]);
            }
            const closed = clients.map(({ socket }) => new Promise((resolve) => socket.once("disconnect", resolve)));
            await members[0].do("disconnect_sockets", { rooms: ["room1"] });
            assert.equal(await closed[2], "io server disconnect");
            await members[1].do("disconnect_sockets", { close: true });
            for (const i of [0, 1]) assert.equal(await closed[i], "io server disconnect");
        });

        test("fetches sockets with their rooms, data and handshake", async (t) => {
            const all = await start(t);
            await joined(all, 1, "room");
            for (const member of all.members) {
                const sockets = await member.fetch();
                assert.deepEqual(sockets.map(({ id }) => id), all.clients.map(({ socket }) => socket.id).sort());
                const [one, ...rest] = await member.fetch({ rooms: ["room"] });
                assert.deepEqual(rest, []);
                assert.deepEqual(one.rooms, [all.clients[1].socket.id, "room"]);
                assert.deepEqual(one.data, { n: "client 1" });
                assert.deepEqual(one.handshake.auth, { n: "client 1" });
                assert.equal(one.handshake.query.EIO, "4");
                assert.deepEqual(await member.fetch({ rooms: ["nobody"] }), []);
            }
        });

        test("tells servers events and collects their answers", async (t) => {
            const { members } = await start(t);
            for (const member of members) {
                await member.do("tell_servers", { args: ["hello", { from: member.kind }] });
                const others = members.filter((other) => other !== member);
                for (const other of others) {
                    await until(async () => (await other.do("heard"))[0].length > 0 && JSON.stringify((await other.do("heard"))[0].at(-1)) === JSON.stringify({ from: member.kind }), "hello");
                }
                assert.deepEqual(await member.do("ask_servers", { args: ["hello", 7] }), [true, [7, 7]]);
                assert.equal((await member.do("servers"))[0], 3);
            }
            const [complete] = await members[0].do("ask_servers", { args: ["nobody listens"] });
            assert.equal(complete, false);
        });
    });
}
