/**
 * The options: a form that is generated from the table of the command's options.
 *
 * @typedef {import("#tables").Option} Option
 * @typedef {Record<string, unknown>} Given Values by the names of options. A list has one item per line.
 */
import { options } from "#tables";
import { create, lines, withCode } from "./dom.js";

/** The name for the instructions of `append`. */
export const APPENDED = "append.dockerfile";

/**
 * The value of an option as the library reads it. Undefined if it is not given.
 * @param {Option} option
 * @param {unknown} given
 */
function value({ kind, choices, delimiter }, given) {
  if (kind === "flag") return given === true ? true : undefined;
  if (typeof given !== "string" || given === "") return undefined;
  const isNumber = kind === "number" || (kind === "choice" && choices.every(({ name }) => /^\d+$/.test(name)));
  if (isNumber) return /^\d+$/.test(given) ? Number(given) : given;
  if (kind === "file") return APPENDED;
  if (kind === "list") return delimiter ? lines(given).flatMap((line) => line.split(delimiter)) : lines(given);
  if (kind !== "pairs") return given;
  // the last one of several with the same name counts, as on the command line
  return Object.fromEntries(lines(given).map((line) => line.split(/=(.*)/s, 2)).map(([name, text = ""]) => [name, text]));
}

/**
 * The options of the library.
 * @param {Given} given
 * @returns {import("railpack2docker-wasm").Options}
 */
export function toOptions(given) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const option of options) {
    const read = Object.hasOwn(given, option.name) ? value(option, given[option.name]) : undefined;
    if (read === undefined) continue;
    const keys = option.path.slice(0, -1);
    const table = keys.reduce((table, key) => (table[key] ??= {}), all);
    table[/** @type {string} */ (option.path.at(-1))] = read;
    if (option.kind === "file") all.files = { [APPENDED]: given[option.name] };
  }
  return all;
}

/**
 * Errors in lists of names and values. An object for the library would hide them.
 * @param {Given} given
 * @returns {import("railpack2docker-wasm").Finding[]}
 */
export function problems(given) {
  const pairs = options.filter(({ kind, name }) => kind === "pairs" && typeof given[name] === "string");
  return pairs.flatMap(({ name, value }) =>
    lines(String(given[name]))
      .filter((line) => !/^[^=]+=/.test(line))
      .map((line) => ({
        severity: /** @type {const} */ ("error"),
        code: "invalid-option",
        message: `invalid value \`${line}\` for \`--${name}\`: expected \`${value}\``,
        location: null,
        related: [],
        help: null,
        page: "docs/errors/invalid-option.md",
        frame: null,
      })),
  );
}

/**
 * The number of options that are given.
 * @param {Given} given
 */
export function count(given) {
  return options.filter((option) => Object.hasOwn(given, option.name) && value(option, given[option.name]) !== undefined).length;
}

/** @param {Option} option */
function control(option) {
  const id = `option-${option.name}`;
  const described = { id, name: option.name, "aria-describedby": `${id}-help` };
  const placeholder = option.kind === "file" ? "" : (option.value ?? "");
  const typed = { ...described, placeholder, spellcheck: false, autocapitalize: "off" };
  switch (option.kind) {
    case "flag":
      return create("input", { ...described, type: "checkbox" });
    case "choice":
      return create(
        "select",
        described,
        create("option", { value: "" }, "default"),
        ...option.choices.map(({ name, help }) => create("option", { value: name, title: help }, name)),
      );
    case "list":
    case "pairs":
    case "file": {
      const rows = option.kind === "file" ? 3 : 2;
      return create("textarea", { ...typed, rows });
    }
    default:
      return create("input", { ...typed, type: "text", inputMode: option.kind === "number" ? "numeric" : "text" });
  }
}

/** @param {Option} option */
function field(option) {
  const id = `option-${option.name}`;
  const how = { list: option.delimiter ? " Or one per line." : " One per line.", pairs: " One per line.", file: " Type the instructions here." };
  const help = (option.kind === "file" ? "Append instructions to the Dockerfile, for the image" : option.help.replace(" (repeatable)", ""))
    + "." + (how[/** @type {keyof typeof how} */ (option.kind)] ?? "") + (option.more ? ` ${option.more}` : "");
  return create(
    "div",
    { className: `option ${option.kind}` },
    create("label", { htmlFor: id }, `--${option.name}`),
    control(option),
    create("p", { id: `${id}-help` }, ...withCode(help)),
  );
}

/**
 * Fills a form with the options.
 * @param {HTMLFormElement} form
 * @param {() => void} changed Called when the user changes a value
 */
export function optionsForm(form, changed) {
  const headings = [...new Set(options.map(({ heading }) => heading))];
  form.append(
    create("p", { className: "reset" }, create("button", { type: "reset", id: "reset" }, "Reset all options")),
    ...headings.map((heading) =>
      create("fieldset", {}, create("legend", {}, heading), ...options.filter((option) => option.heading === heading).map(field)),
    ),
  );
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());

  const controls = () =>
    /** @type {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[]} */ ([...form.querySelectorAll("[name]")]);

  /** The values that are given. @returns {Given} */
  function read() {
    /** @type {Given} */
    const given = {};
    for (const control of controls()) {
      const isFlag = control instanceof HTMLInputElement && control.type === "checkbox";
      const read = isFlag ? control.checked : control.value;
      if (read) given[control.name] = read;
    }
    return given;
  }

  /** Shows other values. Returns the names of options that can't have the given value. @param {Given} given */
  function write(given) {
    for (const control of controls()) {
      const value = Object.hasOwn(given, control.name) ? given[control.name] : undefined;
      if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === true;
      else control.value = typeof value === "string" ? value : "";
      // an unknown choice selects nothing, not even the default
      if (control instanceof HTMLSelectElement && control.selectedIndex < 0) control.value = "";
    }
    const written = read();
    return Object.keys(given).filter((name) => written[name] !== given[name]);
  }
  return { read, write };
}
