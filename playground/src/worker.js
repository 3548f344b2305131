/**
 * The worker: everything that takes time. It answers a request with several messages, the most important ones first.
 *
 * @typedef {import("railpack2docker-wasm").Finding} Finding
 * @typedef {{ findings: Finding[], plan?: "old" | "new" }} Failure
 * @typedef {{ plan: string, old: string, options: import("railpack2docker-wasm").Options, problems: Finding[], changed: string[] }} Request
 *   `problems` are errors of options that the page finds
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
  if ("module" in data) ready = library.init(data.module);
  else await answer(data);
};

/** @param {{ id: number, request: Request }} message */
async function answer({ id, request }) {
  for (const [part, run] of Object.entries(PARTS)) {
    const outcome = await attempt(run, request);
    self.postMessage({ id, part, ...outcome });
    // the module can't be used again
    if (outcome.crash) return;
  }
  self.postMessage({ id, part: "done" });
}

/**
 * The result of a part, or why there is none.
 * @param {(request: Request) => unknown} run
 * @param {Request} request
 * @returns {Promise<{ result?: unknown, failure?: Failure, crash?: string }>}
 */
async function attempt(run, request) {
  if (request.problems.length) return { failure: { findings: request.problems } };
  try {
    await ready;
    return { result: run(request) };
  } catch (error) {
    if (error instanceof library.PlanError) return { failure: { findings: error.findings, plan: error.plan } };
    // such as for a lack of memory
    return { crash: `The plan can't be processed (${error}). It may be too large.` };
  }
}
