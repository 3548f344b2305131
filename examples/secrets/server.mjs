import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const catalog = await readFile("dist/catalog.json");
const payments = await readFile("dist/payments.json");
const port = Number(process.env.PORT ?? "3000");

async function route(path) {
  switch (path) {
    case "/catalog":
      return ["application/json", catalog];
    case "/payments":
      return ["application/json", payments];
    case "/time":
      return ["text/plain", new Date().toString()];
  }
  const [, page] = path.match(/^\/([a-z]+)$/) ?? [];
  return page && ["text/html", await readFile(`dist/pages/${page}.html`)];
}

const server = createServer(async (request, response) => {
  const found = await route(new URL(request.url, "http://localhost").pathname).catch(() => undefined);
  if (!found) {
    response.writeHead(404).end("not found\n");
    return;
  }
  const [type, body] = found;
  response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
});

server.listen(port, () => console.log(`listening on ${port}`));
process.on("SIGTERM", () => server.close());
