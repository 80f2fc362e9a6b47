// deploy/local-cluster, once everything is installed and built.
import { execFileSync } from "node:child_process";
import { Desks } from "../tests/js/lib/cluster/desks.mjs";
import { Postgres } from "../tests/js/lib/cluster/postgres.mjs";
import { Valkey } from "../tests/js/lib/cluster/valkey.mjs";
import { INSIGHTDESK, JWT_SECRET } from "../tests/js/lib/server.mjs";

const [flag, port] = process.argv.slice(2);
if (flag !== undefined && (flag !== "--port" || !/^\d+$/.test(port))) {
    console.error("usage: deploy/local-cluster [--port PORT]");
    process.exit(2);
}

const PEOPLE = [["ada", "admin"], ["grace", "agent"], ["carl", "customer"]];
const token = (user, role) =>
    execFileSync(INSIGHTDESK, ["gen-token", "--user", user, "--org", "demo", "--role", role, "--ttl", "24h", "--jwt-secret", JWT_SECRET], { encoding: "utf8" }).trim();

const [valkey, postgres] = await Promise.all([Valkey.start(), Postgres.start()]);
const desks = await Desks.start({
    store: postgres.url,
    env: { INSIGHTDESK_VALKEY: valkey.url },
    settings: (number) => (number === 1 ? { args: ["--demo"] } : {}),
    balancer: "nginx",
    balancerPort: Number(port ?? 8080),
});

console.log(`InsightDesk, three servers behind nginx: ${desks.url}
  servers     ${desks.all.map(({ name, url }) => `${name} ${url}`).join("\n              ")}
  store       ${postgres.url}
  Valkey      ${valkey.url}

Tokens of org demo, good for 24 hours:
${PEOPLE.map(([user, role]) => `  ${role} ${user}: ${token(user, role)}`).join("\n")}
More:
  ${INSIGHTDESK} gen-token --org demo --user bob --jwt-secret ${JWT_SECRET}

Ctrl-C stops everything.`);
process.send?.("ready");

for (const signal of ["SIGINT", "SIGTERM"]) {
    process.removeAllListeners(signal);
    process.once(signal, async () => {
        console.log("stopping");
        await desks.stop();
        await Promise.all([valkey.stop(), postgres.stop()]);
        process.exit(0);
    });
}
