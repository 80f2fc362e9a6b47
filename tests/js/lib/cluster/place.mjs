// Puts three servers behind nginx where a test starts one: import this first, then the test.
import { basename } from "node:path";
import { place } from "../server.mjs";
import { Desks } from "./desks.mjs";
import { Postgres } from "./postgres.mjs";

let databases;

/** What startInsightDesk gives, as far as a client can tell: one address, which several servers stand behind. */
class Place {
    static async start({ store, keys, args = [], env = {} } = {}) {
        if (keys !== undefined || args.includes("--port")) throw new Error("several servers have the keys and ports they have");
        databases ??= Postgres.start();
        const server = new Place();
        const database = store && basename(store).replace(/\W/g, "_");
        server.desks = await Desks.together({ postgres: await databases, database, balancer: "nginx", env, args });
        server.url = server.desks.url;
        server.port = server.desks.balancer.port;
        return server;
    }

    get alive() {
        return this.desks.all.every(({ alive }) => alive);
    }
    log() {
        return this.desks.all.map((desk) => `${desk.name}:\n${desk.log()}`).join("\n");
    }
    async stop() {
        if (!this.alive) throw new Error(`a server had ended already\n${this.log()}`);
        await this.desks.stop();
    }
}

place.start = Place.start;
