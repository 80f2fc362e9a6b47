// A disk that is full: what cannot be written is UNAVAILABLE and did not happen, what was acknowledged stays, and with space all goes on.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Person } from "./lib/desk.mjs";
import { http } from "./lib/raw.mjs";
import { startInsightDesk, temporaryFolder } from "./lib/server.mjs";

/** The kernel lets no file of the server grow: the writes fail in the middle of the program's life, whatever disk there is. */
function fileSizeLimit() {
    const folder = temporaryFolder();
    const limit = (server, bytes) => execFileSync("prlimit", ["--pid", String(server.pid), `--fsize=${bytes}:`]);
    return {
        folder,
        fill: (server) => limit(server, Math.max(...["desk.db", "desk.db-wal"].map((name) => statSync(join(folder, name)).size))),
        free: (server) => limit(server, "unlimited"),
    };
}

/** A small disk of its own, really full; null where nobody may mount one. */
function smallDisk(t) {
    const folder = temporaryFolder();
    try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], { stdio: "ignore" });
    } catch {
        return null;
    }
    t.after(() => execFileSync("umount", ["-l", folder]));
    const filler = join(folder, "filler");
    const fill = () => {
        const file = openSync(filler, "w");
        try {
            for (const size of [65_536, 4_096]) {
                assert.throws(() => {
                    for (;;) writeSync(file, Buffer.alloc(size));
                }, { code: "ENOSPC" });
            }
        } finally {
            closeSync(file);
        }
    };
    return { folder, fill, free: () => rmSync(filler) };
}

async function story(t, disk) {
    const store = join(disk.folder, "desk.db");
    let server = await startInsightDesk({ store, args: ["--limits", "high"] });
    t.after(() => server.stop());
    const ann = new Person(server.url, "ann", { role: "admin" });
    const carl = new Person(server.url, "carl", { role: "customer" });
    const ticket = await ann.made("POST", "/v1/tickets", { subject: "Kept" });
    const { id } = await carl.made("POST", "/v1/conversations", {});
    const { socket, inbox } = await carl.connect(t, "/chat");
    const listener = await ann.connect(t, "/chat");
    for (const client of [socket, listener.socket]) assert.equal((await client.emitWithAck("chat:join", { conversationId: id })).ok, true);

    const said = [];
    const say = async () => {
        const content = `${said.length}:`.padEnd(9_000, "x");
        const ack = await socket.timeout(10_000).emitWithAck("chat:message", { conversationId: id, content, clientMessageId: `full-${said.length}` });
        if (ack.ok) said.push(content);
        return ack.error;
    };
    while (said.length < 20) assert.equal(await say(), undefined);
    disk.fill(server);
    // What there is already may still be written over.
    let error;
    while (!error && said.length < 150) error = await say();
    assert.equal(error?.code, "UNAVAILABLE");
    const refused = await ann.request("POST", "/v1/tickets", { subject: "Lost" });
    assert.deepEqual([refused.status, refused.body.code], [503, "UNAVAILABLE"]);
    assert.equal((await http(`${server.url}/readyz`)).status, 503);
    assert.equal((await http(`${server.url}/healthz`)).status, 200);
    assert.equal((await ann.made("GET", `/v1/tickets/${ticket.id}`, undefined, 200)).subject, "Kept", "reading goes on");
    const late = await carl.connect(t, "/tickets");
    assert.ok(late.socket.connected, "people still come in");

    disk.free(server);
    const again = await socket.timeout(10_000).emitWithAck("chat:message", { conversationId: id, content: "after", clientMessageId: "after" });
    assert.equal(again.ok, true, JSON.stringify(again));
    while ((await http(`${server.url}/readyz`)).status !== 200);
    for (const content of [...said, "after"]) assert.equal((await listener.inbox.next("chat:message"))[0].content, content);
    await listener.inbox.nothing(() => listener.socket.timeout(10_000).emitWithAck("chat:leave", { conversationId: "none" }), "chat:message");
    assert.ok(server.alive);

    await server.kill();
    server = await startInsightDesk({ store });
    carl.url = ann.url = server.url;
    const { items } = await carl.made("GET", `/v1/conversations/${id}/messages?limit=200`, undefined, 200);
    assert.deepEqual(items.map(({ content }) => content), [...said, "after"], "after a crash all that was acknowledged is there, and nothing else");
    assert.equal((await ann.made("GET", "/v1/tickets", undefined, 200)).items.length, 1);
    assert.notEqual(inbox, null);
}

test("files that may not grow", (t) => story(t, fileSizeLimit()));

test("a disk that is full", (t) => {
    const disk = smallDisk(t);
    return disk ? story(t, disk) : t.diagnostic("nobody may mount a disk here: the other test stands for it");
});
