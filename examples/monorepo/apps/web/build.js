// Makes one page of the text in docs/ and of the stock.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { inStock } from "@corner-shop/stock";

const title = process.env.SITE_TITLE ?? "Corner Shop";
const text = await readFile(new URL("../../docs/README.md", import.meta.url), "utf8");

const paragraphs = text
  .split(/\n{2,}/)
  .filter((block) => !block.startsWith("#"))
  .map((block) => `    <p>${block.trim()}</p>`);
const items = inStock().map((item) => `      <li>${item.name}: ${item.left}</li>`);

const out = new URL("dist/", import.meta.url);
await mkdir(out, { recursive: true });
await writeFile(
  new URL("index.html", out),
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
${paragraphs.join("\n")}
    <ul>
${items.join("\n")}
    </ul>
  </body>
</html>
`,
);
