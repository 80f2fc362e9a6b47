// The server's clock in the hands of a test.
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./server.mjs";

/** `env` for a server; `set` moves its clock by so many milliseconds, as seen within a tenth of a second. */
export function testClock() {
    const file = join(temporaryFolder(), "clock");
    const set = (ms) => {
        writeFileSync(`${file}.new`, String(ms));
        renameSync(`${file}.new`, file);
    };
    set(0);
    return { set, env: { INSIGHTDESK_TEST_CLOCK: file, INSIGHTDESK_ALLOW_TEST_CLOCK: "1" } };
}
