/**
 * The worker: everything that takes time. It answers a request with several messages, the most important ones first.
 *
 * @typedef {import("railpack2docker-wasm").Finding} Finding
 * @typedef {{ findings: Finding[], plan?: "old" | "new" }} Failure
 * @typedef {{ plan: string, old: string, options: import("railpack2docker-wasm").Options, changed: string[] }} Request
 *
 * @typedef {{
 *   command: string,
 *   transpiled: import("railpack2docker-wasm").Transpiled,
 *   findings: Finding[],
 *   rebuilds: ReturnType<typeof import("railpack2docker-wasm").rebuilds>,
 *   comparison: import("railpack2docker-wasm").Comparison | null,
 *   picture: string,
 * }} Results
 */
import * as library from "railpack2docker-wasm";

/** The parts of an answer, in order. @type {{ [Name in keyof Results]: (request: Request) => Results[Name] }} */
const PARTS = {
  transpiled: ({ plan, options }) => library.transpile(plan, options),
  command: ({ options }) => library.commandLine(options),
  findings: ({ plan, options }) => library.lint(plan, options),
  comparison: ({ plan, old, options }) => (old.trim() ? library.diff(old, plan, options) : null),
  rebuilds: ({ plan, options, changed }) => library.rebuilds(plan, options, changed),
  picture: ({ plan, options }) => library.picture(plan, options),
};

/** @type {Promise<void>} */
let ready;

/** @param {MessageEvent<{ module: WebAssembly.Module } | { id: number, request: Request }>} event */
self.onmessage = async ({ data }) => {
  if ("module" in data) {
    ready = library.init(data.module);
    return;
  }
  await ready;
  for (const [part, run] of Object.entries(PARTS)) {
    try {
      self.postMessage({ id: data.id, part, result: run(data.request) });
    } catch (error) {
      const failure = error instanceof library.PlanError ? { findings: error.findings, plan: error.plan } : { findings: [], crash: String(error) };
      self.postMessage({ id: data.id, part, failure });
    }
  }
  self.postMessage({ id: data.id, part: "done" });
};
