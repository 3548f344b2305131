/** Runs the command, to compare the playground and the npm package with it. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** @param {string} name */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; .ci/playground sets it`);
  return value;
}

export const repository = path.resolve(import.meta.dirname, "../..");

/** @type {{ options: import("../src/tables.d.ts").Option[], attacks: { name: string, text: string, plan: string }[] }} */
export const tables = JSON.parse(fs.readFileSync(path.join(setting("OUT"), "tables.json"), "utf8"));

/** The plans of the examples by name. @type {Map<string, string>} */
export const examples = new Map(
  fs.readdirSync(path.join(repository, "examples")).sort().flatMap((name) => {
    const file = path.join(repository, "examples", name, "plan.json");
    return fs.existsSync(file) ? [[name, fs.readFileSync(file, "utf8")]] : [];
  }),
);

/** @param {string} name */
export function example(name) {
  const plan = examples.get(name);
  if (!plan) throw new Error(`there is no example ${name}`);
  return plan;
}

/**
 * Runs a command line in a directory with the given files. Returns the output, and the files afterwards.
 * @param {string} line
 * @param {Record<string, string>} files
 */
export function shell(line, files) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "playground-"));
  try {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), text);
    const PATH = `${path.dirname(setting("BINARY"))}:${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", line], { cwd: directory, encoding: "utf8", maxBuffer: 1 << 26, env: { PATH } });
    const written = fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => fs.statSync(path.join(directory, name)).isFile());
    return { status, stdout, stderr, files: new Map(written.sort().map((name) => [name, fs.readFileSync(path.join(directory, name), "utf8")])) };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/**
 * The files that the command generates from a plan.
 * @param {string} plan
 * @param {string} [line]
 * @param {Record<string, string>} [others]
 */
export function generate(plan, line = "railpack2docker railpack-plan.json -o Dockerfile", others = {}) {
  const result = shell(line, { "railpack-plan.json": plan, ...others });
  for (const name of ["railpack-plan.json", ...Object.keys(others)]) result.files.delete(name);
  return result;
}

/**
 * A plan with a number of steps, each of which starts from the one before it.
 * @param {number} count
 */
export function longPlan(count) {
  const image = { image: "debian:13" };
  const steps = Array.from({ length: count }, (_, at) => ({
    name: `step-${at}`,
    inputs: [at ? { step: `step-${at - 1}` } : image],
    commands: [{ cmd: `make part-${at}` }],
  }));
  return JSON.stringify({ steps, deploy: { base: image, inputs: [{ step: `step-${count - 1}`, include: ["/app"] }] } }, null, 1);
}

/**
 * A plan with a number of steps that the image copies from.
 * @param {number} count
 */
export function parallelPlan(count) {
  const image = { image: "debian:13" };
  const names = Array.from({ length: count }, (_, at) => `step-${at}`);
  const steps = names.map((name) => ({ name, inputs: [image], commands: [{ cmd: `make ${name}` }] }));
  return JSON.stringify({ steps, deploy: { base: image, inputs: names.map((step) => ({ step, include: ["/app"] })), startCommand: "x" } });
}
