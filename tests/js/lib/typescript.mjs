// The TypeScript compiler: what it says of some files.
import ts from "typescript";

/** The errors of a program of `files`, each `{file, line, text}`. */
export function compile(files, options = {}) {
    const program = ts.createProgram(files, {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ES2022,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        types: [],
        skipLibCheck: true,
        ...options,
    });
    const diagnostics = ts.getPreEmitDiagnostics(program);
    if (!options.noEmit) program.emit();
    return diagnostics.map(({ file, start, messageText }) => ({
        file: file?.fileName,
        line: file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0,
        text: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
}
