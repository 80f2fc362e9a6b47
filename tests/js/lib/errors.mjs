// What every error is, at every door; and servers with settings that provoke them.
import assert from "node:assert/strict";
import { http } from "./raw.mjs";
import { startInsightDesk } from "./server.mjs";

/** A server of the test's own, with settings such as `limit_events: "2/s,2"`. */
export async function serve(t, settings = {}, { store } = {}) {
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`INSIGHTDESK_${name.toUpperCase()}`, String(value)]));
    const server = await startInsightDesk({ env, store });
    t.after(() => server.alive && server.stop());
    return server;
}

/** What a SocketError is, whichever way it came. */
export function assertSocketError(error, code, details = {}) {
    assert.equal(error.code, code, JSON.stringify(error));
    assert.equal(typeof error.message, "string");
    for (const [name, value] of Object.entries(details)) assert.equal(error.details?.[name], value, JSON.stringify(error));
}

/** Sends an event twice: the error comes in the acknowledgement if there is one, else as event `error`. */
export async function failsBothWays({ socket, inbox }, event, payload, code, details) {
    const answer = await socket.timeout(10_000).emitWithAck(event, payload);
    assert.equal(answer.ok, false, JSON.stringify(answer));
    assertSocketError(answer.error, code, { event, ...details });
    socket.emit(event, payload);
    assertSocketError((await inbox.next("error"))[0], code, { event, ...details });
    assert.equal(socket.connected, true);
}

/** What a refused request is answered with. */
export function assertProblem(answer, status, code) {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers["content-type"], /^application\/problem\+json/);
    for (const member of ["type", "title", "message", "requestId"]) assert.equal(typeof answer.body[member], "string", answer.text);
    assert.equal(answer.body.status, status);
    assert.equal(answer.body.code, code);
}

/** The answer to a GET with that text as token. */
export const bearer = (url, path, text) =>
    http(url + path, { headers: { authorization: `Bearer ${text}` } }).then((answer) => ({ ...answer, body: JSON.parse(answer.text) }));

/** What `make(i)` gives, `n` times at once. */
export const all = (n, make) => Promise.all(Array.from({ length: n }, (_, i) => make(i)));
