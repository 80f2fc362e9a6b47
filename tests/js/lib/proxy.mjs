// A network between client and server that a test can take away.
import { connect, createServer } from "node:net";

/** Carries TCP connections on 127.0.0.1 to `port`, until it is told to go silent. */
export class Network {
    #pairs = new Set();
    #silent = false;
    #arrived = [];

    /** Ends with the test `t`. */
    static async open(t, port) {
        const network = new Network();
        network.server = createServer((near) => network.#carry(near, port));
        await new Promise((resolve) => network.server.listen(0, "127.0.0.1", resolve));
        network.port = network.server.address().port;
        network.url = `http://127.0.0.1:${network.port}`;
        t.after(() => network.#close());
        return network;
    }

    #carry(near, port) {
        const far = connect(port, "127.0.0.1");
        const pair = [near, far];
        this.#pairs.add(pair);
        far.on("data", (chunk) => this.#silent || this.#arrived.push(chunk));
        for (const [from, to] of [[near, far], [far, near]]) {
            from.on("data", (chunk) => this.#silent || to.write(chunk));
            from.on("end", () => this.#silent || to.end());
            from.on("error", () => this.#silent || to.destroy());
            from.on("close", () => to.destroyed && this.#pairs.delete(pair));
        }
    }

    /** Every byte the server has sent through this network. */
    arrived() {
        return Buffer.concat(this.#arrived).toString("latin1");
    }

    /** From now on nothing passes, not even the end of a connection: as when a cable is pulled. */
    goSilent() {
        this.#silent = true;
    }

    /** Whole again, though not for the connections that went silent: they are gone. */
    mend() {
        for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
        this.#pairs.clear();
        this.#silent = false;
    }

    #close() {
        for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
        this.server.close();
    }
}
