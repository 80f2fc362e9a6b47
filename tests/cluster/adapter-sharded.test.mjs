// The sharded adapter: our servers alone, and with Node's on one Valkey.
import { after, before } from "node:test";
import { adapterSuite } from "../js/lib/cluster/adapter_suite.mjs";
import { Valkey } from "../js/lib/cluster/valkey.mjs";

let valkey;
before(async () => (valkey = await Valkey.start()));
after(() => valkey.stop());

const options = { adapter: "sharded", "requests-timeout": 1000 };
adapterSuite("sharded: C++ only", () => valkey, ["cpp", "cpp", "cpp"], options);
adapterSuite("sharded: C++ acts, with Node", () => valkey, ["cpp", "node", "cpp"], options);
