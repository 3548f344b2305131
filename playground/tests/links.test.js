/** Links keep the state of the page, and lose nothing silently. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromFragment, toFragment } from "../src/share.js";
import { start } from "./browser.js";
import { example, generate } from "./binary.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let server;
before(async () => void (server = await start()));
after(() => server.close());

/** @param {Partial<import("../src/share.js").Shared>} state */
async function fragmentOf(state) {
  return (await toFragment({ plan: example("rust"), old: "", options: {}, changed: "", ...state })) ?? "";
}

test("a link has the plan, the old plan and the options, and is sent nowhere", async () => {
  const page = await server.open();
  await page.example("python-uv");
  await page.tab("diff");
  await page.page.click("#keep");
  await page.load(example("rust").replace('"cmd": "', '"cmd": "echo é😀 '));
  await page.tab("options");
  await page.setOption("env", "A=b\nC='d'");
  await page.setOption("exec", true);
  await page.tab("rebuilds");
  await page.page.fill("#changed", "src/main.rs");
  await page.idle();
  const fragment = await page.share();
  assert.ok(fragment.length > 500, fragment);
  const other = await server.open({ fragment });
  assert.deepEqual(await other.files(), await page.files());
  for (const selector of ["#command", "#comparison", "#rebuild-table", "#findings"]) {
    assert.equal(await other.text(selector), await page.text(selector), selector);
  }
  assert.deepEqual([...page.requests, ...other.requests].filter((url) => url.includes(fragment.slice(4, 100)) && !url.includes("#")), []);
  await page.close();
  await other.close();
});

test("a damaged link is reported", async () => {
  for (const fragment of ["#v1=AAAA", "#v1=%00", "#v1="]) {
    const page = await server.open({ fragment });
    assert.equal(await page.text("#status"), "The link is damaged");
    await page.close();
  }
});

test("what a link has and this version does not know is reported", async () => {
  const fragment = await fragmentOf({ options: { user: "1001", future: "x", "secrets-scope": "galaxy", exec: "yes" } });
  const page = await server.open({ fragment });
  assert.equal(await page.text("#status"), "The link has options that this version does not know: --future, --secrets-scope, --exec");
  assert.equal(await page.page.locator("#option-secrets-scope").evaluate((/** @type {HTMLSelectElement} */ select) => select.selectedIndex), 0);
  assert.match(await page.text("#command"), / --user=1001$/);
  await page.close();
});

test("Back does not replace edits, and another link does", async () => {
  const page = await server.open({ fragment: await fragmentOf({}) });
  await page.page.focus("#skip");
  await page.page.keyboard.press("Enter");
  assert.equal(await page.page.evaluate(() => document.activeElement?.id), "plan-editor");
  await page.load(example("php"));
  await page.page.evaluate(() => void (location.hash = "#elsewhere"));
  await page.page.goBack();
  await page.idle();
  assert.deepEqual(await page.files(), generate(example("php")).files);
  const fragment = await fragmentOf({ plan: example("secrets") });
  await page.change(() => page.page.evaluate((fragment) => void (location.hash = fragment), fragment));
  assert.deepEqual(await page.files(), generate(example("secrets")).files);
  await page.close();
});

test("there is no link that could not be opened", async () => {
  const plan = "a".repeat(60 << 20);
  assert.equal((await fromFragment(await fragmentOf({ plan })))?.plan.length, plan.length);
  assert.equal(await toFragment({ plan: "a".repeat(64 << 20), old: "", options: {}, changed: "" }), null);
  const page = await server.open();
  await page.page.evaluate(() => {
    history.replaceState = () => {
      throw new DOMException("The URL is too long", "DataCloneError");
    };
  });
  await page.page.click("#share");
  await page.page.waitForSelector(".toast.visible");
  assert.equal(await page.text("#status"), "The plan is too large for a link");
  await page.close();
});
