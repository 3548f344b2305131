/** The data that the build adds from the command and from the examples. */

/** An option of the command line. */
export interface Option {
  name: string;
  /** The keys that lead to the value in `railpack2docker.toml`. */
  path: string[];
  kind: "flag" | "choice" | "text" | "number" | "file" | "list" | "pairs";
  /** The placeholder for the value. */
  value: string | null;
  /** The character between several values on a line. */
  delimiter: string | null;
  choices: { name: string; help: string | null }[];
  heading: string;
  help: string;
  more: string | null;
}

export const options: Option[];

/** The plans of the examples, by name. */
export const examples: Record<string, string>;
