/**
 * Creates an element. Children that are strings become text, never HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} attributes Properties of the element, or else attributes. Those that are false or null are left out.
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name in element) Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/**
 * The text between backticks becomes code.
 * @param {string} text
 */
export function withCode(text) {
  return text.split("`").map((part, at) => (at % 2 ? create("code", {}, part) : part));
}

/**
 * The element with an ID. The page must have one.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * Delays calls of a function until there have been none for a while, and then calls it once.
 * @param {() => void} run
 * @param {number} delay In milliseconds
 */
export function debounce(run, delay) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, delay);
  };
}

/**
 * Shows a message for a moment, and announces it to screen readers.
 * @param {string} text
 */
export function notify(text) {
  const status = byId("status");
  status.textContent = text;
  status.classList.add("visible");
  clearTimeout(timer);
  timer = setTimeout(() => status.classList.remove("visible"), 4000);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Copies a text, and shows a message.
 * @param {string} text
 * @param {string} name
 */
export async function copy(text, name) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied ${name}`);
  } catch {
    notify(`The browser does not allow copying ${name}`);
  }
}

/**
 * Saves a text as a file.
 * @param {string} name
 * @param {string} text
 */
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  create("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
