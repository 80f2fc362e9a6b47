// The TypeScript blocks of docs/api.md as programs. What a block lacks is supplied, and nothing else of it is changed:
// `async` before the function around an `await`, an assertion where `socket.auth` is taken for an object, and the names it does not declare.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { temporaryFolder } from "./server.mjs";
import { compile } from "./typescript.mjs";

const DOCUMENT = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");

/** Every block with the heading it stands under; those of a namespace's reference also with its name: `Server → Client#chat`. */
export const BLOCKS = (() => {
    const blocks = [];
    let [heading, namespace] = ["", ""];
    for (const [, title, code] of DOCUMENT.matchAll(/^#{2,4} (.*)$|^```typescript\n([\s\S]*?)^```$/gm)) {
        if (title) {
            heading = title;
            namespace = /Namespace \(`\/(\w+)`\)/.exec(title)?.[1] ?? (title.includes("→") ? namespace : "");
        } else {
            blocks.push({ heading: namespace ? `${heading}#${namespace}` : heading, code });
        }
    }
    return blocks;
})();

const folder = temporaryFolder();
symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"));
mkdirSync(join(folder, "blocks"));
writeFileSync(join(folder, "package.json"), '{"type":"module"}');

function completed(code) {
    return code
        .replace(/\(([^()]*)\) => \{(?=[^}]*\bawait\b)/g, (all, parameters, at) => (code.slice(0, at).endsWith("async ") ? all : `async (${parameters}) => {`))
        .replace(/\b(this\.)?socket\.auth\.token/g, (all, owner = "") => `(${owner}socket.auth as { token: string }).token`);
}

let count = 0;
/**
 * Compiles the block under `heading` and runs it. `names` are the values it finds under these names; `declarations` is code before it, that sees
 * `names` as `env`; `gives` are those of its own names that come back.
 */
export async function runBlock(heading, { names = {}, declarations = "", gives = [], types = "" } = {}) {
    const found = BLOCKS.filter((block) => block.heading === heading);
    assert.ok(found.length === 1, `one block under ${heading}`);
    const imports = found[0].code.match(/^import .*$/gm) ?? ["import { io, Socket } from 'socket.io-client';"];
    const body = completed(found[0].code.replace(/^import .*$/gm, ""));
    const taken = Object.keys(names).filter((name) => !declarations.match(new RegExp(`\\b(let|const) ${name}\\b`)));
    const file = join(folder, "blocks", `block${++count}.ts`);
    const text = `${imports.join("\n")}
export default async function run(env: any) {
const { ${taken.join(", ")} }: any = env;
${declarations}
${types}
${body}
return { ${gives.join(", ")} };
}
`;
    writeFileSync(file, text);
    // The document's code is written without strictness: parameters without types, fields without initializers.
    const errors = compile([file], { strict: false, target: 9, useDefineForClassFields: false });
    assert.deepEqual(errors, [], text);
    const { default: run } = await import(pathToFileURL(file.replace(/ts$/, "js")));
    return run(names);
}
