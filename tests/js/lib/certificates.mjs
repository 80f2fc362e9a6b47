// Certificates for tests, made by openssl when needed, never committed.
import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { temporaryFolder } from "./server.mjs";
import { within } from "./inbox.mjs";

/** A self-signed certificate for localhost in files of its own; `renew` puts another in their place. */
export class Certificate {
    #folder = temporaryFolder();
    #made = 0;
    cert = join(this.#folder, "cert.pem");
    key = join(this.#folder, "key.pem");

    constructor() {
        this.renew();
    }

    /** Replaces both files whole, as tools do that fetch certificates; gives the new serial in hexadecimal. */
    renew() {
        this.serial = (0x1000 + ++this.#made).toString(16).toUpperCase();
        const [cert, key] = [`${this.cert}.new`, `${this.key}.new`];
        execFileSync("openssl", [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-set_serial", `0x${this.serial}`, "-keyout", key, "-out", cert,
        ], { stdio: "ignore" });
        renameSync(key, this.key);
        renameSync(cert, this.cert);
        return this.serial;
    }
}

/** The serial of the certificate a new connection is shown. */
export function shownSerial(port) {
    return within(
        new Promise((resolve, reject) => {
            const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
                resolve(socket.getPeerCertificate().serialNumber);
                socket.destroy();
            });
            socket.on("error", reject);
        }),
        "TLS hand-shake",
    );
}
