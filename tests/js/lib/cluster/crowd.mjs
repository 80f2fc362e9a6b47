// Many people on several servers, through whatever happens to these. Everybody remembers what they heard; in the end it is held against
// the log: all of it, once, in order, and nothing else.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Manager } from "socket.io-client";
import { Person } from "../desk.mjs";
import { within } from "../inbox.mjs";
import { http } from "../raw.mjs";

const USERS = 5;
const WAYS = [["websocket"], ["polling"], ["polling", "websocket"]];
const SETTLE_MS = 90_000;

/** One client of somebody, stock but for what api.md asks of every client: where it was, events once, and another attempt after a refusal that passes. */
class Client {
    #known = new Set();
    events = { "/tickets": [], "/chat": [] };
    since = {};
    repeats = 0;
    losses = [];
    failures = [];
    unread = undefined;

    constructor(person, transports, org) {
        Object.assign(this, { person, transports, org, name: `${person.id} of ${org.id} by ${transports.join("+")}` });
    }

    open(url) {
        this.manager = new Manager(url, { transports: this.transports, reconnectionDelay: 100, reconnectionDelayMax: 1000, timeout: 5000 });
        this.ready = Promise.all(["/tickets", "/chat", ...(this.person.role === "customer" ? [] : ["/notifications", "/presence"])].map((nsp) => this.#enter(nsp)));
    }

    #enter(nsp) {
        const auth = () => ({ token: this.person.token, ...(this.since[nsp] ? { since: this.since[nsp] } : {}), ...this.org.following(nsp, this.person) });
        const socket = this.manager.socket(nsp, { auth: (give) => give(auth()) });
        socket.on("disconnect", (reason) => this.losses.push({ reason, at: Date.now() }));
        socket.on("connect_error", (error) => {
            if (socket.active) return;
            if (error.data?.code !== "UNAVAILABLE") this.failures.push(`${nsp}: ${error.message} ${JSON.stringify(error.data)}`);
            setTimeout(() => socket.connect(), 300);
        });
        (this.sockets ??= {})[nsp] = socket;
        return new Promise((resolve) => {
            socket.onAny((event, data) => {
                if (event === "sync:ready") resolve((this.since[nsp] ??= data.cursor));
                else if (event === "sync:required" || event === "error") this.failures.push(`${nsp}: ${event} ${JSON.stringify(data)}`);
                else if (event === "notification:count") this.unread = data.unread;
                else if (data?.eventId && nsp !== "/notifications") this.#take(nsp, event, data);
            });
            if (nsp === "/notifications" || nsp === "/presence") socket.once("connect", resolve);
        });
    }

    #take(nsp, event, data) {
        if (this.#known.has(data.eventId)) return void ++this.repeats;
        this.#known.add(data.eventId);
        this.since[nsp] = data.eventId;
        this.events[nsp].push({ event, data });
    }

    get connected() {
        return Object.values(this.sockets).every((socket) => socket.connected);
    }

    close() {
        for (const socket of Object.values(this.sockets)) socket.removeAllListeners().offAny();
        this.manager._close();
    }
}

class Org {
    #count = 0;
    /** Of each user: what the log says to them, as it was read so far. */
    truth = new Map();
    cursors = new Map();
    written = 0;
    notified = 0;
    opened = 0;

    constructor(id, url) {
        this.id = id;
        const people = (prefix, role) => Array.from({ length: USERS }, (_, i) => new Person(url, `${prefix}${i}`, { org: id, role }));
        [this.agents, this.customers, [this.admin]] = [people("agent", "agent"), people("customer", "customer"), people("admin", "admin")];
    }

    get people() {
        return [...this.agents, ...this.customers];
    }

    mine(person) {
        return person.role === "customer" ? this.customers.indexOf(person) : undefined;
    }

    /** What a socket asks for when it connects. */
    following(nsp, person) {
        const numbers = person.role === "customer" ? [this.mine(person)] : this.customers.keys();
        if (nsp === "/tickets") return { tickets: Array.from(numbers, (i) => `T-${i}`) };
        return nsp === "/chat" ? { conversations: Array.from(numbers, (i) => `V-${i}`) } : {};
    }

    async found() {
        for (const person of this.people) await person.made("POST", "/v1/tickets", { subject: "a beginning" });
        for (const [i, { id }] of this.customers.entries()) {
            await this.admin.made("POST", "/v1/tickets", { id: `T-${i}`, subject: `of ${id}`, requesterId: id });
            await this.admin.made("POST", "/v1/conversations", { id: `V-${i}`, customerId: id });
        }
        for (const person of this.people) {
            this.truth.set(person.id, []);
            this.cursors.set(person.id, (await person.made("GET", "/v1/tickets/updates", undefined, 200)).cursor);
        }
        this.opened = this.people.length + this.customers.length;
        this.chats = new Map(this.customers.map((_, i) => [`V-${i}`, []]));
    }

    /** A write of some kind, as often repeated as its answer takes. */
    async write() {
        const n = this.#count++;
        const [key, i] = [`${this.id}-${n}`, n % USERS];
        const [agent, customer] = [this.agents[n % USERS], this.customers[i]];
        const kind = n % 10;
        if (kind === 0) {
            await this.#decided(customer, "/v1/tickets", { subject: key }, { "idempotency-key": key });
            ++this.opened;
        } else if (kind === 1) {
            await this.#decided(this.admin, "/v1/notifications", { userIds: [agent.id], title: key, message: key }, { "idempotency-key": key });
            ++this.notified;
        } else if (kind < 6) await this.#decided(kind % 2 ? agent : customer, `/v1/tickets/T-${i}/messages`, { content: key, clientMessageId: key });
        else await this.#decided(kind % 2 ? agent : customer, `/v1/conversations/V-${i}/messages`, { content: key, clientMessageId: key });
        ++this.written;
    }

    async #decided(person, path, body, headers) {
        for (;;) {
            const answer = await person.request("POST", path, body, headers).catch((error) => ({ error }));
            if (answer.status === 200 || answer.status === 201) return;
            const passing = answer.error || [502, 503, 504].includes(answer.status) || (answer.status === 409 && answer.body?.details?.reason === "IDEMPOTENCY_KEY_RUNNING");
            if (!passing) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
            await pause(200);
        }
    }

    /** Reads on what the log says to everybody. */
    async read() {
        for (const person of this.people) {
            for (let more = true; more; ) {
                const page = await person.made("GET", `/v1/tickets/updates?limit=300&since=${this.cursors.get(person.id)}`, undefined, 200);
                this.truth.get(person.id).push(...page.updates.map(({ data }) => data));
                this.cursors.set(person.id, page.cursor);
                more = page.hasMore;
            }
        }
        for (const [id, messages] of this.chats) {
            for (let more = true; more; ) {
                const { items } = await this.admin.made("GET", `/v1/conversations/${id}/messages?after=${messages.length}&limit=200`, undefined, 200);
                messages.push(...items);
                more = items.length > 0;
            }
        }
    }
}

/** Two orgs with the same ids, and `size` clients of their people, over every transport. */
export class Crowd {
    #writing = [];
    #stop = false;

    static async gather(t, desks, { size = 200, pace_ms = 100 } = {}) {
        const crowd = new Crowd();
        Object.assign(crowd, { desks, pace_ms, orgs: ["acme", "globex"].map((id) => new Org(id, desks.url)) });
        for (const org of crowd.orgs) await org.found();
        crowd.clients = Array.from({ length: size }, (_, n) => {
            const org = crowd.orgs[n % 2];
            const people = org.people;
            return new Client(people[(n >> 1) % people.length], WAYS[Math.floor(n / (2 * people.length)) % WAYS.length], org);
        });
        t.after(() => crowd.close());
        for (const client of crowd.clients) client.open(desks.url);
        await within(Promise.all(crowd.clients.map(({ ready }) => ready)), "everybody's arrival", SETTLE_MS);
        return crowd;
    }

    /** Writes all the time from now on, in each org two at once. */
    begin() {
        this.#stop = false;
        this.#writing = this.orgs.flatMap((org) => [0, 1].map(async () => {
            while (!this.#stop) {
                await org.write();
                await pause(this.pace_ms);
            }
        }));
        // A failure is met in `verify`.
        for (const each of this.#writing) each.catch(() => {});
    }

    get written() {
        return this.orgs.reduce((sum, org) => sum + org.written, 0);
    }

    /** How often clients lost their connection from `since` (epoch ms) on: the times. */
    losses(since) {
        return this.clients.flatMap(({ losses }) => [...new Set(losses.filter(({ at }) => at >= since).map(({ at }) => at))]);
    }

    /** Ends the writing, and holds what everybody heard against the log; counts and presence against the store. */
    async verify(what) {
        this.#stop = true;
        await within(Promise.all(this.#writing), `${what}: writes decided`, SETTLE_MS);
        await this.#eventually(() => this.clients.every(({ connected }) => connected), `${what}: everybody back`, () => this.clients.filter(({ connected }) => !connected).map(({ name }) => name));
        for (const org of this.orgs) await org.read();
        const behind = () => this.clients.filter((client) => {
            const truth = client.org.truth.get(client.person.id);
            return client.events["/tickets"].length < truth.length || this.#chatBehind(client);
        });
        await this.#eventually(() => behind().length === 0, `${what}: everybody has heard all`, () => behind().map((client) => this.#describe(client)));
        for (const client of this.clients) this.#verifyClient(client, what);
        await this.#verifyCounts(what);
        await this.#verifyPresence(what);
    }

    /** How far a client got, and what it does not have. */
    #describe({ name, org, person, events, since, failures, losses, sockets }) {
        const truth = org.truth.get(person.id);
        const heard = new Set(events["/tickets"].map(({ data }) => data.eventId));
        const missing = truth.flatMap(({ eventId }, i) => (heard.has(eventId) ? [] : [`${i}: ${eventId}`]));
        return { name, on: this.desks.of(sockets["/tickets"])?.name, heard: `${heard.size} of ${truth.length}`, missing, since, failures, losses };
    }

    #chatOf(client) {
        return client.org.following("/chat", client.person).conversations.map((id) => client.org.chats.get(id));
    }

    #chatBehind(client) {
        const heard = client.events["/chat"].filter(({ event }) => event === "chat:message").length;
        return heard < this.#chatOf(client).reduce((sum, messages) => sum + messages.length, 0);
    }

    #verifyClient(client, what) {
        assert.deepEqual(client.failures, [], `${what}: ${client.name}`);
        const ids = (list) => list.map(({ eventId }) => eventId);
        const truth = client.org.truth.get(client.person.id);
        assert.deepEqual(ids(client.events["/tickets"].map(({ data }) => data)), ids(truth), `${what}: ${client.name}: tickets`);
        for (const [i, messages] of this.#chatOf(client).entries()) {
            const id = client.org.following("/chat", client.person).conversations[i];
            const heard = client.events["/chat"].filter(({ event, data }) => event === "chat:message" && data.conversationId === id).map(({ data }) => data.id);
            assert.deepEqual(heard, messages.map((message) => message.id), `${what}: ${client.name}: ${id}`);
        }
        for (const events of Object.values(client.events)) {
            assert.ok(events.every(({ data }, i) => i === 0 || data.seq > events[i - 1].data.seq), `${what}: ${client.name}: not in order`);
        }
    }

    async #verifyCounts(what) {
        for (const org of this.orgs) {
            let notified = 0;
            for (const agent of org.agents) {
                const { unread } = await agent.made("GET", "/v1/notifications/count", undefined, 200);
                notified += unread;
                const its = this.clients.filter(({ person }) => person === agent);
                await this.#eventually(() => its.every((client) => client.unread === unread), `${what}: ${agent.id} of ${org.id} is told of ${unread} unread`, () => its.map((client) => client.unread));
            }
            assert.equal(notified, org.notified, `${what}: notifications that are stored`);
            for (const desk of this.desks.all) {
                let open;
                const counted = async () => (open = (await this.#ask(org.admin, desk, "/v1/metrics/tickets")).open) === org.opened;
                await this.#eventually(counted, `${what}: ${org.opened} open tickets of ${org.id} on ${desk.name}`, () => open);
            }
        }
    }

    /** Every agent who has a client is online, whichever server one asks. */
    async #verifyPresence(what) {
        for (const org of this.orgs) {
            const here = new Set(this.clients.filter((client) => client.org === org && client.person.role !== "customer").map(({ person }) => person.id));
            for (const desk of this.desks.all) {
                const seen = async () => {
                    const people = await this.#ask(org.admin, desk, `/v1/presence?userIds=${org.agents.map(({ id }) => id)}`);
                    return people.map(({ userId, status }) => `${userId} ${status}`).sort().join();
                };
                const expected = org.agents.map(({ id }) => `${id} ${here.has(id) ? "online" : "offline"}`).sort().join();
                let last;
                await this.#eventually(async () => (last = await seen()) === expected, `${what}: presence on ${desk.name}`, () => last);
            }
        }
    }

    /** What one server answers, whatever the balancer thinks of it. */
    async #ask(person, desk, path) {
        const answer = await http(desk.url + path, { headers: { authorization: `Bearer ${person.token}` } });
        assert.equal(answer.status, 200, `${desk.name}: GET ${path}: ${answer.text}`);
        return JSON.parse(answer.text);
    }

    async #eventually(condition, what, describe) {
        for (const deadline = Date.now() + SETTLE_MS; !(await condition()); await pause(50)) {
            if (Date.now() > deadline) assert.fail(`${what}: ${JSON.stringify(await describe())}`);
        }
    }

    close() {
        this.#stop = true;
        for (const client of this.clients ?? []) client.close();
    }
}
