/**
 * Creates an element. Children that are strings become text, never HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} attributes Properties of the element, or else attributes. Those that are null are left out.
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null) continue;
    // false too: the default of a property such as `spellcheck` can be true
    if (name in element) Object.assign(element, { [name]: value });
    else element.setAttribute(name, String(value));
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
 * The items in a field that has one per line.
 * @param {string} text
 */
export function lines(text) {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
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
 * Sets the text of a live region, which screen readers announce if it changes.
 * @param {string} id
 * @param {string} text
 */
export function announce(id, text) {
  const region = byId(id);
  if (region.textContent !== text) region.textContent = text;
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
 * Reads a file. Shows a message instead of calling `use` if that is impossible, as for a directory.
 * @param {File} file
 * @param {(text: string) => void} use
 */
export async function readFile(file, use) {
  /** @type {string} */
  let text;
  try {
    text = await file.text();
  } catch {
    return notify("The file can't be read");
  }
  use(text);
}

/**
 * Whether something that is dragged has files. Other things, such as text, can be dropped into fields.
 * @param {DragEvent} event
 */
export function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
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
