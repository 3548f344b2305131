/**
 * Runs requests in a worker. A newer request cancels an older one: the worker is terminated and started again, because
 * WebAssembly can't be interrupted.
 *
 * @typedef {import("./worker.js").Request} Request
 * @typedef {import("./worker.js").Results} Results
 * @typedef {import("./worker.js").Failure & { crash?: string }} Failure `crash` says why there is neither a result nor findings
 * @typedef {{ [Name in keyof Results]: (result: Results[Name] | null, failure: Failure | null) => void }} Handlers
 */

const NOT_LOADED = "The playground could not be loaded. Reload the page.";

/** Workers load only this script. */
const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: (/** @type {string} */ url) => url });

async function compile() {
  const response = await fetch(new URL("railpack2docker.wasm", import.meta.url));
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  // some web servers do not know the type of WebAssembly, and streaming needs it
  const isTyped = response.headers.get("Content-Type") === "application/wasm";
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/**
 * @param {Handlers} handlers Each is called once for a request, unless a newer request comes
 * @param {(isBusy: boolean) => void} busyChanged
 * @returns {{ start: (request: Request) => void, cancel: () => void }} `cancel` drops the results of the last request
 */
export function engine(handlers, busyChanged) {
  /** Undefined after a failure, so that the next request tries again. @type {Promise<WebAssembly.Module | void> | undefined} */
  let module = load();
  /** @type {Worker | undefined} */
  let worker;
  let [latest, isBusy] = [0, false];
  /** The parts of the answer that have not arrived. @type {Set<keyof Results>} */
  let missing = new Set();

  function load() {
    return compile().catch(() => void (module = undefined));
  }

  /** @param {boolean} busy */
  function setBusy(busy) {
    isBusy = busy;
    busyChanged(busy);
  }

  function stopWorker() {
    worker?.terminate();
    worker = undefined;
  }

  /**
   * Ends a request that can't be answered. The next one loads and starts again what failed.
   * @param {number} id
   * @param {string} crash
   */
  function fail(id, crash) {
    // a newer request starts another worker
    if (id !== latest) return;
    stopWorker();
    for (const part of missing) handlers[part](null, { findings: [], crash });
    setBusy(false);
  }

  /** @param {WebAssembly.Module} compiled */
  function startWorker(compiled) {
    const url = new URL("worker.js", import.meta.url).href;
    const started = new Worker(/** @type {string} */ (policy?.createScriptURL(url) ?? url), { type: "module" });
    started.postMessage({ module: compiled });
    started.onmessage = ({ data: { id, part, result, failure, crash } }) => {
      if (crash) return fail(id, crash);
      if (id !== latest) return;
      if (part === "done") return setBusy(false);
      missing.delete(part);
      handlers[/** @type {keyof Results} */ (part)](result ?? null, failure ?? null);
    };
    return started;
  }

  return {
    async start(request) {
      const id = ++latest;
      if (isBusy) stopWorker();
      missing = new Set(/** @type {(keyof Results)[]} */ (Object.keys(handlers)));
      setBusy(true);
      module ??= load();
      const compiled = await module;
      // a newer request may have arrived in the meantime
      if (id !== latest) return;
      if (!compiled) return fail(id, NOT_LOADED);
      worker ??= startWorker(compiled);
      // the script could not be loaded: the worker itself reports all other errors
      worker.onerror = () => fail(id, NOT_LOADED);
      worker.postMessage({ id, request });
    },
    cancel: () => void ++latest,
  };
}
