// A balancer that is not sticky: the protocol's error for the client, and for whoever runs the servers a line that says whose session it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Desks } from "../js/lib/cluster/desks.mjs";
import { within } from "../js/lib/inbox.mjs";
import { Polling, http } from "../js/lib/raw.mjs";

const UNKNOWN = { code: 1, message: "Session ID unknown" };
const told = (desk) => desk.log().split("\n").filter((line) => line.includes("session of another server")).map((line) => JSON.parse(line));

test("a request for another server's session is refused, and the log names the owner, though seldom", async (t) => {
    const desks = await Desks.together({ args: ["--log-format", "json"] });
    t.after(() => desks.stop());
    const [one, two, three] = desks.all;
    const ask = async (session, from, at, request) => {
        const answer = await http(session.url.replace(from.url, at.url), request);
        assert.deepEqual([answer.status, JSON.parse(answer.text)], [400, UNKNOWN]);
    };
    const session = await Polling.open(one.url, "/socket.io/");
    for (const request of [{}, { method: "POST", body: "40" }, {}]) await ask(session, one, two, request);
    const line = async () => {
        while (told(two).length === 0) await pause(10);
    };
    await within(line(), "a line in the log");
    const [{ level, owner, ownerTag, here, requests, ...rest }, ...more] = told(two);
    assert.deepEqual([level, owner, ownerTag, here, requests, more], ["warn", "desk-1", "s1", "desk-2", 1, []]);
    assert.ok(!JSON.stringify(rest).includes(session.sid), "a session's id is a secret");

    // The session has not suffered.
    assert.equal((await session.post("40")).status, 200);
    for (const desk of [one, three]) assert.deepEqual(told(desk), []);
});
