// Several servers behind one balancer.
import { join } from "node:path";
import { INSIGHTDESK, JWT_SECRET, Server, temporaryFolder } from "../server.mjs";
import { BALANCERS } from "./balancers.mjs";

/** One of the servers, which keeps its address, name and settings over its lives. */
export class Desk {
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
        return this.server.kill();
    }
    stop() {
        return this.server.stop();
    }
    /** Another life at the same address. */
    async restart() {
        if (this.alive) await this.stop();
        await this.run(this.port);
    }
}

/** Three servers and, unless `balancer` is null, nginx or haproxy before them. */
export class Desks {
    /**
     * `store` and `env` are those of every server: without a store each has one of its own. `settings(i)` gives what only one has.
     * `balancerPort` and `certificate` are the balancer's, `inner` is the certificate of servers that talk TLS.
     */
    static async start({ store, env, args, settings = () => ({}), balancer = "nginx", balancerPort, sticky = "sid", certificate, inner } = {}) {
        const desks = new Desks();
        const start = (number) => Desk.start(number, { store, args, certificate: inner, ...settings(number), env: { ...env, ...settings(number).env } });
        // The first makes the tables of a store they share.
        desks.all = [await start(1), ...(await Promise.all([start(2), start(3)]))];
        if (balancer) {
            desks.balancer = await BALANCERS[balancer].start({ ports: desks.all.map(({ port }) => port), port: balancerPort, sticky, certificate, servers: inner });
            desks.url = desks.balancer.url;
        }
        return desks;
    }

    /** The server that has the session of this socket. */
    of(socket) {
        return this.all.find(({ tag }) => tag === tagOf(socket));
    }

    async stop() {
        await this.balancer?.stop();
        await Promise.all(this.all.filter(({ alive }) => alive).map((desk) => desk.wake() ?? desk.stop()));
    }
}

export const tagOf = (socket) => socket.io.engine.id.slice(16, 18);
