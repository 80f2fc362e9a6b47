// A dashboard: the metrics that reach one admin's socket, with the time of each.
import assert from "node:assert/strict";
import { open, connected } from "./clients.mjs";
import { within } from "./inbox.mjs";
import { covers } from "./stage.mjs";

export const METRICS = ["tickets", "queue", "agents", "sla"];

export class Screen {
    #waiting = [];
    /** All that came: {metric, data, at}. */
    shown = [];

    /** On /dashboard, connected; its first snapshot has come. */
    static async open(t, person, options = {}) {
        const screen = new Screen();
        const { socket } = open(t, `${person.url}/dashboard`, { transports: ["websocket"], auth: { token: person.token }, ...options });
        screen.socket = socket;
        socket.onAny((event, ...args) => screen.#note(event, args));
        socket.on("disconnect", (reason) => screen.#note("(disconnect)", [reason]));
        await connected(socket);
        for (const metric of METRICS) await screen.shows(metric);
        return screen;
    }

    #note(event, args) {
        assert.equal(args.length, 1);
        this.shown.push({ metric: event.replace(/^metrics:/, ""), data: args[0], at: performance.now() });
        this.#waiting = this.#waiting.filter((look) => !look());
    }

    of(metric) {
        return this.shown.filter((entry) => entry.metric === metric);
    }

    /** The newest of a metric, once it is `like` that. */
    async shows(metric, like = () => true) {
        const found = () => {
            const last = this.of(metric).at(-1);
            return last !== undefined && covers(last.data, like) ? last.data : undefined;
        };
        const now = found();
        if (now) return now;
        return within(
            new Promise((resolve) => this.#waiting.push(() => {
                const then = found();
                if (then) resolve(then);
                return then !== undefined;
            })),
            `metrics:${metric} ${JSON.stringify(like)}`,
        ).catch((error) => {
            error.message += `, after ${JSON.stringify(this.of(metric).map(({ data }) => data))}`;
            throw error;
        });
    }

    forget() {
        this.shown.length = 0;
    }
}

/** Without what every answer has of its own, and what time makes of it. */
export function still({ asOf, rev, avgWaitTime, longestWait, agents, byTeam, ...rest }) {
    return {
        ...rest,
        ...(agents && { agents: agents.map(({ lastSeen, ...agent }) => agent) }),
        ...(byTeam && { byTeam: byTeam.map(({ teamId, waiting }) => ({ teamId, waiting })) }),
    };
}
