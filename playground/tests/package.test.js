/** The npm package, installed from its archive in an empty directory: in Node, and from a bundle. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { example, examples, generate, setting, shell } from "./binary.js";

const bin = path.resolve(import.meta.dirname, "../node_modules/.bin");

/** @type {string} */
let directory;

before(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
  const npm = (/** @type {string[]} */ ...words) => execFileSync("npm", words, { cwd: directory, encoding: "utf8" });
  const archive = npm("pack", "--silent", path.join(setting("OUT"), "npm")).trim();
  fs.writeFileSync(path.join(directory, "package.json"), '{"private": true, "type": "module"}');
  npm("install", "--offline", "--silent", `./${archive}`);
  write("plans.json", JSON.stringify(Object.fromEntries(examples)));
});
after(() => fs.rmSync(directory, { recursive: true }));

/**
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  fs.writeFileSync(path.join(directory, name), text);
}

/** Runs a module in the directory, and reads the JSON that it prints. @param {string[]} words */
function run(...words) {
  return JSON.parse(execFileSync("node", words, { cwd: directory, encoding: "utf8", maxBuffer: 1 << 26 }));
}

const PROGRAM = `
const options = { allow: ["unlisted-secret"], transpile: { "secrets-scope": "step", append: "a.dockerfile" }, image: { user: 1001, env: { A: "b c" } }, files: { "a.dockerfile": "LABEL a=b\\n" } };
const results = {};
for (const [name, plan] of Object.entries(plans)) results[name] = [transpile(plan), transpile(plan, options)];
const plan = plans["nextjs-database-url"];
let error;
try { transpile('{"steps": [{"name": "é😀", "inputs": [{"step": "b"}]}], "deploy": {"base": {"image": "debian"}}}'); } catch (thrown) { error = thrown; }
const { name, message, findings } = error;
let usage;
try { transpile(plan, { transpile: { "secret-scope": "step" } }); } catch (thrown) { usage = thrown.message; }
export const answer = {
  results, command: commandLine(options), version: version(),
  error: { name, message, findings, isError: error instanceof PlanError && error instanceof Error }, usage,
  lint: lint(plan), diff: diff(plans.secrets, plan), explain: explain(plan, {}, { secrets: ["DATABASE_URL"] }),
  picture: picture(plan), where: where(plan, 40), rebuilds: rebuilds(plan, {}, ["app/page.js"]),
};
`;

const IMPORT = 'import { PlanError, commandLine, diff, explain, init, lint, picture, rebuilds, transpile, version, where } from "railpack2docker-wasm";\n';

/** @param {any} answer */
function check({ results, command, version, error, usage, lint, diff, explain, picture, where, rebuilds }) {
  assert.equal(command, "railpack2docker railpack-plan.json -o Dockerfile --secrets-scope step --allow=unlisted-secret --user=1001 '--env=A=b c' --append=a.dockerfile");
  for (const [name, plan] of examples) {
    for (const [at, line] of [undefined, command].entries()) {
      const { files } = generate(plan, line, { "a.dockerfile": "LABEL a=b\n" });
      assert.equal(results[name][at].dockerfile, files.get("Dockerfile"), name);
      assert.equal(results[name][at].dockerignore, files.get("Dockerfile.dockerignore") ?? null, name);
    }
  }
  const plans = { "railpack-plan.json": example("nextjs-database-url"), "new.json": example("nextjs-database-url"), "old.json": example("secrets") };
  const json = (/** @type {string} */ line) => JSON.parse(shell(`railpack2docker ${line}`, plans).stdout);
  assert.equal(`railpack2docker ${version}\n`, shell("railpack2docker --version", {}).stdout);
  assert.equal(version, JSON.parse(fs.readFileSync(path.join(setting("OUT"), "npm/package.json"), "utf8")).version);
  assert.deepEqual(diff, json("diff --format json old.json new.json"));
  assert.deepEqual(explain, json("explain --format json --secret DATABASE_URL"));
  assert.equal(picture, shell("railpack2docker explain --format svg", plans).stdout);
  const linted = json("lint --format json railpack-plan.json");
  assert.deepEqual(lint.map(({ code = "" }) => code), linted.plans[0].findings.map(({ code = "" }) => code));
  const { location } = json("-q -o Dockerfile railpack-plan.json && railpack2docker where Dockerfile:40 --format json");
  assert.deepEqual([where?.path, where?.line, where?.column], [location.path, location.line, location.column]);
  assert.deepEqual([rebuilds.rows[0].secret, rebuilds.rows[0].steps.length > 0], ["DATABASE_URL", true]);
  assert.equal(rebuilds.rows.find(({ file = "" }) => file === "app/page.js").outcome, "copied");
  assert.deepEqual([error.name, error.isError], ["PlanError", true]);
  const [finding] = error.findings.filter(({ code = "" }) => code === "unknown-step");
  assert.deepEqual([finding.severity, finding.location.line, finding.help !== undefined], ["error", 1, true]);
  const text = '{"steps": [{"name": "é😀", "inputs": [{"step": "b"}]}], "deploy": {"base": {"image": "debian"}}}';
  assert.equal(text.slice(finding.location.from, finding.location.to), '"b"');
  assert.match(error.message, /unknown step `b`|no step/);
  assert.equal(usage, "the options: unknown key `secret-scope`");
}

test("in Node", () => {
  write("node.js", `${IMPORT}import plans from "./plans.json" with { type: "json" };\nawait init();\n${PROGRAM}\nconsole.log(JSON.stringify(answer));`);
  check(run("node.js"));
});

test("from a bundle, in Node", () => {
  write("bundled.js", `${IMPORT}import plans from "./plans.json";\nimport module from "railpack2docker-wasm/railpack2docker_wasm_bg.wasm";\nawait init(module);\n${PROGRAM}\nconsole.log(JSON.stringify(answer));`);
  execFileSync(path.join(bin, "esbuild"), ["bundled.js", "--bundle", "--format=esm", "--platform=node", "--target=es2023", "--loader:.wasm=binary", "--outfile=bundle.mjs", "--log-level=warning"], { cwd: directory });
  fs.cpSync(path.join(directory, "bundle.mjs"), path.join(directory, "alone.mjs"));
  check(run("alone.mjs"));
});

test("from a bundle, in a browser", async () => {
  write("page.js", `${IMPORT}import plans from "./plans.json";\nimport module from "railpack2docker-wasm/railpack2docker_wasm_bg.wasm";\nawait init(module);\n${PROGRAM}\nglobalThis.answer = answer;`);
  execFileSync(path.join(bin, "esbuild"), ["page.js", "--bundle", "--format=esm", "--target=es2023", "--loader:.wasm=binary", "--outfile=page-bundle.js", "--log-level=warning"], { cwd: directory });
  const browser = await chromium.launch({ executablePath: setting("BROWSER"), args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage();
  await page.addScriptTag({ path: path.join(directory, "page-bundle.js"), type: "module" });
  await page.waitForFunction(() => "answer" in globalThis);
  check(await page.evaluate(() => /** @type {any} */ (globalThis).answer));
  await browser.close();
});

test("functions say that the module is not loaded, and Node loads it from the URL of a file", () => {
  write("loading.js", `${IMPORT}
let before;
try { transpile("{}"); } catch (error) { before = error.message; }
const url = import.meta.resolve("railpack2docker-wasm/railpack2docker_wasm_bg.wasm");
await init(process.argv[2] ? new URL(url) : url);
console.log(JSON.stringify([before, version()]));`);
  const { version } = JSON.parse(fs.readFileSync(path.join(setting("OUT"), "npm/package.json"), "utf8"));
  for (const words of [[], ["url"]]) assert.deepEqual(run("loading.js", ...words), ["call `await init()` first", version]);
});

test("errors are what the types say", () => {
  write("errors.js", `${IMPORT}
await init();
const thrown = (run) => { try { run(); } catch (error) { return [error instanceof PlanError, error.message]; } };
const bad = '{"future": 1, "steps": [{"name": "a", "inputs": [{"step": "b"}]}], "deploy": {"base": {"image": "debian"}}}';
let findings;
try { transpile(bad); } catch (error) { findings = error.findings.map(({ severity }) => severity); }
console.log(JSON.stringify({
  findings, all: lint(bad).map(({ severity }) => severity),
  large: thrown(() => lint(" ".repeat((64 << 20) + 1))),
  key: thrown(() => commandLine({ unknown: 1 })), type: thrown(() => commandLine({ image: { user: true } })),
  value: commandLine({ transpile: { builder: "nonsense" }, lint: { warn: ["unpinned-image"] } }),
  surrogate: commandLine({ image: { env: { "A\\ud800": "b\\ud800" } } }),
  file: transpile(JSON.parse(process.argv[2]), { transpile: { append: "x" }, files: { x: "LABEL a=\\ud800\\n" } }).dockerfile.includes("LABEL a=\ufffd"),
}));`);
  const answer = run("errors.js", JSON.stringify(example("rust")));
  const { findings, all, large, key, type, value, surrogate, file } = answer;
  assert.deepEqual([findings, all], [["warning", "error"], ["warning", "error"]]);
  assert.deepEqual(large, [true, "`railpack-plan.json` is larger than 64 MiB, which is too large for a build plan"]);
  assert.deepEqual([key[0], type[0]], [true, true]);
  assert.equal(value, "railpack2docker railpack-plan.json -o Dockerfile --builder nonsense");
  assert.deepEqual([surrogate, file], ["railpack2docker railpack-plan.json -o Dockerfile '--env=A\ufffd=b\ufffd'", true]);
});

test("the types fit", () => {
  write("types.ts", `${IMPORT}import type { Finding, Options } from "railpack2docker-wasm";
const options: Options = { transpile: { "secrets-hash": "off", "output-version": 1, "secret-id": { A: "a" } }, image: { healthcheck: { command: "true", retries: 2 }, expose: [3000, "53/udp"] }, lint: { warn: ["unpinned-image"] } };
// @ts-expect-error an unknown key
const unknown: Options = { transpile: { "secret-hash": "off" } };
// @ts-expect-error an unknown value
const value: Options = { transpile: { "secrets-hash": "sometimes" } };
await init();
const findings: Finding[] = lint("{}", options);
const { dockerfile }: { dockerfile: string } = transpile("{}", options);
if (findings[0]?.location) console.log(dockerfile.slice(0, 1), findings[0].location.from + 1, unknown, value);
export { PlanError, commandLine, diff, explain, picture, rebuilds, version, where };
`);
  write("tsconfig.json", JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: "nodenext", target: "es2023", lib: ["es2023", "dom"], types: [] }, include: ["types.ts"] }));
  execFileSync(path.join(bin, "tsc"), { cwd: directory, stdio: "inherit" });
});
