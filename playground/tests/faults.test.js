/** What goes wrong is said, and the page can be used again afterwards. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.js";
import { example, generate } from "./binary.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let server;
before(async () => void (server = await start()));
after(() => server.close());

const NOT_LOADED = "The playground could not be loaded. Reload the page.";

for (const file of ["railpack2docker.wasm", "worker.js"]) {
  test(`without ${file}, there is a message, and the next change tries again`, async () => {
    const page = await server.open({ prepare: (page) => page.route(`**/${file}`, (route) => route.fulfill({ status: 404 })) });
    assert.equal(await page.text("#where"), `${NOT_LOADED} There is no Dockerfile yet.`);
    assert.equal(await page.text("#findings"), NOT_LOADED);
    assert.ok(await page.page.isDisabled("#copy-command"));
    await page.page.unroute(`**/${file}`);
    await page.example("rust");
    assert.deepEqual(await page.files(), generate(example("rust")).files);
    assert.equal(await page.text("#where"), "");
    page.ignoreFaults(/404/);
    await page.close();
  });
}

test("a server may not know the type of WebAssembly", async () => {
  const page = await server.open({
    prepare: (page) => page.route("**/railpack2docker.wasm", async (route) => route.fulfill({ response: await route.fetch(), contentType: "application/octet-stream" })),
  });
  await page.example("rust");
  assert.deepEqual(await page.files(), generate(example("rust")).files);
  await page.close();
});

/** Makes the worker fail for results that contain `CRASH`, as it does without memory. @param {import("playwright-core").Page} page */
async function breakWorker(page) {
  const fault = `{
    const parse = JSON.parse;
    let isBroken = false;
    JSON.parse = (text) => {
      isBroken ||= text.includes("CRASH");
      if (isBroken) throw new WebAssembly.RuntimeError("unreachable");
      return parse(text);
    };
  }`;
  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: fault + (await response.text()) });
  });
}

test("after a crash, there is a message, and the next plan has a result", async () => {
  const page = await server.open({ prepare: breakWorker });
  await page.tab("diff");
  await page.load(example("rust").replace('"cmd": "', '"cmd": "echo CRASH '));
  const crash = "The plan can't be processed (RuntimeError: unreachable). It may be too large.";
  assert.equal(await page.text("#where"), `${crash} This is still the Dockerfile of an earlier plan.`);
  for (const panel of ["#findings", "#picture", "#rebuild-table", "#summary", "#announcement"]) assert.equal(await page.text(panel), crash, panel);
  await page.example("rust");
  assert.deepEqual(await page.files(), generate(example("rust")).files);
  assert.equal(await page.text("#where"), "");
  await page.close();
});

test("without any Dockerfile, none is said to be shown", async () => {
  const page = await server.open({ fragment: "#v1=q1YqyEnMU7JSqq5V0lHKz0lRslICMQpKMvPzipWsqmt1lJIzEvPSU8EytQA" });
  assert.equal(await page.text("#where"), "The plan or the options have errors. There is no Dockerfile yet.");
  await page.close();
});

test("a directory can't be read", async () => {
  const page = await server.open();
  await page.page.evaluate(() => {
    // what browsers do for a directory
    Blob.prototype.text = () => Promise.reject(new DOMException("not found", "NotFoundError"));
  });
  await page.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([""], "directory"));
    document.querySelector("#plan-editor")?.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page.page.waitForSelector(".toast.visible");
  assert.equal(await page.text("#status"), "The file can't be read");
  await page.close();
});
