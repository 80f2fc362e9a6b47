// The classic adapter: our servers alone, and with Node's on one Valkey; the stock emitter reaches all.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { adapterSuite } from "../js/lib/cluster/adapter_suite.mjs";
import { emitterReachesAll } from "../js/lib/cluster/emitter.mjs";
import { cluster } from "../js/lib/cluster/members.mjs";
import { Valkey } from "../js/lib/cluster/valkey.mjs";

let valkey;
before(async () => (valkey = await Valkey.start()));
after(() => valkey.stop());

const options = { adapter: "pubsub", "requests-timeout": 1000 };
adapterSuite("pubsub: C++ only", () => valkey, ["cpp", "cpp", "cpp"], options);
adapterSuite("pubsub: C++ acts, with Node", () => valkey, ["cpp", "node", "cpp"], options);
adapterSuite("pubsub: Node acts, with C++", () => valkey, ["node", "cpp", "node"], options);
adapterSuite("pubsub: answers on channels of their own", () => valkey, ["cpp", "node", "cpp"], { ...options, "specific-response": "yes" });

describe("pubsub: the stock emitter", () => {
    test("reaches clients of both with all it can do", async (t) => {
        const { members, clients } = await cluster(t, valkey, ["cpp", "node", "cpp"], options);
        await emitterReachesAll(t, valkey, members, clients);
    });

    test("an event published for Node servers only is theirs alone", async (t) => {
        const { members, clients } = await cluster(t, valkey, ["cpp", "node", "cpp"], options);
        await members[0].do("mirror", { args: ["mirrored", 1] });
        assert.deepEqual(await clients[1].inbox.next("mirrored"), [1]);
        await members[0].do("emit", { args: ["end"] });
        for (const i of [0, 2]) assert.deepEqual(await clients[i].inbox.until("end"), [["end"]]);
    });
});
