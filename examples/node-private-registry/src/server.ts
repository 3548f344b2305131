import { createServer } from "node:http";
// A package of our own registry
import { greet } from "@example/greeting";

const port = Number(process.env.PORT ?? "3000");

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const name = url.searchParams.get("name") ?? "world";

  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ greeting: greet(name) }));
});

server.listen(port, () => console.log(`listening on ${port}`));
process.on("SIGTERM", () => server.close());
