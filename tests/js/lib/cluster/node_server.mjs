// The reference server with Node's own adapters: what tests/cluster_node is, for clusters of both. Run as a program.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const { values } = parseArgs({
    options: {
        valkey: { type: "string" },
        adapter: { type: "string", default: "pubsub" },
        recovery: { type: "string" },
        "requests-timeout": { type: "string", default: "5000" },
        "specific-response": { type: "string" },
    },
});

async function client() {
    const made = createClient({ url: values.valkey });
    made.on("error", () => {});
    await made.connect();
    return made;
}

async function adapter() {
    const requestsTimeout = Number(values["requests-timeout"]);
    if (values.adapter === "streams") return createStreamsAdapter(await client());
    if (values.adapter === "sharded") return createShardedAdapter(await client(), await client());
    return createAdapter(await client(), await client(), { requestsTimeout, publishOnSpecificResponseChannel: Boolean(values["specific-response"]) });
}

const text = (value) => (Buffer.isBuffer(value) ? `binary:${value.toString("hex")}` : value);
const http = createServer();
const io = new Server(http, {
    adapter: await adapter(),
    ...(values.recovery && { connectionStateRecovery: { maxDisconnectionDuration: Number(values.recovery) } }),
});
const heard = [];

io.use((socket, next) => {
    socket.data.n = socket.handshake.auth.n ?? "";
    next();
});
io.on("connection", (socket) => {
    socket.on("join", (room, done) => done(socket.join(room)));
    socket.on("others", (...args) => socket.broadcast.emit("others", ...args));
    socket.on("me", (done) => done(socket.recovered, [...socket.rooms], socket.data.n));
});
io.on("hello", (value, ...rest) => {
    heard.push(text(value));
    if (typeof rest.at(-1) === "function") rest.at(-1)(text(value));
});

function target({ rooms = [], except = [], local, volatile, timeout }) {
    let to = rooms.length > 0 ? io.to(rooms) : io.except(except);
    if (rooms.length > 0 && except.length > 0) to = to.except(except);
    if (local) to = to.local;
    if (volatile) to = to.volatile;
    return timeout ? to.timeout(timeout) : to;
}

io.of("/control").on("connection", (socket) => {
    const on = (name, run) =>
        socket.on(name, (...args) => {
            const done = args.pop();
            Promise.resolve(run(args[0])).then((answers) => done(...(answers ?? [])));
        });
    on("emit", (to) => void target(to).emit(...to.args));
    on("join", (to) => void target(to).socketsJoin(to.names));
    on("leave", (to) => void target(to).socketsLeave(to.names));
    on("disconnect_sockets", (to) => void target(to).disconnectSockets(to.close));
    on("ask", (to) => new Promise((resolve) => target(to).emit(...to.args, (error, replies) => resolve([!error, (replies ?? error.responses).map(text)]))));
    on("fetch", async (to) => [(await target(to).fetchSockets()).map(({ id, rooms, data, handshake }) => ({ id, rooms: [...rooms], data, handshake })), 0]);
    on("tell_servers", ({ args }) => void io.serverSideEmit(...args));
    on("ask_servers", ({ args }) => new Promise((resolve) => io.serverSideEmit(...args, (error, replies) => resolve([!error, error ? [] : replies.map(text)]))));
    on("servers", async () => [await io.of("/").adapter.serverCount()]);
    on("heard", () => [heard]);
});

http.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
