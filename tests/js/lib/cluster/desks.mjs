// Several servers that are one helpdesk, behind a balancer or without.
import { join } from "node:path";
import { INSIGHTDESK, JWT_SECRET, Server, temporaryFolder } from "../server.mjs";
import { BALANCERS } from "./balancers.mjs";
import { Postgres } from "./postgres.mjs";
import { Valkey } from "./valkey.mjs";

/** One of the servers, which keeps its address, name and settings over its lives. */
export class Desk {
    /** Ended by whoever runs it, not by itself. */
    over = false;

    static async start(number, { store, env = {}, args = [], certificate } = {}) {
        const desk = new Desk();
        desk.tag = `s${number}`;
        desk.name = `desk-${number}`;
        desk.store = store ?? `sqlite:${join(temporaryFolder(), "desk.db")}`;
        const tls = certificate ? ["--tls-cert", certificate.cert, "--tls-key", certificate.key] : [];
        desk.run = async (port) => {
            desk.server = await Server.start(INSIGHTDESK, [
                "serve", "--host", "127.0.0.1", "--port", String(port), "--store", desk.store, "--jwt-secret", JWT_SECRET, "--drain-time", "0s",
                "--server-name", desk.name, "--server-tag", desk.tag, "--trusted-proxies", "127.0.0.1", ...tls, ...args,
            ], { env });
        };
        await desk.run(0);
        desk.port = desk.server.port;
        return desk;
    }

    get url() {
        return this.server.url;
    }
    get alive() {
        return this.server.alive;
    }
    log() {
        return this.server.log();
    }
    freeze() {
        this.server.signal("SIGSTOP");
    }
    wake() {
        this.server.signal("SIGCONT");
    }
    kill() {
        this.over = true;
        return this.server.kill();
    }
    /** Asks it to end, in its own time. */
    leave() {
        this.over = true;
        this.server.signal("SIGTERM");
    }
    /** One that has ended by itself is an error. */
    stop() {
        this.over = true;
        return this.server.stop();
    }
    /** Another life at the same address. */
    async restart() {
        if (this.alive) await this.stop();
        await this.run(this.port);
        this.over = false;
    }
}

/** Three servers, or `count`, and, unless `balancer` is null, nginx or haproxy before them. */
export class Desks {
    services = [];

    /**
     * `store` and `env` are those of every server: without a store each has one of its own. `settings(i)` gives what only one has.
     * `balancerPort` and `certificate` are the balancer's, `inner` is the certificate of servers that talk TLS.
     */
    static async start({ count = 3, store, env, args, settings = () => ({}), balancer = "nginx", balancerPort, sticky = "sid", certificate, inner } = {}) {
        const desks = new Desks();
        const start = (number) => Desk.start(number, { store, args, certificate: inner, ...settings(number), env: { ...env, ...settings(number).env } });
        // The first makes the tables of a store they share.
        desks.all = [await start(1)];
        desks.all.push(...(await Promise.all(Array.from({ length: count - 1 }, (_, i) => start(i + 2)))));
        if (balancer) {
            desks.balancer = await BALANCERS[balancer].start({ ports: desks.all.map(({ port }) => port), port: balancerPort, sticky, certificate, servers: inner });
            desks.url = desks.balancer.url;
        }
        return desks;
    }

    /**
     * The same on a Valkey of their own and a new database (of that name, when it has one) of `postgres`, or else of one of their own:
     * `valkey` and `postgres`. What was started for them ends with them. No balancer unless one is named.
     */
    static async together({ postgres: given, database, env, ...options } = {}) {
        const [valkey, postgres] = await Promise.all([Valkey.start(), given ?? Postgres.start()]);
        const settings = { store: postgres.database(database), env: { INSIGHTDESK_VALKEY: valkey.url, ...env } };
        const desks = await Desks.start({ balancer: null, ...options, ...settings });
        desks.services = given ? [valkey] : [valkey, postgres];
        return Object.assign(desks, { valkey, postgres });
    }

    /** The server that has the session of this socket. */
    of(socket) {
        return this.all.find(({ tag }) => tag === tagOf(socket));
    }

    async stop() {
        await this.balancer?.stop();
        await Promise.all(this.all.filter(({ over }) => !over).map((desk) => desk.wake() ?? desk.stop()));
        await Promise.all(this.services.map((service) => service.stop()));
    }
}

export const tagOf = (socket) => socket.io.engine.id.slice(16, 18);
