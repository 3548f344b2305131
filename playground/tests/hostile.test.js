/** Text of a hostile plan is shown as text, and runs nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.js";
import { generate, tables } from "./binary.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let server;
before(async () => void (server = await start()));
after(() => server.close());

/** What a page runs if a text becomes HTML, a URL, a style or a script. */
const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\"><svg onload=alert(1)>",
  "</text></svg><script>alert(1)</script>",
  "]]><img src=x onerror=alert(1)>",
  "javascript:alert(1)",
  "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
  "</textarea></title></style></pre><script>alert(1)</script>",
  "<style>*{background:url(//evil.example)}</style>",
  "{{constructor.constructor('alert(1)')()}}${alert(1)}",
  "<a href=javascript:alert(1)>click</a><base href=//evil.example>",
  "__proto__",
];

/** @param {string} text */
function hostilePlan(text) {
  return JSON.stringify({
    secrets: [text, "TOKEN"],
    exclude: [text],
    [text]: text,
    caches: { [text]: { directory: "/cache" } },
    steps: [
      { name: text, inputs: [{ image: "debian" }, { local: true, include: [text] }], caches: [text], secrets: [text], variables: { [text]: text, A: text }, commands: [{ cmd: text, customName: text }, { path: text }, { src: text, dest: text }, { path: "/x", name: text }], assets: { [text]: text } },
      { name: "b", inputs: [{ step: text }], commands: [{ cmd: `echo '${text.replaceAll("'", "")}'`, customName: text }] },
    ],
    deploy: { base: { image: "debian" }, inputs: [{ step: "b", include: [text] }], startCommand: text, variables: { A: text } },
  });
}

/** The same with names that a plan can have, so that there is a Dockerfile. @param {string} text */
function validPlan(text) {
  return JSON.stringify({
    secrets: ["TOKEN"],
    steps: [{ name: text, inputs: [{ image: "debian" }], secrets: ["*"], variables: { A: text }, commands: [{ cmd: "make", customName: text }, { path: "/x", name: "asset" }], assets: { asset: text } }],
    deploy: { base: { image: "debian" }, inputs: [{ step: text, include: ["/app"] }], startCommand: text, variables: { A: text } },
  });
}

/**
 * The elements that no text of a plan may create, and attributes that run something.
 * @param {import("./browser.js").Playground} page
 */
function foreign({ page }) {
  return page.evaluate(() => {
    const roots = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? [shadowRoot] : []))];
    const all = roots.flatMap((root) => [...root.querySelectorAll("*")]);
    const own = ["main.js"];
    return all
      .filter((element) => {
        if (element instanceof HTMLScriptElement) return !own.includes(element.getAttribute("src") ?? "");
        // the editor places the cursor with these
        if (element.matches("img.cm-widgetBuffer:not([src], [srcset])")) return element.attributes.length > 2;
        if (element instanceof HTMLImageElement) return !element.closest("#picture") || !element.src.startsWith("blob:");
        if (element.matches("iframe, object, embed, svg script, base, meta[http-equiv=refresh]")) return true;
        if (element instanceof HTMLAnchorElement && !/^https?:$/.test(element.protocol) && element.protocol !== "blob:") return true;
        return [...element.attributes].some(({ name }) => name.startsWith("on"));
      })
      .map((element) => element.outerHTML.slice(0, 200));
  });
}

test("each attack of the injection table is shown as text", async () => {
  const page = await server.open();
  assert.ok(tables.attacks.length >= 148, String(tables.attacks.length));
  for (const { name, plan } of tables.attacks) {
    await page.load(plan);
    const expected = generate(plan);
    assert.equal(await page.page.locator("html[data-failed]").count(), expected.status === 0 ? 0 : 1, name);
    if (expected.status === 0) assert.equal(await page.download(), expected.files.get("Dockerfile"), name);
    assert.deepEqual(await foreign(page), [], name);
    assert.deepEqual(page.faults, [], name);
  }
  await page.close();
});

test("HTML, URLs and scripts in a plan are shown as text", async () => {
  const page = await server.open();
  for (const text of PAYLOADS) {
    for (const plan of [hostilePlan(text), validPlan(text)]) {
      await page.tab("diff");
      await page.page.click("#keep");
      await page.load(plan);
      for (const tab of ["findings", "picture", "rebuilds", "diff"]) {
        await page.tab(tab);
        assert.deepEqual(await foreign(page), [], text);
      }
      assert.deepEqual(page.faults, [], text);
    }
    const shown = await page.download();
    assert.equal(shown, generate(validPlan(text)).files.get("Dockerfile"), text);
  }
  await page.close();
});

test("options and links can't run anything either", async () => {
  const page = await server.open();
  await page.tab("options");
  for (const text of PAYLOADS) {
    for (const name of ["base", "env", "builder", "assets", "label", "entrypoint", "append"]) await page.page.fill(`#option-${name}`, text);
    await page.page.fill("#option-cache-prefix", text);
    await page.idle();
    assert.deepEqual(await foreign(page), [], text);
    const other = await server.open({ fragment: await page.share() });
    assert.equal(await other.page.inputValue("#option-base"), text);
    assert.deepEqual(await foreign(other), [], text);
    await other.close();
  }
  await page.close();
});
