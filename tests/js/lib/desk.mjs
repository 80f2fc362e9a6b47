// People and REST calls of the helpdesk under test.
import { createHmac } from "node:crypto";
import { JWT_SECRET } from "./server.mjs";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An access token as a company's own login would issue it. */
export function token({ sub, org = "acme", role = "agent", teams = [], name = sub, ttl = 3600, ...rest }) {
    const now = Math.floor(Date.now() / 1000);
    const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, name, org, teams, role, iat: now, exp: now + ttl, ...rest })}`;
    return `${body}.${createHmac("sha256", JWT_SECRET).update(body).digest("base64url")}`;
}

/** `rest(server, token)("POST", "/v1/tickets", {...})` gives {status, body, headers}. */
export function rest(server, bearer) {
    return async (method, path, body, headers = {}) => {
        const response = await fetch(server.url + path, {
            method,
            headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers };
    };
}
