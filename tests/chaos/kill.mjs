// kill.mjs [KILLS]: tests/js/lib/kill.mjs, fifty times unless told otherwise, with a line for each.
import { killUnderLoad } from "../js/lib/kill.mjs";

const kills = Number(process.argv[2] ?? 50);
const began = Date.now();
const totals = await killUnderLoad({ kills, report: (soFar) => console.log(JSON.stringify(soFar)) });
console.log(`${totals.kills} kills in ${Math.round((Date.now() - began) / 1000)} s: ${totals.acknowledged} writes acknowledged, ${totals.retried} in doubt and done again, ` +
    `${totals.events} events followed once each and in order (${totals.repeats} came twice), slowest restart ${totals.restart_ms} ms. Nothing lost.`);
process.exit(0);
