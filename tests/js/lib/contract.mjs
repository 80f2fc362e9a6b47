// What the documents promise of each payload, as checks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;

export function ajv(options) {
    const validator = new Ajv({ allErrors: true, allowUnionTypes: true, ...options });
    addFormats(validator);
    return validator;
}

const document = (name) => JSON.parse(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8"));

/** Members may be added by later versions; of this server every one must be described, so that none is forgotten. */
const OPEN = new Set(["ErrorDetails", "NotificationData", "Empty", "Health"]);
function close(schemas) {
    for (const [name, schema] of Object.entries(schemas)) {
        if (schema.type === "object" && !OPEN.has(name)) schema.additionalProperties = false;
    }
    return schemas;
}

const async_api = document("asyncapi.json");
const open_api = document("openapi.json");
const CHANNELS = Object.fromEntries(Object.values(async_api.channels).map((channel) => [channel.address, channel]));

function checker(components) {
    const validator = ajv({ strict: false });
    validator.addSchema({ $id: "api", components: { schemas: close(components) } });
    const compiled = new Map();
    return (schema, value, what) => {
        const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
        if (!compiled.has(text)) compiled.set(text, validator.compile(JSON.parse(text)));
        const valid = compiled.get(text);
        assert.ok(valid(value), `${what}: ${JSON.stringify(value)}\n${JSON.stringify(valid.errors, null, 2)}`);
    };
}
const check_event = checker(async_api.components.schemas);
const check_rest = checker(open_api.components.schemas);

const key = (event, suffix) => `${event.replaceAll(":", ".")}.${suffix}`;
const message = (namespace, name, suffix) => {
    const found = CHANNELS[namespace]?.messages[key(name, suffix)];
    assert.ok(found, `${namespace} has no ${name} (${suffix})`);
    return found.payload;
};

/** `seen` counts what was checked, by name. */
export const seen = new Map();
const note = (what) => seen.set(what, (seen.get(what) ?? 0) + 1);

/** One argument, and it is what the event's schema says. */
export function checkEvent(namespace, name, args) {
    const what = `${namespace} ${name}`;
    assert.equal(args.length, 1, `${what} has one argument`);
    const schema = message(namespace, name, "server");
    let [payload] = args;
    if (schema.allOf) {
        // A closed record and the members of all logged events: each is checked alone.
        const { eventId, seq, ...rest } = payload;
        check_event({ $ref: "#/components/schemas/Logged" }, { eventId, seq }, what);
        check_event(schema.allOf[0], rest, what);
    } else {
        check_event(schema, payload, what);
    }
    note(what);
}

/** What a client emits, and what it is answered. */
export function checkRequest(namespace, name, payload) {
    check_event(message(namespace, name, "client"), payload, `${namespace} ${name} sent`);
}
export function checkAck(namespace, name, answer) {
    const what = `${namespace} ${name} ack`;
    const [success, failure] = message(namespace, name, "ack").oneOf;
    if (answer.ok === true) {
        const { ok, ...rest } = answer;
        if (success.allOf.length > 1) check_event(success.allOf[1], rest, what);
        else assert.deepEqual(rest, {}, what);
    } else {
        check_event(failure, answer, what);
    }
    note(what);
}

const PATHS = Object.entries(open_api.paths).map(([pattern, operations]) => ({
    pattern,
    operations,
    regex: new RegExp(`^${pattern.replaceAll(/\{[^}]*\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
}));

/** The answer to a REST request, parsed. The path with the fewest placeholders is the one meant. */
export function checkAnswer(method, url, status, body) {
    const path = url.split("?")[0];
    const candidates = PATHS.filter(({ regex, operations }) => regex.test(path) && operations[method.toLowerCase()]);
    candidates.sort((a, b) => a.pattern.split("{").length - b.pattern.split("{").length);
    assert.ok(candidates[0], `${method} ${path} is not described`);
    const what = `${method} ${candidates[0].pattern}`;
    const answer = candidates[0].operations[method.toLowerCase()].responses[status];
    assert.ok(answer, `${what} may not answer ${status}`);
    const content = answer.content && Object.values(answer.content)[0];
    if (content) check_rest(content.schema, body, `${what} ${status}`);
    note(`${what} ${status}`);
}

/** Every event of every namespace: "/tickets ticket:created". */
export const serverEvents = Object.values(CHANNELS).flatMap((channel) =>
    Object.entries(channel.messages).flatMap(([name, { name: event }]) => (name.endsWith(".server") ? [`${channel.address} ${event}`] : [])),
);
