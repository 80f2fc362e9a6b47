// Starts one of our programs on a free port and ends it with the test run.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Where the programs are: build/release unless DESK_TEST_BUILD names another folder. */
const BUILD = process.env.DESK_TEST_BUILD ?? join(ROOT, "build/release");
// Another program with the same command line may stand in, e.g. the reference server when a test itself is in doubt.
const CONFORMANCE = process.env.SIO_CONFORMANCE ?? join(BUILD, "sio-conformance");
export const INSIGHTDESK = process.env.DESK_PROGRAM ?? join(BUILD, "insightdesk");
/** True when the reference server stands in: it lacks the few things we do better. */
export const REFERENCE = Boolean(process.env.SIO_CONFORMANCE);
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

const children = new Set();
const folders = new Set();
process.on("exit", () => {
    children.forEach((child) => child.kill("SIGKILL"));
    folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

export class Server {
    #child;
    #exited;
    #errors = [];

    /** Resolves when the program has printed `listening on URL`; rejects with its stderr when it ends before. */
    static async start(program, args, { env = {} } = {}) {
        const server = new Server();
        await server.#spawn(program, args, env);
        return server;
    }

    #spawn(program, args, env) {
        const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
        this.#child = child;
        children.add(child);
        this.#exited = new Promise((resolve) => {
            child.once("exit", (code, signal) => {
                children.delete(child);
                resolve({ code, signal });
            });
            child.once("error", (error) => {
                children.delete(child);
                this.#errors.push(String(error));
                resolve({ code: null, signal: null });
            });
        });
        createInterface({ input: child.stderr }).on("line", (line) => {
            this.#errors.push(line);
            if (this.#errors.length > 200) this.#errors.shift();
        });
        return new Promise((resolve, reject) => {
            const fail = (why) => {
                child.kill("SIGKILL");
                reject(new Error(`${program} ${args.join(" ")}: ${why}\n${this.log()}`));
            };
            const timer = setTimeout(() => fail("not listening in time"), START_TIMEOUT_MS);
            this.#exited.then(({ code, signal }) => {
                clearTimeout(timer);
                fail(`ended before it listened (${signal ?? code})`);
            });
            createInterface({ input: child.stdout }).on("line", (line) => {
                const match = /^listening on (https?:\/\/\S+:(\d+))/.exec(line);
                if (!match || this.url) return;
                clearTimeout(timer);
                this.url = match[1];
                this.port = Number(match[2]);
                resolve();
            });
        });
    }

    get pid() {
        return this.#child.pid;
    }

    /** The last lines of its stderr. */
    log() {
        return this.#errors.join("\n");
    }

    /** Whether the process is still there: what no client may ever change. */
    get alive() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    signal(name) {
        this.#child.kill(name);
    }

    /** Resolves with `{code, signal}` when the process has ended. */
    exited() {
        return this.#exited;
    }

    /** Asks it to end (SIGTERM) and insists after a while; a server that died earlier, or of anything else, is an error. */
    async stop() {
        if (!this.alive) throw new Error(`the server had ended already\n${this.log()}`);
        this.signal("SIGTERM");
        const timer = setTimeout(() => this.signal("SIGKILL"), STOP_TIMEOUT_MS);
        const { code, signal } = await this.#exited;
        clearTimeout(timer);
        if (code !== 0 && signal !== "SIGTERM") throw new Error(`the server ended with ${signal ?? code}\n${this.log()}`);
    }

    /** Ends it as a power cut would. */
    async kill() {
        this.signal("SIGKILL");
        await this.#exited;
    }
}

/** tests/conformance: the fixtures of the official suites. */
export function startConformance(...args) {
    return Server.start(CONFORMANCE, ["--port", "0", ...args]);
}

export const JWT_SECRET = "test-secret-test-secret-test-secret-32";

/** Where a helpdesk runs. tests/cluster puts several servers here instead of one: `start` takes what startInsightDesk takes. */
export const place = { start: startOneServer };

/**
 * `insightdesk serve` with a store of its own, which goes away at exit, unless `store` names one: a file or a URL. It ends at once when
 * told to.
 */
export function startInsightDesk(options) {
    return place.start(options);
}

function startOneServer({ store, keys = ["--jwt-secret", JWT_SECRET], args = [], env = {} } = {}) {
    store ??= join(temporaryFolder(), "desk.db");
    const url = store.includes("://") ? store : `sqlite:${store}`;
    return Server.start(INSIGHTDESK, ["serve", "--port", "0", "--store", url, ...keys, "--drain-time", "0s", ...args], { env });
}

/** A new folder, removed at exit. */
export function temporaryFolder() {
    const folder = mkdtempSync(join(tmpdir(), "insightdesk-test-"));
    folders.add(folder);
    return folder;
}
