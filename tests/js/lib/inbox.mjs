// What a socket.io-client socket receives, in order and from the first packet on, so that no test has to race its listeners.
import assert from "node:assert/strict";

export const TIMEOUT_MS = 10_000;

/** Rejects when `promise` takes longer than any honest answer. */
export function within(promise, what, timeout_ms = TIMEOUT_MS) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: nothing within ${timeout_ms} ms`)), timeout_ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The arguments of an emitter's next `event`; listening starts at the call. */
export function once(emitter, event) {
    return within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);
}

export class Inbox {
    #waiting = [];
    #received = [];
    #watching = [];

    constructor(socket) {
        this.socket = socket;
        socket.onAny((event, ...args) => this.#deliver(event, args));
    }

    #deliver(event, args) {
        const index = this.#waiting.findIndex((waiter) => waiter.event === event);
        if (index < 0) this.#received.push({ event, args });
        else this.#waiting.splice(index, 1)[0].resolve(args);
        for (const look of this.#watching.splice(0)) look();
    }

    /** The arguments of the oldest `event` not taken yet, come or to come. */
    next(event) {
        const index = this.#received.findIndex((entry) => entry.event === event);
        if (index >= 0) return Promise.resolve(this.#received.splice(index, 1)[0].args);
        return within(new Promise((resolve) => this.#waiting.push({ event, resolve })), event);
    }

    /** All that was not taken yet, up to and with the first `event`, in the order it came: `[event, ...arguments]`. */
    async until(event) {
        const at = () => this.#received.findIndex((entry) => entry.event === event);
        while (at() < 0) await within(new Promise((resolve) => this.#watching.push(resolve)), event);
        return this.#received.splice(0, at() + 1).map((entry) => [entry.event, ...entry.args]);
    }

    /** Waits for `roundTrip()`, an exchange with the server over this socket, and expects no `events` (none at all, if not named) before its end. */
    async nothing(roundTrip, ...events) {
        await roundTrip();
        const unexpected = this.#received.filter((entry) => events.length === 0 || events.includes(entry.event));
        assert.deepEqual(unexpected, []);
    }
}
