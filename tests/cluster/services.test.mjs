// The Valkey and PostgreSQL that other tests stand on are what they say.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Certificate } from "../js/lib/certificates.mjs";
import { Postgres } from "../js/lib/cluster/postgres.mjs";
import { Valkey, ValkeyCluster, ValkeySentinel, command } from "../js/lib/cluster/valkey.mjs";

describe("services", { concurrency: true }, () => {
    test("Valkey asks for a user's password, talks TLS, and is empty when it starts again", async (t) => {
        const valkey = await Valkey.start({ user: "desk", password: "p@ss", certificate: new Certificate() });
        t.after(() => valkey.stop());
        assert.match(valkey.url, /^rediss:\/\/desk:p%40ss@127\.0\.0\.1:\d+\?ca=\//);
        await assert.rejects(command(valkey.port, [["GET", "a"]], valkey), /NOAUTH/);
        assert.deepEqual(await valkey.command(["SET", "a", "1"], ["GET", "a"]), ["OK", "1"]);
        await valkey.kill();
        await valkey.restart();
        assert.deepEqual(await valkey.command(["GET", "a"]), [null]);
    });

    test("a cluster holds each slot on one of its nodes", async (t) => {
        const cluster = await ValkeyCluster.start();
        t.after(() => cluster.stop());
        const [slots] = await cluster.nodes[2].command(["CLUSTER", "SLOTS"]);
        assert.deepEqual(slots.map(([from, to]) => to - from + 1).reduce((sum, each) => sum + each), 16384);
    });

    test("Sentinels name the primary, and the replica once it died", async (t) => {
        const { primary, replica, sentinels, ...all } = await ValkeySentinel.start().then((started) => (t.after(() => started.stop()), started));
        assert.match(all.url, /\?sentinel=desk$/);
        const named = async () => (await command(sentinels[0].port, [["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "desk"]]))[0][1];
        assert.equal(await named(), String(primary.port));
        await primary.kill();
        while ((await named()) !== String(replica.port));
    });

    test("PostgreSQL keeps what was committed, over a kill too", async (t) => {
        const postgres = await Postgres.start();
        t.after(() => postgres.stop());
        postgres.query("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1), (2)");
        await postgres.kill();
        await postgres.restart();
        assert.deepEqual(postgres.query("SELECT a FROM t ORDER BY a"), ["1", "2"]);
    });
});
