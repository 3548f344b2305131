// @ts-check
/**
 * railpack2docker for programs: turns a Railpack build plan into a Dockerfile.
 *
 * Load the WebAssembly module once, with `await init()`. All other functions are synchronous. The types, and what
 * each function does, are in `index.d.ts`.
 */
import load, * as raw from "./railpack2docker_wasm.js";

/** The error for a plan or options that railpack2docker rejects. */
export class PlanError extends Error {
  /** @param {{ findings: import("./index.js").Finding[], plan?: "old" | "new" }} failure */
  constructor(failure) {
    const errors = failure.findings.filter((finding) => finding.severity === "error");
    const place = (/** @type {import("./index.js").Finding} */ { location: at }) => (at ? `${at.line}:${at.column}: ` : "");
    super(errors.map((finding) => place(finding) + finding.message).join("\n"));
    this.name = "PlanError";
    this.findings = failure.findings;
    this.plan = failure.plan;
  }
}

/** @param {string} text The text of an object with `ok` or `error` */
function answer(text) {
  const { ok, error } = JSON.parse(text);
  if (error) throw new PlanError(error);
  return ok;
}

/** @param {import("./index.js").Options} options */
function split({ files, ...options }) {
  return /** @type {const} */ ([toJson(options), toJson(files ?? {})]);
}

/**
 * JSON without lone surrogates, which no file or command line can have. As in a plan, each becomes U+FFFD.
 * @param {unknown} value
 */
function toJson(value) {
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner === "string") return inner.toWellFormed();
    const isTable = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isTable ? Object.fromEntries(Object.entries(inner).map(([key, item]) => [key.toWellFormed(), item])) : inner;
  });
}

/** @param {string} plan */
function checked(plan) {
  if (typeof plan !== "string") throw new TypeError("the plan must be a string: the text of its JSON");
  return plan;
}

let isLoaded = false;

/** The functions of the module. */
function loaded() {
  if (!isLoaded) throw new Error("call `await init()` first");
  return raw;
}

/** @param {import("./index.js").ModuleSource} [source] */
export async function init(source) {
  if (globalThis.process?.versions?.node) source = await readFile(source ?? new URL("railpack2docker_wasm_bg.wasm", import.meta.url));
  await load(source === undefined ? undefined : { module_or_path: source });
  isLoaded = true;
}

/** The content of a file, which Node can't fetch. Any other source stays the same. @param {import("./index.js").ModuleSource} source */
async function readFile(source) {
  if (!(source instanceof URL || typeof source === "string")) return source;
  const url = String(source);
  if (!url.startsWith("file:")) return source;
  // a variable, so that a bundler for browsers does not resolve it
  const fs = "node:fs/promises";
  return (await import(/* @vite-ignore */ fs)).readFile(new URL(url));
}

export const version = () => loaded().version();

/** @type {typeof import("./index.js").transpile} */
export const transpile = (plan, options = {}) => answer(loaded().transpile(checked(plan), ...split(options)));

/** @type {typeof import("./index.js").lint} */
export const lint = (plan, options = {}) => answer(loaded().lint(checked(plan), ...split(options)));

/** @type {typeof import("./index.js").diff} */
export const diff = (old, plan, options = {}) => answer(loaded().diff(checked(old), checked(plan), ...split(options)));

/** @type {typeof import("./index.js").explain} */
export const explain = (plan, options = {}, { secrets = [], files = [] } = {}) =>
  answer(loaded().explain(checked(plan), ...split(options), secrets, files));

/** @type {typeof import("./index.js").picture} */
export const picture = (plan, options = {}, { secrets = [], files = [] } = {}) =>
  answer(loaded().picture(checked(plan), ...split(options), secrets, files));

/** @type {typeof import("./index.js").rebuilds} */
export const rebuilds = (plan, options = {}, files = []) => answer(loaded().rebuilds(checked(plan), ...split(options), files));

/** @type {typeof import("./index.js").where} */
export const where = (plan, line, options = {}) => answer(loaded().locate(checked(plan), ...split(options), line));

/** @type {typeof import("./index.js").commandLine} */
export const commandLine = (options = {}) => answer(loaded().command(split(options)[0]));
