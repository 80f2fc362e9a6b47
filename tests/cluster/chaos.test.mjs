// A short version of ./dev chaos.
import { test } from "node:test";
import { runChaos } from "../js/lib/cluster/chaos.mjs";

test("whatever happens to servers, Valkey, PostgreSQL and the network, everybody hears everything once and in order", async (t) => {
    await runChaos(t, { size: 60, pace_ms: 150, outage_ms: 7000, report: (line) => t.diagnostic(line) });
});
