// A program that runs beside a test and ends with it, whatever becomes of the test.
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../inbox.mjs";

const START_TIMEOUT_MS = 30_000;
const groups = new Set();

const kill = (pid, signal) => {
    try {
        process.kill(pid, signal);
    } catch {
        // It has ended already.
    }
};
process.on("exit", () => groups.forEach((pid) => kill(-pid, "SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));

/** A port on 127.0.0.1 that nobody had a moment ago. */
export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer().once("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/** True when somebody listens on the port. */
export function listens(port) {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("connect", () => resolve(true) ?? socket.destroy());
        socket.once("error", () => resolve(false));
    });
}

export class Daemon {
    #child;
    #lines = [];

    /** Resolves once `ready()`, asked again and again, gives true; rejects with its last words when it ends before. */
    static async start(program, args, { ready, ...options } = {}) {
        const daemon = new Daemon();
        const child = (daemon.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options }));
        if (child.pid) groups.add(child.pid);
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (text) => (daemon.#lines = [...daemon.#lines, ...text.split("\n")].slice(-200)));
        }
        daemon.ended = new Promise((resolve) => {
            child.once("error", (error) => resolve(String(error)));
            child.once("exit", (code, signal) => resolve(signal ?? code));
        });
        daemon.ended.then(() => groups.delete(child.pid));
        const describe = (why) => new Error(`${program} ${args.join(" ")}: ${why}\n${daemon.log()}`);
        let over;
        daemon.ended.then((how) => (over = how));
        const deadline = Date.now() + START_TIMEOUT_MS;
        while (!(await ready())) {
            if (over !== undefined) throw describe(`ended (${over})`);
            if (Date.now() > deadline) {
                daemon.signal("SIGKILL");
                throw describe("not ready in time");
            }
            await pause(20);
        }
        if (over !== undefined) throw describe(`ended (${over})`);
        // A test that is through does not wait for it.
        for (const each of [child, child.stdout, child.stderr]) each.unref();
        return daemon;
    }

    get pid() {
        return this.#child.pid;
    }

    get alive() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    /** The last lines of its output. */
    log() {
        return this.#lines.join("\n");
    }

    signal(name) {
        if (this.alive) this.#child.kill(name);
    }

    /** Freezes or wakes it and its children. */
    freeze() {
        kill(-this.pid, "SIGSTOP");
    }
    wake() {
        kill(-this.pid, "SIGCONT");
    }

    /** Ends it with its children as a power cut would. */
    async kill() {
        kill(-this.pid, "SIGKILL");
        await within(this.ended, "end of a killed program");
    }

    async stop(signal = "SIGTERM") {
        this.signal(signal);
        await within(this.ended, `end of ${this.#child.spawnfile}`, 20_000).catch(() => this.kill());
    }
}

/** `start(port)` on a free port, again on another when that was taken meanwhile. */
export async function onFreePort(start, attempts = 3) {
    for (;;) {
        try {
            return await start(await freePort());
        } catch (error) {
            if (--attempts === 0 || !/in use|EADDRINUSE|bind/i.test(error.message)) throw error;
        }
    }
}
