// What `./dev chaos` does to several servers, once.
import { test } from "node:test";
import { runChaos } from "../js/lib/cluster/chaos.mjs";

test("whatever happens to servers, Valkey, PostgreSQL and the network, everybody hears everything once and in order", async (t) => {
    await runChaos(t, { report: (line) => t.diagnostic(line) });
});
