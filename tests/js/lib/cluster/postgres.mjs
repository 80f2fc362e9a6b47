// A real PostgreSQL, by Debian's package, with a folder of its own. It will not run as root: then it runs as user postgres.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../server.mjs";
import { Daemon, onFreePort } from "./daemon.mjs";

const VERSIONS = "/usr/lib/postgresql";
const ROOT = process.getuid() === 0;

function programs() {
    const [newest] = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
    if (!newest) throw new Error("no PostgreSQL: apt-get install postgresql-15");
    return join(VERSIONS, newest, "bin");
}

const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
const owner = () => (ROOT ? { uid: id("-u"), gid: id("-g") } : {});

export class Postgres {
    #run;
    #databases = 0;

    /** `options` are settings of postgresql.conf; what was committed survives kill and restart. */
    static async start({ folder = temporaryFolder(), options = {} } = {}) {
        const postgres = new Postgres();
        const [bin, as] = [programs(), owner()];
        if (ROOT) chownSync(folder, as.uid, as.gid);
        const data = join(folder, "data");
        if (!existsSync(join(data, "PG_VERSION"))) {
            execFileSync(join(bin, "initdb"), ["-D", data, "-U", "insightdesk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"], { stdio: ["ignore", "ignore", "inherit"], cwd: folder, ...as });
        }
        const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: folder, max_connections: 200, shared_buffers: "64MB", ...options };
        const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
        postgres.#run = async (port) => {
            postgres.port = port;
            postgres.url = `postgres://insightdesk@127.0.0.1:${port}/postgres`;
            postgres.daemon = await Daemon.start(join(bin, "postgres"), ["-D", data, "-p", String(port), ...flags], { ready: () => postgres.#answers(bin), cwd: folder, ...as });
        };
        await onFreePort(postgres.#run);
        return postgres;
    }

    #answers(bin) {
        try {
            execFileSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(this.port)], { stdio: "ignore" });
            return true;
        } catch {
            return false;
        }
    }

    /** The rows of one statement, columns joined by |. */
    query(sql, url = this.url) {
        return execFileSync(join(programs(), "psql"), [url, "-qAtX", "-c", sql], { encoding: "utf8" }).trim().split("\n");
    }

    /** A new, empty database: its URL. */
    database(name = `desk_${++this.#databases}`) {
        this.query(`CREATE DATABASE ${name}`);
        return new URL(name, this.url).href;
    }

    /** Ends it at once, its clients' connections with it. */
    async stop() {
        await this.daemon.stop("SIGINT");
    }
    async kill() {
        await this.daemon.kill();
    }
    async restart() {
        if (this.daemon.alive) await this.stop();
        await this.#run(this.port);
    }
}
