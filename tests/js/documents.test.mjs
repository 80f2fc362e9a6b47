// The documents that are made from the schema: the committed ones are those of the program, they are what their standards ask for, the
// server serves them, and a strict TypeScript client compiles with the typings.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { after, before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { compile } from "./lib/typescript.mjs";
import { ajv } from "./lib/contract.mjs";
import { http } from "./lib/raw.mjs";
import { INSIGHTDESK, startInsightDesk } from "./lib/server.mjs";

const docs = (name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const FORMS = [
    ["asyncapi", "asyncapi.json", "application/json"],
    ["openapi", "openapi.json", "application/json"],
    ["typescript", "insightdesk.d.ts", "text/plain; charset=utf-8"],
];

let server;
before(async () => (server = await startInsightDesk()));
after(() => server?.stop());

for (const [form, file, type] of FORMS) {
    describe(file, () => {
        test("is what the program prints", () => {
            const printed = execFileSync(INSIGHTDESK, ["print-schema", form], { encoding: "utf8" });
            assert.ok(printed === docs(file), `docs/${file} is old: insightdesk print-schema ${form} > docs/${file}`);
        });

        test("is served to everybody, compressed, and not again to who has it", async () => {
            const plain = await http(`${server.url}/${file}`, { headers: { "accept-encoding": "identity" } });
            assert.deepEqual([plain.status, plain.headers["content-type"], plain.text], [200, type, docs(file)]);
            const packed = await http(`${server.url}/${file}`, { headers: { "accept-encoding": "gzip" } });
            assert.equal(packed.headers["content-encoding"], "gzip");
            assert.equal(packed.headers.vary, "Accept-Encoding");
            assert.equal(gunzipSync(packed.bytes).toString(), docs(file));
            const again = await http(`${server.url}/${file}`, { headers: { "if-none-match": plain.headers.etag } });
            assert.deepEqual([again.status, again.text], [304, ""]);
        });
    });
}

test("openapi.json is OpenAPI 3.1", async () => {
    const result = await new Validator().validate(JSON.parse(docs("openapi.json")));
    assert.ok(result.valid, JSON.stringify(result.errors, null, 2));
});

test("asyncapi.json is AsyncAPI 3.0", () => {
    const require = createRequire(import.meta.url);
    const standard = require("@asyncapi/specs/schemas/3.0.0-without-$id.json");
    const valid = ajv({ strict: false }).compile(standard);
    const document = JSON.parse(docs("asyncapi.json"));
    assert.ok(valid(document), JSON.stringify(valid.errors, null, 2));
    // What a standard cannot say: every reference leads somewhere.
    JSON.stringify(document, (key, value) => {
        if (key === "$ref") assert.ok(value.slice(2).split("/").reduce((at, name) => at?.[name], document), value);
        return value;
    });
});

test("a strict client of every namespace compiles with the typings, and only a right one", () => {
    const client = fileURLToPath(new URL("typings/client.ts", import.meta.url));
    assert.deepEqual(compile([client], { strict: true, noEmit: true }), []);
    const wrong = compile([fileURLToPath(new URL("typings/wrong.ts", import.meta.url))], { strict: true, noEmit: true });
    const expected = readFileSync(new URL("typings/wrong.ts", import.meta.url), "utf8").split("\n").flatMap((line, i) => (line.includes("// wrong") ? [i + 1] : []));
    assert.deepEqual([...new Set(wrong.map(({ line }) => line))], expected);
});
