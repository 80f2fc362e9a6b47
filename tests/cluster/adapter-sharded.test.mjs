// The sharded adapter: our servers alone, and with Node's on one Valkey; every adapter on a Valkey Cluster of three.
import { after, before } from "node:test";
import { adapterSuite } from "../js/lib/cluster/adapter_suite.mjs";
import { Valkey, ValkeyCluster } from "../js/lib/cluster/valkey.mjs";

let valkey;
let sharded;
before(async () => ([valkey, sharded] = await Promise.all([Valkey.start(), ValkeyCluster.start()])));
after(() => Promise.all([valkey.stop(), sharded.stop()]));

const options = { adapter: "sharded", "requests-timeout": 1000 };
adapterSuite("sharded: C++ only", () => valkey, ["cpp", "cpp", "cpp"], options);
adapterSuite("sharded: C++ acts, with Node", () => valkey, ["cpp", "node", "cpp"], options);
for (const adapter of ["sharded", "pubsub", "streams"]) {
    adapterSuite(`${adapter} on a Valkey Cluster`, () => sharded, ["cpp", "cpp", "cpp"], { ...options, adapter });
}
