// An identity provider: keys that sign, and an HTTP server that shows their public halves as a JSON Web Key Set.
import { generateKeyPairSync, sign, constants } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { once } from "node:events";

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const SIGNING = {
    RS256: { type: "rsa", make: { modulusLength: 2048 }, sign: {} },
    PS256: { type: "rsa", make: { modulusLength: 2048 }, sign: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
    ES256: { type: "ec", make: { namedCurve: "P-256" }, sign: { dsaEncoding: "ieee-p1363" } },
};

/** One key pair of an algorithm. */
export class SigningKey {
    constructor(kid, alg = "ES256") {
        this.kid = kid;
        this.alg = alg;
        this.pair = generateKeyPairSync(SIGNING[alg].type, SIGNING[alg].make);
        this.jwk = { ...this.pair.publicKey.export({ format: "jwk" }), alg, use: "sig" };
        if (kid !== undefined) this.jwk.kid = kid;
    }

    /** A token of this key; `header` replaces members of its header, undefined takes one away. */
    token(payload, header = {}) {
        const signed = `${base64url({ alg: this.alg, typ: "JWT", kid: this.kid, ...header })}.${base64url(payload)}`;
        const signature = sign("sha256", Buffer.from(signed), { key: this.pair.privateKey, ...SIGNING[this.alg].sign });
        return `${signed}.${signature.toString("base64url")}`;
    }
}

/** Serves `keys` at `url`; `answer(request, response)` replaces that, and `requests` counts all that came. */
export class KeyServer {
    keys = [];
    headers = {};
    answer = null;
    requests = 0;

    static async start(t, ...keys) {
        const server = new KeyServer();
        server.keys = keys;
        await server.listen();
        t.after(() => server.stop());
        return server;
    }

    /** On the port it had before, if it had one. */
    async listen({ tls } = {}) {
        const serve = (request, response) => {
            this.requests++;
            if (this.answer) return this.answer(request, response);
            response.writeHead(200, { "content-type": "application/jwk-set+json", ...this.headers });
            response.end(JSON.stringify({ keys: this.keys.map((key) => key.jwk) }));
        };
        this.http = tls ? createSecureServer(tls, serve) : createServer(serve);
        this.http.listen(this.port ?? 0, "127.0.0.1");
        await once(this.http, "listening");
        this.port = this.http.address().port;
        this.url = `${tls ? "https" : "http"}://127.0.0.1:${this.port}/keys.json`;
    }

    async stop() {
        if (!this.http?.listening) return;
        this.http.closeAllConnections();
        this.http.close();
        await once(this.http, "close");
    }

    /** Resolves when the next request has come. */
    asked() {
        return once(this.http, "request");
    }
}
