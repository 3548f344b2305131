/**
 * Runs requests in a worker. A newer request cancels an older one: the worker is terminated and started again, because
 * WebAssembly can't be interrupted.
 *
 * @typedef {import("./worker.js").Request} Request
 * @typedef {import("./worker.js").Results} Results
 * @typedef {import("./worker.js").Failure & { crash?: string }} Failure
 * @typedef {{ [Name in keyof Results]: (result: Results[Name] | null, failure: Failure | null) => void } & { busy: (isBusy: boolean) => void }} Handlers
 */

/** Workers load only this script. */
const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: (/** @type {string} */ url) => url });

/**
 * @param {Handlers} handlers
 * @returns {{ start: (request: Request) => void, cancel: () => void }} `cancel` drops the results of the last request
 */
export function engine(handlers) {
  const module = WebAssembly.compileStreaming(fetch(new URL("railpack2docker.wasm", import.meta.url)));
  /** @type {Worker | undefined} */
  let worker;
  let [latest, isBusy] = [0, false];

  /** @param {boolean} busy */
  function setBusy(busy) {
    isBusy = busy;
    handlers.busy(busy);
  }

  /** @param {WebAssembly.Module} compiled */
  function startWorker(compiled) {
    const url = new URL("worker.js", import.meta.url).href;
    const started = new Worker(/** @type {string} */ (policy?.createScriptURL(url) ?? url), { type: "module" });
    started.postMessage({ module: compiled });
    started.onmessage = ({ data: { id, part, result, failure } }) => {
      if (id !== latest) return;
      if (part === "done") setBusy(false);
      else handlers[/** @type {keyof Results} */ (part)](result ?? null, failure ?? null);
    };
    return started;
  }

  return {
    async start(request) {
      const id = ++latest;
      if (isBusy) {
        worker?.terminate();
        worker = undefined;
      }
      setBusy(true);
      const compiled = await module;
      // a newer request may have arrived in the meantime
      if (id !== latest) return;
      worker ??= startWorker(compiled);
      worker.postMessage({ id, request });
    },
    cancel: () => void ++latest,
  };
}
