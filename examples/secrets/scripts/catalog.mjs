// Writes the catalog that the site shows. What it keeps of the database and of
// the API is their host and whether they are there, never a credential.
import { readFile } from "node:fs/promises";
import { secret, write } from "./lib.mjs";

const database = new URL(secret("DATABASE_URL"));
secret("API_KEY");

const limit = Number(process.env.CATALOG_LIMIT ?? "10");
const products = JSON.parse(await readFile("products.json", "utf8")).slice(0, limit);

await write(
  "dist/catalog.json",
  JSON.stringify({ source: database.hostname, builtAt: new Date().toISOString(), products }, null, 2),
);
