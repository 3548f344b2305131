import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** The value of a secret, or an error that names it and shows nothing of it. */
export function secret(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

export async function write(path, content) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  console.log(`wrote ${path}`);
}
