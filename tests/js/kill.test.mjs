// kill -9 under load, a few times; `./dev chaos` does it fifty times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { killUnderLoad } from "./lib/kill.mjs";

test("kill -9 under load loses nothing acknowledged, and nobody misses an event", { timeout: 300_000 }, async () => {
    const { kills, acknowledged } = await killUnderLoad({ kills: 3 });
    assert.equal(kills, 3);
    assert.ok(acknowledged > 150);
});
