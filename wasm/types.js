// @ts-check
/**
 * Writes the types of the options: node types.js TABLES OUT, where TABLES is the output of `examples/tables.rs`.
 */
import { readFile, writeFile } from "node:fs/promises";

const [tables, out] = process.argv.slice(2);

/** @typedef {{ path: string[], types: string[], help: string, choices: { name: string }[] }} Option */
/** @type {{ options: Option[] }} */
const { options } = JSON.parse(await readFile(tables, "utf8"));

/** The type of an option's value. @param {Option} option */
function type({ choices, types }) {
  const choice = choices.map(({ name }) => (types.includes("number") ? name : JSON.stringify(name))).join(" | ");
  if (choice) return choice;
  const inner = (/** @type {string} */ kind) => types.filter((type) => type.endsWith(` ${kind}`)).map((type) => type.split(" ")[0]).join(" | ");
  const [list, pairs] = [inner("list"), inner("pairs")];
  return [...types.filter((type) => !type.includes(" ")), ...(list ? [`(${list})[]`] : []), ...(pairs ? [`Record<string, ${pairs}>`] : [])].join(" | ");
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
  // a table in a table can be its command alone
  const short = isTable && depth > 0 ? `${type(option)} | ` : "";
  const value = isTable ? `${short}{\n${members(options, depth + 1)}${indent}}` : type(option);
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
