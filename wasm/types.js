// @ts-check
/**
 * Writes the types of the options: node types.js TABLES OUT, where TABLES is the output of `examples/tables.rs`.
 */
import { readFile, writeFile } from "node:fs/promises";

const [tables, out] = process.argv.slice(2);

/** @typedef {{ path: string[], kind: string, help: string, choices: { name: string }[] }} Option */
/** @type {{ options: Option[] }} */
const { options } = JSON.parse(await readFile(tables, "utf8"));

/** The types of values that a file of options can have for a kind. */
const TYPES = {
  flag: "boolean",
  text: "string | number | string[]",
  number: "number",
  file: "string",
  list: "(string | number)[]",
  pairs: "Record<string, string | number>",
};

/** @param {Option} option */
function type({ kind, choices }) {
  if (kind !== "choice") return TYPES[/** @type {keyof typeof TYPES} */ (kind)];
  return choices.map(({ name }) => (/^\d+$/.test(name) ? name : JSON.stringify(name))).join(" | ");
}

/**
 * The members of an object type.
 * @param {Option[]} options
 * @param {number} depth
 * @returns {string}
 */
function members(options, depth) {
  const indent = "  ".repeat(depth + 1);
  const keys = [...new Set(options.map(({ path }) => path[depth]))];
  return keys.map((key) => member(key, options.filter(({ path }) => path[depth] === key), depth, indent)).join("");
}

/**
 * @param {string} key
 * @param {Option[]} options
 * @param {number} depth
 * @param {string} indent
 */
function member(key, options, depth, indent) {
  const [option] = options;
  const isTable = option.path.length > depth + 1;
  const doc = isTable ? "" : `${indent}/** ${option.help.replaceAll("*/", "* /")} */\n`;
  const value = isTable ? `{\n${members(options, depth + 1)}${indent}}` : type(option);
  return `${doc}${indent}${JSON.stringify(key)}?: ${value};\n`;
}

await writeFile(
  out,
  `/** The content of \`railpack2docker.toml\`. Generated from the options of the command. */
export interface ConfigOptions {
${members(options, 0)}  "lint"?: {
    /** Codes of checks that are off by default. */
    "warn"?: string[];
  };
}
`,
);
