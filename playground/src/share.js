/**
 * Links that contain the state of the page. It is in the fragment of the URL, which a browser never sends.
 *
 * @typedef {{ plan: string, old: string, options: Record<string, unknown>, changed: string }} Shared
 */

/** The prefix of the fragment: the version of its format. */
const PREFIX = "#v1=";

/** The longest fragment: browsers truncate longer URLs. */
const MAX_LENGTH = 1_500_000;

/** The longest state, in bytes: a fragment can be much smaller than its content. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The fragment for a state. Null if it would be too long.
 * @param {Shared} state
 */
export async function toFragment(state) {
  const content = new Blob([JSON.stringify(state)]);
  if (content.size > MAX_BYTES) return null;
  const packed = content.stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  // in parts: a call can't have this many arguments
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const fragment = PREFIX + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return fragment.length <= MAX_LENGTH ? fragment : null;
}

/**
 * The state in a fragment. Null if the fragment has none. Throws if it is damaged.
 * @param {string} fragment
 * @returns {Promise<Shared | null>}
 */
export async function fromFragment(fragment) {
  if (!fragment.startsWith(PREFIX)) return null;
  const text = atob(fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const state = JSON.parse(await readText(unpacked));
  if (typeof state?.plan !== "string") throw new Error("there is no plan in the link");
  return {
    plan: state.plan,
    old: typeof state.old === "string" ? state.old : "",
    options: isObject(state.options) ? state.options : {},
    changed: typeof state.changed === "string" ? state.changed : "",
  };
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {ReadableStream<Uint8Array>} stream */
async function readText(stream) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let [text, size] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MAX_BYTES) throw new Error("the link contains too much data");
    text += decoder.decode(value, { stream: true });
  }
}
