// What somebody can try who knows ids of another org: every route of the API document, with a foreign id in every place that takes one.

const ID_PATTERN = "^[A-Za-z0-9_.@|+=-]{1,128}$";
/** Whose id stands in a path behind this word, or in a field of this name. */
const PATHS = { tickets: "ticket", conversations: "conv", notifications: "notif", users: "user", teams: "team", orgs: "org", "api-keys": "key", maintenance: "notice" };
const FIELDS = {
    requesterId: "user", assigneeId: "user", assignee: "user", agentId: "user", customerId: "user", userId: "user", userIds: "user", participantIds: "user",
    teamId: "team", teamIds: "team", team: "team", ticketId: "ticket", conversationId: "conv", messageId: "chat", inReplyTo: "message",
    org: "org", orgId: "org", orgs: "org", since: "cursor", room: "room", rooms: "room",
};
const KINDS = ["ticket", "conv", "chat", "message", "notif", "user", "team", "org", "key", "notice"];

/** The placeholders to try where a name says nothing to us: all of them. */
const kinds = (table, name) => (table[name] ? [table[name]] : KINDS);

class Document {
    constructor(document) {
        this.document = document;
    }

    resolve(schema) {
        if (schema?.$ref) return this.resolve(this.document.components.schemas[schema.$ref.split("/").at(-1)]);
        const one = (schema?.anyOf ?? schema?.oneOf)?.find((each) => each.type !== "null");
        return one ? this.resolve(one) : (schema ?? {});
    }

    /** Something right. */
    example(given) {
        const schema = this.resolve(given);
        const type = [schema.type].flat().find((each) => each !== "null");
        if (schema.enum) return schema.enum[0];
        if (type === "array") return schema.items ? [this.example(schema.items)] : [];
        if (type === "boolean") return true;
        if (type === "integer" || type === "number") return schema.minimum ?? 1;
        if (type === "string") return schema.format === "date-time" ? "2030-01-02T03:04:05.000Z" : "x";
        return Object.fromEntries((schema.required ?? []).map((name) => [name, this.example(schema.properties[name])]));
    }

    /** One field changed. */
    change(given) {
        const { properties } = this.resolve(given);
        const [name] = Object.entries(properties).find(([name, field]) => name !== "id" && [this.resolve(field).type].flat().includes("string"));
        return { [name]: "taken over" };
    }

    /** `[name, is a list]` of each field that takes an id of something there is. */
    references(given) {
        const named = Object.entries(this.resolve(given).properties ?? {}).map(([name, field]) => [name, this.resolve(field)]);
        const takes = (name, schema) => schema.pattern === ID_PATTERN || FIELDS[name] !== undefined;
        return named
            .filter(([name, schema]) => name !== "id" && takes(name, [schema.type].flat().includes("array") ? this.resolve(schema.items) : schema))
            .map(([name, schema]) => [name, [schema.type].flat().includes("array")]);
    }
}

/** `[method, path, body]` with `$kind` for an id that the asker has from elsewhere and `$my_kind` for one of their own. */
export function attempts(openapi) {
    const document = new Document(openapi);
    const found = [];
    for (const [path, methods] of Object.entries(openapi.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
            const ask = (at, body) => found.push([method.toUpperCase(), at, body]);
            const segment = path.split("/").find((_, i, all) => all[i + 1]?.startsWith("{"));
            const schema = operation.requestBody?.content["application/json"].schema;
            const body = schema && (method === "patch" ? document.change(schema) : document.example(schema));
            if (segment) for (const kind of kinds(PATHS, segment)) ask(path.replace(/\{\w+\}/, `$${kind}`), body);
            else ask(path, body);

            const own = segment ? path.replace(/\{\w+\}/, `$my_${PATHS[segment]}`) : path;
            if (segment && !PATHS[segment]) continue;
            for (const { name, in: place } of operation.parameters ?? []) {
                if (place !== "query" || !(FIELDS[name] || name === "cursor")) continue;
                for (const kind of kinds(FIELDS, name)) ask(`${own}?${name}=$${kind}`, body);
            }
            for (const [name, list] of schema ? document.references(schema) : []) {
                for (const kind of kinds(FIELDS, name)) ask(own, { ...body, [name]: list ? [`$${kind}`] : `$${kind}` });
            }
        }
    }
    return found;
}
