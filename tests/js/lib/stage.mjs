// Stories with several people: everything that reaches anybody is written down, and at the end nothing more may be there than was told.
import assert from "node:assert/strict";
import { Manager } from "socket.io-client";
import { connected, upgraded } from "./clients.mjs";
import { Person } from "./desk.mjs";
import { within } from "./inbox.mjs";

/** An exchange with the store on each namespace that changes nothing: what the server sent before its answer has come when it is answered. */
const BARRIERS = {
    "/": ["ping", { timestamp: 1 }],
    "/tickets": ["ticket:subscribe", { ticketId: "no-such-ticket" }],
    "/chat": ["chat:join", { conversationId: "no-such-conversation" }],
    "/notifications": ["notification:markRead", { id: "no-such-notification" }],
    "/presence": ["presence:subscribe", { userIds: [] }],
};

/** The subject of the tickets by which `Stage.settle` knows that all has come. */
export const MARK = "a mark";

/** True when `actual` has all that `expected` asks: objects may have more keys, `undefined` means absent, a function is a question. */
export function covers(actual, expected) {
    if (typeof expected === "function") return Boolean(expected(actual));
    if (Array.isArray(expected)) {
        return Array.isArray(actual) && actual.length === expected.length && expected.every((each, i) => covers(actual[i], each));
    }
    if (expected === null || typeof expected !== "object") return Object.is(actual, expected);
    return actual !== null && typeof actual === "object" && Object.keys(expected).every((key) => covers(actual[key], expected[key]));
}

const lines = (entries) => entries.map(([event, data]) => `${event} ${JSON.stringify(data, (_, value) => (typeof value === "function" ? String(value) : value))}`).join("\n");

/** One client of one person: one connection with a socket for each of its namespaces, and the record of all that came. */
export class Party extends Person {
    #waiting = [];
    #barrier = false;
    /** What has come since the arrival: [event, data, namespace]. */
    records = [];
    /** What came while the party arrived. */
    arrival = [];
    sockets = {};
    /** True when nothing can reach it any more, though nobody has told it so. */
    cutOff = false;

    constructor(url, id, { name = id, namespaces = ["/", "/tickets", "/chat", "/notifications"], transports = ["websocket"], through, auth, ...claims } = {}) {
        super(url, id, claims);
        Object.assign(this, { name, namespaces, transports, auth, at: through ?? url });
    }

    get present() {
        return !this.cutOff && Object.values(this.sockets).some((socket) => socket.connected);
    }

    /** Connects every namespace, one after the other, upgraded where that was asked. What comes meanwhile is `arrival`. */
    async arrive(t, auth = this.auth) {
        // Not deflated, so that what is on the wire can be read there.
        this.manager = new Manager(this.at, { transports: this.transports, reconnection: false, perMessageDeflate: false });
        t.after(() => this.vanish());
        for (const nsp of this.namespaces) {
            const socket = this.manager.socket(nsp, { auth: { token: this.token, ...(typeof auth === "function" ? auth(nsp) : auth) } });
            this.sockets[nsp] = socket;
            socket.onAny((event, ...args) => this.#note(nsp, event, args));
            socket.on("disconnect", (reason) => this.#note(nsp, "(disconnect)", [{ reason }]));
            await connected(socket);
        }
        if (this.transports.length > 1) await upgraded(this.manager.engine);
        if (this.namespaces.includes("/notifications")) await this.hears("notification:count");
        await this.settled();
        this.arrival = this.records.splice(0);
        return this;
    }

    /** Ends the connection as a closed browser does. */
    vanish() {
        for (const socket of Object.values(this.sockets)) socket.removeAllListeners().offAny();
        this.manager?._close();
    }

    #note(nsp, event, args) {
        if (this.#barrier && (event === "pong" || (event === "presence:list" && args[0].length === 0))) return;
        assert.ok(args.length <= 1, `${event} came with ${args.length} arguments`);
        this.records.push([event, args[0], nsp]);
        this.#waiting = this.#waiting.filter((look) => !look());
    }

    /** The socket of the namespace that `event` belongs to. */
    socket(event) {
        const prefix = event.slice(0, event.indexOf(":"));
        return this.sockets[{ ticket: "/tickets", chat: "/chat", notification: "/notifications", presence: "/presence" }[prefix] ?? "/"];
    }

    /** Sends an event and gives its acknowledgement. */
    async tells(event, payload) {
        return within(this.socket(event).emitWithAck(event, payload), `${this.name}: acknowledgement of ${event}`);
    }

    /** As `tells`, and it must have worked. */
    async does(event, payload) {
        const ack = await this.tells(event, payload);
        assert.equal(ack.ok, true, `${this.name}: ${event}: ${JSON.stringify(ack)}`);
        return ack;
    }

    /** The data of the `n`-th event of this name, come or to come, counted from the start of the record. */
    hears(event, n = 1, like = () => true) {
        const found = () => this.records.filter((entry) => entry[0] === event && covers(entry[1], like))[n - 1];
        if (found()) return Promise.resolve(found()[1]);
        return within(
            new Promise((resolve) => this.#waiting.push(() => found() && (resolve(found()[1]), true))),
            `${this.name}: ${n}. ${event} ${JSON.stringify(like) ?? ""}, after\n${lines(this.records)}\n`,
        );
    }

    /** Everything the server sent up to now has come when this resolves. */
    async settled() {
        this.#barrier = true;
        for (const [nsp, socket] of Object.entries(this.sockets)) {
            if (!socket.connected || !BARRIERS[nsp]) continue;
            const [event, payload] = BARRIERS[nsp];
            await within(socket.emitWithAck(event, payload), `${this.name}: barrier of ${nsp}`);
        }
        this.#barrier = false;
    }

    /** Forgets what has come: a new scene. */
    forget() {
        this.records.length = 0;
    }

    /** Fails unless exactly `expected`, a list of [event, what its data must have], has come, in this order: on `nsp`, or over all namespaces. */
    heard(expected, nsp) {
        const records = this.records.filter((entry) => nsp === undefined || entry[2] === nsp);
        const right = records.length === expected.length && expected.every(([event, like], i) => records[i][0] === event && covers(records[i][1], like ?? {}));
        if (!right) assert.fail(`${this.name} heard${nsp ? ` on ${nsp}` : ""}\n${lines(records)}\n-- but should have heard exactly\n${lines(expected)}`);
    }

    /** The logged events of /tickets that came by socket, as [eventId, event, data]. */
    logged() {
        return this.records.filter(([, data, nsp]) => nsp === "/tickets" && data?.eventId).map(([event, data]) => [data.eventId, event, data]);
    }

    /** What GET /tickets/updates tells since `cursor`, page by page, in the form of `logged`; and the cursor after it. */
    async polled(since, limit = 100) {
        const events = [];
        for (let more = true; more; ) {
            const { updates, cursor, hasMore } = await this.made("GET", `/v1/tickets/updates?limit=${limit}&since=${encodeURIComponent(since)}`, undefined, 200);
            for (const { eventId, event, data } of updates) events.push([eventId, event, data]);
            assert.ok(!hasMore || cursor !== since, "a page that goes no further");
            [since, more] = [cursor, hasMore];
        }
        return { events, cursor: since };
    }
}

/** The people of a story, who may belong to several orgs. */
export class Stage {
    #marks = new Set();
    parties = [];

    /** `server` is anything with a `url`. */
    constructor(server) {
        this.server = server;
    }

    /** Somebody of `org`, not connected yet. `id` may be that of somebody in another org; `name` is what failures call the party. */
    add(org, id, options = {}) {
        const party = new Party(options.at ?? this.server.url, id, { name: `${id} of ${org}`, org, ...options });
        party.org = org;
        this.parties.push(party);
        return party;
    }

    /** Makes the store know everybody who was added, so that they can be assigned and mentioned. */
    async known() {
        for (const party of this.parties) await this.#mark(party);
    }

    async arrive(t) {
        for (const party of this.parties) await party.arrive(t);
    }

    async #mark(author) {
        const { id } = await author.made("POST", "/v1/tickets", { subject: MARK });
        this.#marks.add(`${author.org} ${id}`);
        return id;
    }

    /**
     * Resolves when all that the server had to send has come. In each org the last logged event is a new ticket, which all staff and its
     * requester hear; then everybody asks the store something, which a loop answers after what it was handed before. The marks are taken
     * out of the records again, in their own org only: elsewhere they would be what must not be.
     */
    async settle() {
        const present = this.parties.filter((party) => party.present);
        for (const org of new Set(present.map((party) => party.org))) {
            for (const author of present.filter((party) => party.org === org && party.role === "customer")) await this.#seen(present, org, author);
            if (!present.some((party) => party.org === org && party.role === "customer")) {
                await this.#seen(present, org, present.find((party) => party.org === org));
            }
        }
        for (const party of present) await party.settled();
        for (const party of this.parties) {
            party.records = party.records.filter(([event, data]) => !(event === "ticket:created" && this.#marks.has(`${party.org} ${data?.id}`)));
        }
    }

    async #seen(present, org, author) {
        const id = await this.#mark(author);
        for (const party of present) {
            const hears = party.org === org && party.sockets["/tickets"]?.connected && (party.role !== "customer" || party.id === author.id);
            if (hears) await party.hears("ticket:created", 1, { id });
        }
    }

    forget() {
        for (const party of this.parties) party.forget();
    }

    /** After `settle`: each party named in `expected` heard exactly its list, and every other party nothing. */
    heard(expected) {
        for (const party of this.parties) party.heard(expected.get(party) ?? []);
    }
}
