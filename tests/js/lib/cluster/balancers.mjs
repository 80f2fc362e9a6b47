// nginx and HAProxy with the configurations of deploy/, changed in nothing but addresses, ports, paths and the user.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../server.mjs";
import { Daemon, freePort, listens, onFreePort } from "./daemon.mjs";

const DEPLOY = fileURLToPath(new URL("../../../../deploy/", import.meta.url));

/** Every `from` of the list has to be there: a configuration that changed under us is a failure. */
function replaced(text, pairs, what) {
    for (const [from, to] of pairs) {
        if (!text.includes(from)) throw new Error(`${what} has no ${JSON.stringify(from)} any more`);
        text = text.replaceAll(from, to);
    }
    return text;
}

/** The three servers of the files at `ports`. */
function withServers(text, ports) {
    for (const [i, port] of ports.entries()) {
        const address = `10.0.0.1${i + 1}:3001`;
        const escaped = address.replaceAll(".", "\\.");
        text = text.replaceAll(address, `127.0.0.1:${port}`).replaceAll(escaped, `127\\.0\\.0\\.1:${port}`);
    }
    return text;
}

class Balancer {
    /** `http://` and `https://` addresses. */
    get url() {
        return `http://127.0.0.1:${this.port}`;
    }
    get secureUrl() {
        return `https://localhost:${this.securePort}`;
    }
    log() {
        return this.daemon.log();
    }
    async stop() {
        await this.daemon.stop();
    }
}

/** Options of both: `port`, if it matters, `ports` of three servers, `sticky` sid, cookie or hash, `certificate` it shows, `servers` the certificate of servers that talk TLS. */
export class Nginx extends Balancer {
    static async start({ port: wanted, ports, sticky = "sid", certificate, servers } = {}) {
        const nginx = new Nginx();
        const folder = (nginx.folder = temporaryFolder());
        mkdirSync(join(folder, "insightdesk"));
        const start = async (port) => {
            [nginx.port, nginx.securePort] = [port, certificate ? await freePort() : undefined];
            nginx.#write({ ports, sticky, certificate, servers });
            nginx.daemon = await Daemon.start("nginx", nginx.#args(), { ready: () => listens(port) });
        };
        await (wanted ? start(wanted) : onFreePort(start));
        return nginx;
    }

    #args() {
        return ["-p", this.folder, "-c", join(this.folder, "nginx.conf"), "-e", join(this.folder, "error.log"), "-g", "daemon off;"];
    }

    #write({ ports, sticky, certificate, servers }) {
        const read = (name) => readFileSync(join(DEPLOY, "nginx", name), "utf8");
        let main = replaced(read("nginx.conf"), [
            ["user www-data;", process.getuid() === 0 ? "user root;" : ""],
            ["/run/nginx.pid", join(this.folder, "nginx.pid")],
            ["/var/log/nginx/", `${this.folder}/`],
            ["/etc/nginx/insightdesk/", `${this.folder}/insightdesk/`],
            ["sticky-sid.conf;", `sticky-${sticky}.conf;`],
            ["worker_rlimit_nofile 131072;", ""],
            ["worker_connections 65536;", "worker_connections 4096;"],
            ["listen 80 default_server", `listen 127.0.0.1:${this.port} default_server`],
            ["http {", `http {\n    client_body_temp_path ${this.folder}/body;\n    proxy_temp_path ${this.folder}/proxy;\n    fastcgi_temp_path ${this.folder}/f;\n    uwsgi_temp_path ${this.folder}/u;\n    scgi_temp_path ${this.folder}/s;\n`],
        ], "nginx.conf");
        if (certificate) {
            main = replaced(main, [
                ["listen 443 ssl", `listen 127.0.0.1:${this.securePort} ssl`],
                ["/etc/ssl/insightdesk/cert.pem", certificate.cert],
                ["/etc/ssl/insightdesk/key.pem", certificate.key],
            ], "nginx.conf");
        } else {
            main = main.replace(/ {4}server \{\n {8}listen 443[\s\S]*?\n {4}\}\n/, "");
        }
        writeFileSync(join(this.folder, "nginx.conf"), main);
        for (const name of ["servers.conf", `sticky-${sticky}.conf`]) {
            let text = withServers(read(name), ports);
            if (servers && name === "servers.conf") text = replaced(text, [["default http;", "default https;"]], name);
            writeFileSync(join(this.folder, "insightdesk", name), text);
        }
        const proxy = servers
            ? replaced(read("proxy.conf"), [["/etc/ssl/insightdesk/servers.pem", servers.cert], ["insightdesk.internal", "localhost"]], "proxy.conf")
            : read("proxy.conf").replace(/.*proxy_ssl_.*\n/g, "");
        writeFileSync(join(this.folder, "insightdesk", "proxy.conf"), proxy);
    }

    /** New workers with the configuration read again; the old ones finish what they have. */
    reload() {
        execFileSync("nginx", [...this.#args().slice(0, -2), "-s", "reload"], { stdio: "ignore" });
    }

    /** Lines of the log of accesses. */
    accesses() {
        return readFileSync(join(this.folder, "access.log"), "utf8").trim().split("\n");
    }
}

export class HAProxy extends Balancer {
    static async start({ port: wanted, ports, sticky = "sid", certificate, servers } = {}) {
        const haproxy = new HAProxy();
        const folder = (haproxy.folder = temporaryFolder());
        const start = async (port) => {
            [haproxy.port, haproxy.securePort] = [port, certificate ? await freePort() : undefined];
            haproxy.#write({ ports, sticky, certificate, servers });
            // Master and workers: what a packaged HAProxy is, and what reloads.
            const args = ["-W", "-db", "-S", join(folder, "master.sock"), "-f", join(folder, "haproxy.cfg"), "-f", join(folder, "backend.cfg")];
            haproxy.daemon = await Daemon.start("haproxy", args, { ready: () => listens(port) });
        };
        await (wanted ? start(wanted) : onFreePort(start));
        return haproxy;
    }

    #write({ ports, sticky, certificate, servers }) {
        const read = (name) => readFileSync(join(DEPLOY, "haproxy", name), "utf8");
        let main = replaced(read("haproxy.cfg"), [
            ["bind :80\n", `bind 127.0.0.1:${this.port}\n`],
            ["maxconn 100000", `maxconn 4000\n    stats socket ${join(this.folder, "stats.sock")} level admin expose-fd listeners\n    log stdout format raw local0`],
        ], "haproxy.cfg");
        if (certificate) {
            const both = join(this.folder, "both.pem");
            writeFileSync(both, readFileSync(certificate.cert, "utf8") + readFileSync(certificate.key, "utf8"), { mode: 0o600 });
            main = replaced(main, [["bind :443", `bind 127.0.0.1:${this.securePort}`], ["/etc/ssl/insightdesk/both.pem", both]], "haproxy.cfg");
        } else {
            main = main.replace(/.*bind :443.*\n/, "");
        }
        writeFileSync(join(this.folder, "haproxy.cfg"), main);
        let backend = withServers(read(`backend-${sticky}.cfg`), ports);
        if (servers) {
            backend = replaced(backend, [
                ["# default-server ssl", "default-server ssl"],
                ["/etc/ssl/insightdesk/servers.pem", servers.cert],
                ["insightdesk.internal", "localhost"],
            ], `backend-${sticky}.cfg`);
        }
        writeFileSync(join(this.folder, "backend.cfg"), backend);
    }

    reload() {
        this.daemon.signal("SIGUSR2");
    }

    accesses() {
        return this.log().split("\n").filter((line) => / desk\/s\d /.test(line));
    }
}

export const BALANCERS = { nginx: Nginx, haproxy: HAProxy };
