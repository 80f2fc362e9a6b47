// The server under load, killed again and again. People write and remember what was acknowledged; others listen and remember where they
// were. After each restart everything acknowledged is there once, and who gives a position has each event once, in order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Manager } from "socket.io-client";
import { connected } from "./clients.mjs";
import { Person } from "./desk.mjs";
import { within } from "./inbox.mjs";
import { startInsightDesk, temporaryFolder } from "./server.mjs";

const TICKETS = ["T-0", "T-1", "T-2"];
const CHATS = ["V-0", "V-1", "V-2"];
/** Writes each writer has under way. */
const WINDOW = 3;

/** An answer that says the server could not say: the same request again is safe, and needed. */
const undecided = (code) => code === "UNAVAILABLE";

class Undecided extends Error {}

/** One connection to one namespace, which continues where its follower was. */
function attach(url, person, nsp, auth) {
    const manager = new Manager(url, { transports: ["websocket"], reconnection: false });
    return manager.socket(nsp, { auth: { token: person.token, ...auth } });
}

/** Listens to logged events of a namespace over all lives of the server. Keeps each event once, in order of its first coming. */
class Follower {
    events = [];
    #known = new Set();
    #waiting = [];
    repeats = 0;

    constructor(id, options, nsp, auth) {
        Object.assign(this, { id, options, nsp, auth });
    }

    async start(url) {
        const person = new Person(url, this.id, this.options);
        this.socket = attach(url, person, this.nsp, { ...this.auth, since: this.since });
        const ready = new Promise((resolve, reject) => {
            this.socket.onAny((event, data) => {
                if (event === "sync:ready") resolve(data.cursor);
                else if (event === "sync:required" || event === "error") reject(new Error(`${this.nsp}: ${event} ${JSON.stringify(data)}`));
                else if (data?.eventId) this.#take(event, data);
            });
        });
        await connected(this.socket);
        const cursor = await within(ready, `sync:ready of ${this.nsp}`);
        this.since ??= cursor;
    }

    #take(event, data) {
        if (this.#known.has(data.eventId)) {
            ++this.repeats;
            return;
        }
        this.#known.add(data.eventId);
        this.since = data.eventId;
        this.events.push({ event, ...data });
        this.#waiting = this.#waiting.filter((look) => !look());
    }

    /** Resolves when an event like this has come. */
    until(like, what) {
        if (this.events.some(like)) return Promise.resolve();
        return within(new Promise((resolve) => this.#waiting.push(() => like(this.events.at(-1)) && (resolve(), true))), what);
    }

    stop() {
        this.socket.removeAllListeners().offAny().disconnect();
    }
}

/** One org: its writers, its followers, and what it knows. All orgs have the same ids of everything. */
class Org {
    #counter = 0;
    /** Writes not acknowledged: done again, with the same keys, in the server's next life. */
    pending = [];
    acknowledged = 0;
    retried = 0;
    chats = new Map(); // clientMessageId -> {id, number, conversation}
    latest = new Map(); // conversation -> the last message acknowledged
    replies = new Map(); // clientMessageId -> id
    opened = new Map(); // subject -> id
    markers = new Map(); // conversation -> greatest number read and acknowledged
    notifications = new Map(); // title -> id
    read = new Set(); // ids of notifications
    /** What GET /tickets/updates says, in all. */
    truth = [];
    stored = new Map(CHATS.map((id) => [id, []]));
    polled = [];

    constructor(id) {
        this.id = id;
        const staff = { org: id, role: "agent" };
        this.followers = [new Follower("bob", staff, "/tickets", { tickets: TICKETS }), new Follower("bob", staff, "/chat", { conversations: CHATS })];
    }

    people(url) {
        this.admin = new Person(url, "dan", { org: this.id, role: "admin" });
        this.agent = new Person(url, "ann", { org: this.id, role: "agent" });
        this.customer = new Person(url, "carl", { org: this.id, role: "customer" });
        this.listener = new Person(url, "bob", { org: this.id, role: "agent" });
    }

    async found(url) {
        this.people(url);
        for (const who of [this.agent, this.customer, this.listener]) await who.made("POST", "/v1/tickets", { subject: "a beginning" });
        for (const id of TICKETS) await this.admin.made("POST", "/v1/tickets", { id, subject: id, requesterId: "carl" });
        for (const id of CHATS) await this.admin.made("POST", "/v1/conversations", { id, customerId: "carl" });
        this.truthCursor = this.pollCursor = (await this.admin.made("GET", "/v1/tickets/updates", undefined, 200)).cursor;
    }

    async start(url) {
        this.people(url);
        for (const follower of this.followers) await follower.start(url);
        this.writers = {};
        for (const [name, who] of [["customer", this.customer], ["agent", this.agent]]) {
            const socket = attach(url, who, "/chat", {});
            await connected(socket);
            for (const conversationId of CHATS) assert.equal((await within(socket.emitWithAck("chat:join", { conversationId }), "join")).ok, true);
            this.writers[name] = socket;
        }
        this.bell = attach(url, this.agent, "/notifications", {});
        await connected(this.bell);
    }

    stop() {
        for (const follower of this.followers) follower.stop();
        for (const socket of [...Object.values(this.writers), this.bell]) socket.disconnect();
    }

    /** A new write of the kind, with a key and a text that no other has. */
    write(kind) {
        const key = `${this.id}-${kind}-${this.#counter++}`;
        const pick = (list) => list[this.#counter % list.length];
        return { key, kind, conversation: pick(CHATS), ticket: pick(TICKETS), by: this.#counter % 2 ? "customer" : "agent" };
    }

    /** Resolves once the write was acknowledged and noted; rejects with Undecided when nobody knows. */
    async perform(write) {
        const { key, kind, conversation, ticket } = write;
        if (kind === "chat") {
            const ack = await this.#emit(this.writers[write.by], "chat:message", { conversationId: conversation, content: key, clientMessageId: key });
            assert.equal(ack.content, key);
            this.chats.set(key, { id: ack.id, number: ack.number, conversation });
            this.latest.set(conversation, ack);
        } else if (kind === "read") {
            const latest = this.latest.get(conversation);
            if (!latest) return void (await turn());
            await this.#emit(this.writers.agent, "chat:read", { conversationId: conversation, messageId: latest.id });
            this.markers.set(conversation, Math.max(latest.number, this.markers.get(conversation) ?? 0));
        } else if (kind === "reply") {
            const made = await this.#post(this.agent, `/v1/tickets/${ticket}/messages`, { content: key, clientMessageId: key });
            this.replies.set(key, made.id);
        } else if (kind === "open") {
            const made = await this.#post(this.customer, "/v1/tickets", { subject: key }, { "idempotency-key": key });
            this.opened.set(key, made.id);
        } else {
            if (!this.notifications.has(key)) {
                const made = await this.#post(this.admin, "/v1/notifications", { userIds: ["ann"], title: key, message: key }, { "idempotency-key": key });
                this.notifications.set(key, made.items[0].id);
            }
            await this.#emit(this.bell, "notification:markRead", { id: this.notifications.get(key) });
            this.read.add(this.notifications.get(key));
        }
        ++this.acknowledged;
    }

    async #emit(socket, event, payload) {
        const ack = await socket.timeout(20_000).emitWithAck(event, payload).catch((error) => {
            throw new Undecided(`${event}: ${error.message}`);
        });
        if (ack.ok) return ack;
        throw undecided(ack.error.code) ? new Undecided(event) : new Error(`${event} ${JSON.stringify(payload)}: ${JSON.stringify(ack)}`);
    }

    async #post(who, path, body, headers) {
        const answer = await who.request("POST", path, body, headers).catch((error) => {
            throw new Undecided(`${path}: ${error.message}`);
        });
        // 200: a repeat of what had been done.
        if (answer.status === 201 || answer.status === 200) return answer.body;
        throw undecided(answer.body?.code) ? new Undecided(path) : new Error(`POST ${path} ${JSON.stringify(body)}: ${answer.text}`);
    }

    /** Everything acknowledged stands once, everybody who listened has it all, once and in order. */
    async verify() {
        const retries = this.pending.splice(0);
        this.retried += retries.length;
        for (const write of retries) await this.perform(write);

        const fresh = await updates(this.listener, this.truthCursor, 300);
        this.truthCursor = fresh.cursor;
        this.truth.push(...fresh.events);
        const seqs = this.truth.map(({ data }) => data.seq);
        assert.ok(seqs.every((seq, i) => i === 0 || seq > seqs[i - 1]), "the log is not in order");

        const rest = await updates(this.listener, this.pollCursor, 100);
        this.pollCursor = rest.cursor;
        this.polled.push(...rest.events);
        assert.deepEqual(ids(this.polled), ids(this.truth), `${this.id}: polling by cursor`);

        const [tickets, chat] = this.followers;
        if (this.truth.length > 0) await tickets.until(({ eventId }) => eventId === this.truth.at(-1).eventId, `${this.id}: ${JSON.stringify(this.truth.at(-1))}`);
        assert.deepEqual(tickets.events.map(({ eventId }) => eventId), ids(this.truth), `${this.id}: following /tickets`);
        this.#once("ticket:created", "subject", this.opened);
        this.#once("ticket:message", "content", this.replies);
        await this.#verifyChats(chat);
        await this.#verifyReads();
    }

    #once(event, field, expected) {
        const found = new Map();
        for (const { event: name, data } of this.truth) {
            if (name !== event || !data[field].startsWith(this.id)) continue;
            assert.ok(!found.has(data[field]), `${data[field]} was done twice`);
            found.set(data[field], data.id);
        }
        for (const [key, id] of expected) assert.equal(found.get(key), id, `${key} was acknowledged and is lost`);
        assert.equal(found.size, expected.size);
    }

    async #verifyChats(follower) {
        const standing = new Map();
        for (const [id, messages] of this.stored) {
            for (;;) {
                const { items } = await this.listener.made("GET", `/v1/conversations/${id}/messages?after=${messages.length}&limit=200`, undefined, 200);
                messages.push(...items);
                if (items.length === 0) break;
            }
            assert.deepEqual(messages.map(({ number }) => number), messages.map((_, i) => i + 1), `${id}: numbers without holes`);
            for (const message of messages) {
                assert.ok(!standing.has(message.content), `${message.content} stands twice`);
                standing.set(message.content, message);
            }
        }
        for (const [key, { id, number, conversation }] of this.chats) {
            const found = standing.get(key);
            assert.deepEqual([found?.id, found?.number, found?.conversationId], [id, number, conversation], `${key} was acknowledged and is lost`);
        }
        assert.equal(standing.size, this.chats.size, "a message that nobody sent, or of another org");

        // What was heard is what stands; of what stands the end may still be on its way.
        for (const messages of this.stored.values()) {
            if (messages.length > 0) await follower.until((event) => event.id === messages.at(-1).id, `${this.id}: ${JSON.stringify(messages.at(-1))}`);
        }
        for (const [id, messages] of this.stored) {
            const heard = follower.events.filter((event) => event.event === "chat:message" && event.conversationId === id);
            assert.deepEqual(heard.map((message) => message.id), messages.map((message) => message.id), `${this.id}: following ${id}`);
        }
        assert.ok(follower.events.every(({ seq }, i) => i === 0 || seq > follower.events[i - 1].seq), `${this.id}: /chat not in order`);
    }

    async #verifyReads() {
        for (const [id, number] of this.markers) {
            const { readMarkers } = await this.listener.made("GET", `/v1/conversations/${id}`, undefined, 200);
            const at = this.stored.get(id).find((message) => message.id === readMarkers.ann);
            assert.ok(at?.number >= number, `${id}: read up to ${number} was acknowledged, ${at?.number} is stored`);
        }
        const { items } = await this.agent.made("GET", "/v1/notifications?unread=true&limit=200", undefined, 200);
        for (const { id } of items) assert.ok(!this.read.has(id), "a notification is unread again");
        const { unread } = await this.agent.made("GET", "/v1/notifications/count", undefined, 200);
        assert.equal(unread, this.notifications.size - this.read.size, "the count of unread ones");
    }
}

const ids = (events) => events.map(({ eventId }) => eventId);

/** All updates after `cursor`, by pages. */
async function updates(person, cursor, limit) {
    const events = [];
    for (let more = true; more; ) {
        const page = await person.made("GET", `/v1/tickets/updates?limit=${limit}&since=${cursor}`, undefined, 200);
        events.push(...page.updates);
        [cursor, more] = [page.cursor, page.hasMore];
    }
    return { events, cursor };
}

/** Load until `acks` more writes were acknowledged and some ms more; then the server dies in the middle of whatever it does. */
async function dieUnderLoad(server, orgs, acks, delay_ms) {
    let dead = false;
    let left = acks;
    let kill;
    const killed = new Promise((resolve) => (kill = resolve));
    async function work(org, kind) {
        while (!dead) {
            const write = org.write(kind);
            try {
                await org.perform(write);
            } catch (error) {
                if (!(error instanceof Undecided)) throw error;
                org.pending.push(write);
                continue;
            }
            if (--left === 0) {
                setTimeout(() => {
                    dead = true;
                    kill(server.kill());
                }, delay_ms);
            }
        }
    }
    async function poll(org) {
        while (!dead) {
            const page = await org.listener.request("GET", `/v1/tickets/updates?since=${org.pollCursor}`).catch(() => null);
            if (page === null) continue;
            assert.equal(page.status, 200, page.text);
            org.polled.push(...page.body.updates);
            org.pollCursor = page.body.cursor;
        }
    }
    const tasks = [killed];
    for (const org of orgs) {
        for (const kind of ["chat", "chat", "read", "reply", "open", "notify"]) {
            for (let i = 0; i < WINDOW; ++i) tasks.push(work(org, kind));
        }
        tasks.push(poll(org));
    }
    await Promise.all(tasks);
}

/** Kills the server `kills` times. Gives figures of the whole; throws on the first thing lost, doubled or out of order. */
export async function killUnderLoad({ kills, report = () => {} }) {
    const store = join(temporaryFolder(), "chaos.db");
    const start = () => startInsightDesk({ store, args: ["--limits", "high"] });
    const orgs = [new Org("acme"), new Org("globex")];
    let server = await start();
    const totals = { kills: 0, acknowledged: 0, retried: 0, events: 0, repeats: 0, restart_ms: 0 };
    try {
        for (const org of orgs) await org.found(server.url);
        for (const org of orgs) await org.start(server.url);
        for (let kill = 1; kill <= kills; ++kill) {
            await within(dieUnderLoad(server, orgs, 50 + Math.floor(Math.random() * 400), Math.random() * 10), `kill ${kill}`, 60_000);
            for (const org of orgs) org.stop();
            const died = Date.now();
            server = await start();
            totals.restart_ms = Math.max(totals.restart_ms, Date.now() - died);
            for (const org of orgs) await org.start(server.url);
            for (const org of orgs) await org.verify();
            const sum = (of) => orgs.reduce((total, org) => total + of(org), 0);
            Object.assign(totals, {
                kills: kill,
                acknowledged: sum((org) => org.acknowledged),
                retried: sum((org) => org.retried),
                events: sum((org) => org.followers.reduce((n, { events }) => n + events.length, 0)),
                repeats: sum((org) => org.followers.reduce((n, { repeats }) => n + repeats, 0)),
            });
            report(totals);
        }
        for (const org of orgs) org.stop();
        await server.stop();
        return totals;
    } catch (error) {
        error.message += `\nafter ${JSON.stringify(totals)}; the server's last words:\n${server.log()}`;
        throw error;
    } finally {
        if (server.alive) await server.kill();
    }
}
