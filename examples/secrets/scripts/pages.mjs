// Writes the pages that are the same for everybody. They need no secret.
import { write } from "./lib.mjs";

const pages = {
  about: ["About us", "We sell three things, and we like all of them."],
  shipping: ["Shipping", "Orders leave on the next working day."],
};

for (const [name, [title, text]] of Object.entries(pages)) {
  await write(
    `dist/pages/${name}.html`,
    `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`,
  );
}
