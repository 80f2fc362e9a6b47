// Another program at the server's store: what a backup, a shell or a stuck process does to it.
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { within } from "./inbox.mjs";

const HOLD = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
db.execute("COMMIT")
print("released", flush=True)
`;

/** Runs one statement on an SQLite file behind the server's back. */
export function tamper(file, sql) {
    execFileSync("python3", ["-c", "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], timeout=10)\ndb.execute(sys.argv[2])\ndb.commit()", file, sql]);
}

/** Holds the write lock of an SQLite file; resolves, once it has it, with a function that lets go and resolves when that is done. */
export async function lockStore(t, file) {
    const child = spawn("python3", ["-c", HOLD, file], { stdio: ["pipe", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await within(lines.next(), "lock");
    return async () => {
        child.stdin.end("\n");
        await within(lines.next(), "release");
    };
}
