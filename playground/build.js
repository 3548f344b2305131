// @ts-check
/**
 * Builds the playground: node build.js TABLES NPM EXAMPLES OUT
 *
 * TABLES is the output of `wasm/examples/tables.rs`, NPM the directory of the npm package, and EXAMPLES that of the
 * examples. The files are written to OUT.
 */
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir } from "node:fs/promises";
import path from "node:path";

const [tables, npm, examples, out] = process.argv.slice(2).map((argument) => path.resolve(argument));
const here = import.meta.dirname;

/** The module `#tables`. */
async function tablesModule() {
  const { options } = JSON.parse(await readFile(tables, "utf8"));
  /** @type {Record<string, string>} */
  const plans = {};
  for (const name of (await readdir(examples)).sort()) {
    const plan = await readFile(path.join(examples, name, "plan.json"), "utf8").catch(() => undefined);
    if (plan !== undefined) plans[name] = plan;
  }
  return `export const options = ${JSON.stringify(options)};\nexport const examples = ${JSON.stringify(plans)};`;
}

/** @type {import("esbuild").Plugin} */
const modules = {
  name: "modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#tables$/ }, () => ({ path: "tables", namespace: "tables" }));
    onLoad({ filter: /.*/, namespace: "tables" }, async () => ({ contents: await tablesModule(), loader: "js" }));
    onResolve({ filter: /^railpack2docker-wasm$/ }, () => ({ path: path.join(npm, "index.js") }));
  },
};

await mkdir(out, { recursive: true });
await build({
  entryPoints: ["main.js", "worker.js", "style.css"].map((name) => path.join(here, "src", name)),
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2023",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [modules],
});
for (const name of ["index.html", "icon.svg"]) await cp(path.join(here, name), path.join(out, name));
await cp(path.join(npm, "railpack2docker_wasm_bg.wasm"), path.join(out, "railpack2docker.wasm"));
