// The helpdesk as its clients see it: tokens, REST, and a socket for each namespace.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connect, open } from "./clients.mjs";
import { http } from "./raw.mjs";
import { JWT_SECRET } from "./server.mjs";

export const NAMESPACES = ["/", "/tickets", "/chat", "/notifications", "/presence", "/dashboard"];

/** Namespaces whose events can be missed: their sockets get `sync:ready`. */
const LOGGED = ["/tickets", "/chat", "/notifications"];

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const now_s = () => Math.floor(Date.now() / 1000);

/** A token of any shape, rightly signed unless told otherwise. */
export function craft(payload, { header = { alg: "HS256", typ: "JWT" }, secret = JWT_SECRET, hash = "sha256" } = {}) {
    const signed = `${base64url(header)}.${base64url(payload)}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}

/** Claims of somebody, good for an hour. */
export function claims(sub, { org = "acme", role = "agent", teams = [], ttl = 3600, ...more } = {}) {
    return { sub, name: `${sub} of ${org}`, org, role, teams, iat: now_s() - 7200, exp: now_s() + ttl, ...more };
}

export const token = (sub, options) => craft(claims(sub, options));

/** A person with a token, who opens sockets and sends requests to the server at `url`. */
export class Person {
    constructor(url, id, options = {}) {
        this.url = url;
        this.id = id;
        this.role = options.role ?? "agent";
        this.token = token(id, options);
    }

    /** A connected socket with its inbox. Where the server tells of the position it starts from, that has come too: `cursor`. */
    async connect(t, namespace, options = {}) {
        const client = await connect(t, this.url + namespace, { transports: ["websocket"], auth: { token: this.token }, ...options });
        if (options.auth === undefined && LOGGED.includes(namespace)) client.cursor = (await client.inbox.next("sync:ready"))[0].cursor;
        return client;
    }

    /** `{status, headers, body}`; a body sent is JSON, `more` are headers. */
    async request(method, path, body, more = {}) {
        const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json", ...more };
        const answer = await http(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
        return { ...answer, body: /json/.test(answer.headers["content-type"]) && answer.text !== "" ? JSON.parse(answer.text) : null };
    }

    /** The body of a request that must succeed with `status`. */
    async made(method, path, body, status = 201) {
        const answer = await this.request(method, path, body);
        assert.equal(answer.status, status, answer.text);
        return answer.body;
    }
}

/** A backend with an API key. */
export const backend = (url, key) => Object.assign(new Person(url, "backend"), { token: key });

/** The error a connection with `auth` meets. */
export async function refusedWith(t, url, auth, options = {}) {
    const { socket } = open(t, url, { transports: ["websocket"], auth, ...options });
    const error = await new Promise((resolve, reject) => {
        socket.once("connect_error", resolve);
        socket.once("connect", () => reject(new Error("was let in")));
    });
    return { message: error.message, data: error.data };
}

/** An exchange on this socket that comes after all that was sent to it before. */
export const barrier = (socket) => () => socket.timeout(10_000).emitWithAck("ticket:unsubscribe", { ticketId: "none" });
export const chatBarrier = (socket) => () => socket.timeout(10_000).emitWithAck("chat:leave", { conversationId: "none" });
