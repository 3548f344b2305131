/** Everyone can use the playground: with a keyboard, a screen reader, a phone, in the dark. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { start } from "./browser.js";
import { example } from "./binary.js";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @type {Awaited<ReturnType<typeof start>>} */
let server;
before(async () => void (server = await start()));
after(() => server.close());

/**
 * Fails if axe finds something.
 * @param {import("./browser.js").Playground} page
 * @param {string} state
 */
async function check({ page }, state) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run({ resultTypes: ["violations"] });
    return violations.flatMap((/** @type {any} */ { id, nodes }) => nodes.map((/** @type {any} */ node) => `${id}: ${node.target} ${node.failureSummary}`));
  });
  assert.deepEqual(found, [], state);
}

const LOOKS = /** @type {const} */ ([
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ["phone-dark", { colorScheme: "dark", viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }],
]);

for (const [look, options] of LOOKS) {
  test(`axe finds nothing: ${look}`, async () => {
    const page = await server.open(options);
    await page.tab("diff");
    await page.page.click("#keep");
    await page.example("secrets");
    await page.tab("rebuilds");
    await page.page.fill("#changed", "server.mjs");
    await page.idle();
    for (const tab of ["findings", "options", "picture", "rebuilds", "diff"]) {
      await page.tab(tab);
      await page.screenshot(`${look}-${tab}`);
      await check(page, `${look}, ${tab}`);
      const overflow = await page.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${look}, ${tab}: ${overflow} pixels too wide`);
    }
    await page.tab("findings");
    await page.load(`{"steps": [{"name": "a", "inputs": [{"step": "b"}]}], ${example("rust").trim().slice(1)}`);
    await page.screenshot(`${look}-errors`);
    await check(page, `${look}, errors`);
    await page.close();
  });
}

test("the theme can be changed, and stays", async () => {
  const page = await server.open({ colorScheme: "light" });
  const background = () => page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.page.click("#theme");
  const dark = await background();
  assert.notEqual(dark, light);
  assert.equal(await page.text("#theme"), "Light");
  await page.page.reload();
  await page.idle();
  assert.equal(await background(), dark);
  await page.page.click("#theme");
  assert.equal(await background(), light);
  await page.close();
});

test("screen readers announce results, once", async () => {
  const page = await server.open();
  const regions = await page.page.evaluate(() => Array.from(document.querySelectorAll("[role=status], [aria-live]"), ({ id }) => id));
  assert.deepEqual(regions, ["where", "announcement", "summary", "status"]);
  // a region that appears together with its text is not announced
  assert.equal(await page.page.locator("#status").evaluate((status) => getComputedStyle(status).visibility), "visible");
  await page.load('{"steps": [{"name": "a", "inputs": [{"step": "b"}]}], "deploy": {"base": {"image": "debian:13"}}}');
  assert.match(await page.text("#announcement"), /^Findings: \d+\. Errors: 1\.$/);
  await page.close();
});

test("everything can be reached with the keyboard", async () => {
  const page = await server.open();
  const { keyboard } = page.page;
  const focused = () => page.page.evaluate(() => document.activeElement?.id || document.activeElement?.className || document.activeElement?.tagName);
  const seen = [];
  for (let presses = 0; presses < 40; presses++) {
    await keyboard.press("Tab");
    seen.push(await focused());
    if (seen.at(-1) === "tab-findings") break;
  }
  for (const id of ["skip", "example", "open", "share", "theme", "plan-editor", "file-0", "copy", "download", "output-editor", "command", "copy-command", "tab-findings"]) {
    assert.ok(seen.includes(id), `${id} is not among ${seen}`);
  }
  await keyboard.press("ArrowRight");
  assert.equal(await focused(), "tab-options");
  assert.ok(await page.page.locator("#options").isVisible());
  await keyboard.press("End");
  assert.equal(await focused(), "tab-diff");
  await keyboard.press("Home");
  await keyboard.press("ArrowLeft");
  assert.equal(await focused(), "tab-diff");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  await page.page.focus("#option-exec");
  await keyboard.press("Space");
  await page.idle();
  assert.match(await page.text("#command"), / --exec$/);
  // lines are chosen with the arrow keys
  await page.page.locator("#output-editor .cm-content").focus();
  await keyboard.press("Control+End");
  assert.match(await page.text("#where"), /of the Dockerfile/);
  // text can be typed, and Tab leaves the editor
  await page.page.locator("#plan-editor .cm-content").focus();
  await keyboard.press("Control+a");
  await keyboard.insertText("{}");
  await page.page.waitForSelector("#findings .error", { state: "attached" });
  await page.idle();
  await keyboard.press("Tab");
  assert.notEqual(await focused(), "plan-editor");
  await page.close();
});
