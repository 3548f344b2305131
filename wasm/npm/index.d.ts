/** railpack2docker for programs: turns a Railpack build plan into a Dockerfile. */
import type { ConfigOptions } from "./options.js";

export type * from "./options.js";

/**
 * Options: an object with the keys of `railpack2docker.toml`. They are treated as if they were given on the
 * command line, so the header of the Dockerfile lists all of them.
 */
export interface Options extends ConfigOptions {
  /** The texts of files by path: the one that `transpile.append` names, and `railpack2docker.lock`. */
  files?: Record<string, string>;
}

/** The module: its URL (in Node, `file:` too), a request, a response, its bytes, or the compiled module. */
export type ModuleSource = URL | string | Request | Response | BufferSource | WebAssembly.Module | Promise<Response>;

/** A value in a plan. */
export interface Location {
  file: string;
  /** The path of keys, such as `steps[1].commands[2].cmd`. */
  path: string;
  /** The line, counted from 1. */
  line: number;
  /** The column in characters, counted from 1. */
  column: number;
}

/** A value in a plan, with its offsets in the plan's string. */
export interface Range extends Location {
  from: number;
  to: number;
}

/** An error, a warning or a note. */
export interface Finding {
  severity: "error" | "warning" | "note";
  code: string;
  message: string;
  location: Range | null;
  related: { message: string; location: Location | null }[];
  help: string | null;
  /** The path of its documentation in the repository. */
  page: string;
  /** The message with a code frame, as the command prints it. Null after the fifty most severe findings. */
  frame: string | null;
}

/** Lines of a Dockerfile, counted from 1, that come from one value in the plan. */
export interface MappedLines {
  first: number;
  last: number;
  location: Range;
}

export interface Transpiled {
  /** The text of the Dockerfile. */
  dockerfile: string;
  /** The text of `Dockerfile.dockerignore`, if the plan excludes something. */
  dockerignore: string | null;
  /** The files that the option `assets` writes. The paths are relative to the Dockerfile. */
  assets: { path: string; text: string }[];
  findings: Finding[];
  sourceMap: MappedLines[];
  /** The arguments of the command line with the same options. */
  arguments: string[];
}

export interface Change {
  /** The kind, such as `command-changed`. */
  kind: string;
  subject: "plan" | "step" | "image";
  step: string | null;
  /** The change in words. */
  text: string;
  before: string | null;
  after: string | null;
  old: Location | null;
  new: Location | null;
}

export type LayerStatus = "cached" | "ifFilesDiffer" | "rebuilds";

export interface Comparison {
  /** Whether the plans are equivalent. */
  same: boolean;
  changes: Change[];
  /** The number of layers in each status. */
  layers: Record<LayerStatus, number>;
  stages: { name: string | null; layers: { instruction: string; status: LayerStatus; location: Location }[] }[];
  /** The unified diff of the Dockerfile and its ignore file. */
  dockerfile: string;
}

/** Changes of the values of secrets, and of files in the build context. */
export interface ChangeSet {
  secrets?: string[];
  files?: string[];
}

/** The first instruction that re-runs. */
export interface Rerun {
  /** The line in the Dockerfile, counted from 1. */
  line: number;
  text: string;
}

export interface Rebuild {
  /** The secret that changes, or null. */
  secret: string | null;
  /** The file that changes, or null. */
  file: string | null;
  outcome: "copied" | "excluded" | "not copied" | null;
  steps: (Rerun & { name: string })[];
  image: Rerun | null;
}

/** The error for a plan or options that railpack2docker rejects. */
export class PlanError extends Error {
  /** The errors, and the warnings and notes that were found before them. `lint` finds all. */
  findings: Finding[];
  /** For `diff`, the plan that has the errors. Without it, they are those of the options. */
  plan?: "old" | "new";
}

/**
 * Loads the WebAssembly module. Call this once, before the other functions: they throw an `Error` until it is loaded.
 * Without a source, it loads the file next to this one.
 *
 * If a function throws a `WebAssembly.RuntimeError`, such as for a lack of memory, the module can't be used any more, and
 * `init` does not load it again. Run it in a worker or process that you can replace, if your plans are not your own.
 */
export function init(source?: ModuleSource): Promise<void>;

/** The version of railpack2docker. */
export function version(): string;

/**
 * Turns the JSON text of a plan into a Dockerfile.
 * @throws {PlanError} for a plan or options that railpack2docker rejects
 */
export function transpile(plan: string, options?: Options): Transpiled;

/**
 * All findings for a plan. Errors in the plan are among them.
 * @throws {PlanError} for options that railpack2docker rejects, and for a plan of more than 64 MiB
 */
export function lint(plan: string, options?: Options): Finding[];

/**
 * Compares two plans.
 * @throws {PlanError} for a plan or options that railpack2docker rejects
 */
export function diff(old: string, plan: string, options?: Options): Comparison;

/**
 * Explains a plan: the document that `explain --format json` prints.
 * @throws {PlanError} also for an unknown secret, or a file outside the build context
 */
export function explain(plan: string, options?: Options, changes?: ChangeSet): Record<string, unknown>;

/**
 * Draws a plan as SVG, and marks what re-runs after the changes.
 * @throws {PlanError} also for a plan with too many steps for a picture
 */
export function picture(plan: string, options?: Options, changes?: ChangeSet): string;

/**
 * Lists what re-runs if a secret or a file changes: a row for each secret, for each literal path that the build copies
 * from its context, and for each of `files`. There are at most a hundred rows, and the others make room for `files`.
 * @throws {PlanError} also for a file outside the build context
 */
export function rebuilds(plan: string, options?: Options, files?: string[]): { rows: Rebuild[]; leftOut: number };

/**
 * The location in the plan that a line of the Dockerfile, counted from 1, comes from. Null in the header and between
 * stages.
 * @throws {PlanError} for a plan or options that railpack2docker rejects
 */
export function where(plan: string, line: number, options?: Options): Range | null;

/**
 * The command line with the same options, quoted for a shell. It writes a Dockerfile, so `lint.warn` is not in it.
 * @throws {PlanError} only for unknown keys, values of a wrong type, and values that no command line can have: the
 *   command may reject others
 */
export function commandLine(options?: Options): string;
