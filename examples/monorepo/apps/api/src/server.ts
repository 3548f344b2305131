import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { inStock } from "@corner-shop/stock";

const port = Number(process.env.PORT ?? "3000");
const site = await readFile(new URL("../public/index.html", import.meta.url));

const server = createServer((request, response) => {
  switch (request.url) {
    case "/":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(site);
      break;
    case "/api/stock":
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(inStock()));
      break;
    default:
      response.writeHead(404).end("not found\n");
  }
});

server.listen(port, () => console.log(`listening on ${port}`));
process.on("SIGTERM", () => server.close());
