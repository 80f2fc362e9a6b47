// deploy/local-cluster does what it prints, and leaves nothing behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, listens } from "../js/lib/cluster/daemon.mjs";
import { Person } from "../js/lib/desk.mjs";
import { within } from "../js/lib/inbox.mjs";

const SCRIPT = fileURLToPath(new URL("../../deploy/local-cluster", import.meta.url));
const START_MS = 120_000;

test("one command starts everything, says how to connect, and ends it at Ctrl-C", async (t) => {
    const child = spawn(SCRIPT, ["--port", String(await freePort())], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const exited = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    const lines = [];
    const up = new Promise((resolve, reject) => {
        createInterface({ input: child.stdout }).on("line", (line) => lines.push(line) && /^Ctrl-C/.test(line) && resolve());
        exited.then((code) => reject(new Error(`ended with ${code}\n${lines.join("\n")}`)));
    });
    await within(up, "a cluster", START_MS);
    const text = lines.join("\n");
    const url = /nginx: (\S+)/.exec(text)[1];
    const servers = [...text.matchAll(/desk-\d (http:\S+)/g)].map(([, at]) => at);
    assert.equal(servers.length, 3);
    const people = ["admin ada", "agent grace", "customer carl"].map((name) => {
        const [role, id] = name.split(" ");
        return Object.assign(new Person(url, id, { org: "demo", role }), { token: new RegExp(`${name}: (\\S+)`).exec(text)[1] });
    });
    const [ada, grace, carl] = people;
    const { inbox } = await grace.connect(t, "/tickets");
    const { id } = await carl.made("POST", "/v1/tickets", { subject: "Does it run?" });
    assert.equal((await inbox.next("ticket:created"))[0].id, id);
    for (const at of servers) {
        ada.url = at;
        assert.equal((await ada.made("GET", `/v1/tickets/${id}`, undefined, 200)).subject, "Does it run?");
    }

    child.kill("SIGINT");
    assert.equal(await within(exited, "end", 30_000), 0);
    for (const [, port] of text.matchAll(/127\.0\.0\.1:(\d+)/g)) assert.equal(await listens(Number(port)), false, `${port} is still served`);
});
