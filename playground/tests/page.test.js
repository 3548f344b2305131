/** The playground does what the command does, in Chromium, with a strict policy. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.js";
import { example, examples, generate, longPlan, parallelPlan, shell, tables, setting } from "./binary.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let server;
before(async () => void (server = await start()));
after(() => server.close());

test("each example has the files of the command", async () => {
  const page = await server.open();
  assert.ok(examples.size >= 9);
  for (const [name, plan] of examples) {
    await page.example(name);
    assert.deepEqual(await page.files(), generate(plan).files, name);
  }
  await page.close();
});

/** Values of options, and files that belong to them. */
const VALUES = /** @type {Record<string, string | string[]>} */ ({
  builder: ["podman", "railway", "kaniko@1"],
  syntax: ["none", "docker/dockerfile:1.19"],
  "secrets-hash-key": "HASH_KEY",
  "secret-mount": ["file", "bundle=ALL", "nonsense"],
  "secret-id": ["DATABASE_URL=url with blanks", "DATABASE_URL"],
  ssh: ["default", "work"],
  "ssh-step": "install",
  assets: "files",
  append: "LABEL a=\"b c\"\nRUN echo 'x'\n",
  "cache-prefix": "it's mine-",
  "service-id": "1234",
  platforms: ["linux/amd64\nlinux/arm64", "linux/amd64,linux/arm64"],
  mirror: "ghcr.io=registry.internal/ghcr\nquay.io=registry.internal/quay",
  allow: "unlisted-secret",
  base: "debian:13",
  user: ["1001", "app"],
  env: ["A=b=c\nD=$HOME 'x'", "A=1\nB", "=x"],
  label: ["a.b=c d", "a.b"],
  "label-arg": ["revision=REVISION", "revision"],
  expose: "3000\n53/udp",
  volume: "/data",
  healthcheck: ["curl -f localhost || exit 1", '["curl", "-f"]'],
  "health-interval": "10s",
  "health-timeout": "1s",
  "health-start-period": "5s",
  "health-retries": ["2", "many"],
  "stop-signal": "SIGINT",
  entrypoint: '["tini", "--"]',
  command: "node server.js",
});

/** Options that need another one. */
const NEEDED = /** @type {Record<string, string>} */ ({
  "ssh-step": "ssh", "health-interval": "healthcheck", "health-timeout": "healthcheck", "health-start-period": "healthcheck", "health-retries": "healthcheck", "service-id": "builder",
});

const NEEDED_VALUES = /** @type {Record<string, string>} */ ({ ssh: "default", healthcheck: "true", builder: "railway" });

/** Options that change no text of a valid plan. */
const SILENT = ["strict", "allow", "output-version"];

/** @param {import("../src/tables.d.ts").Option} option */
function values({ name, kind, choices }) {
  if (kind === "flag") return [true];
  if (kind === "choice") return choices.map(({ name }) => name);
  assert.ok(name in VALUES, `the test has no value for --${name}`);
  return [VALUES[name]].flat();
}

test("each option has the effect of the command line that is shown", async () => {
  const page = await server.open();
  const plan = example("nextjs-database-url");
  const plain = generate(plan).files;
  await page.tab("options");
  for (const option of tables.options) {
    let changes = 0;
    for (const value of values(option)) {
      await page.page.click("#reset");
      const needed = NEEDED[option.name];
      if (needed) await page.setOption(needed, NEEDED_VALUES[needed]);
      await page.setOption(option.name, value);
      await page.idle();
      changes += await checkCommand(page, plan, plain, `--${option.name} ${value}`);
    }
    assert.ok(changes > 0 || SILENT.includes(option.name), `--${option.name} changes nothing`);
  }
  await page.close();
});

/**
 * Compares the page with the command line that it shows. Returns whether the files differ from those without options.
 * @param {import("./browser.js").Playground} page
 * @param {string} plan
 * @param {Map<string, string>} plain
 * @param {string} what
 */
async function checkCommand(page, plan, plain, what) {
  const failed = await page.page.locator("html[data-failed]").count();
  const command = await page.text("#command");
  const findings = await page.text("#findings");
  if (failed && !command) {
    // a value that the command line rejects has no command line
    assert.match(findings, /^error/, what);
    return 1;
  }
  /** @type {Record<string, string>} */
  const others = command.includes("--append=") ? { "append.dockerfile": String(VALUES.append) } : {};
  const expected = generate(plan, command, others);
  assert.equal(expected.status === 0, !failed, `${what}: ${command}\n${expected.stderr}`);
  if (failed) {
    const [, message] = /^error\[[\w-]+\]: (.*)$/m.exec(expected.stderr) ?? [];
    assert.ok(message && findings.includes(message), `${what}: ${expected.stderr}\n${findings}`);
    return 1;
  }
  const files = await page.files();
  assert.deepEqual(files, expected.files, `${what}: ${command}`);
  return Number(JSON.stringify([...files]) !== JSON.stringify([...plain]));
}

test("the comparison is that of the command", async () => {
  const page = await server.open();
  const [old, plan] = [example("nextjs-database-url"), example("secrets")];
  await page.tab("diff");
  assert.match(await page.text("#summary"), /Without an old plan/);
  await page.page.click("#keep");
  await page.idle();
  assert.equal(await page.text("#summary"), "The plans are equivalent.");
  await page.example("secrets");
  const { stdout } = shell("railpack2docker diff --format json old.json new.json", { "old.json": old, "new.json": plan });
  const expected = JSON.parse(stdout);
  const shown = await page.page.locator(".changes li").allTextContents();
  assert.equal(shown.length, expected.changes.length);
  for (const [at, { text }] of expected.changes.entries()) assert.ok(shown[at].endsWith(text.replaceAll("`", "")), `${shown[at]}: ${text}`);
  assert.equal(await page.text(".unified"), `${expected.dockerfile}\n`);
  const { cached, ifFilesDiffer, rebuilds } = expected.layers;
  assert.equal(await page.text("#summary"), `Layers: ${cached} cached, ${ifFilesDiffer} if files differ, ${rebuilds} rebuild`);
  await page.close();
});

test("a name without a value is an error, and the last of several values counts, as on the command line", async () => {
  const page = await server.open();
  const plan = example("nextjs-database-url");
  await page.tab("options");
  await page.change(() => page.setOption("env", "A=1\nB"));
  assert.match(await page.text("#findings"), /^error invalid-option invalid value `B` for `--env`: expected `NAME=VALUE`/s);
  assert.equal(await page.page.locator("#findings a").first().getAttribute("href"), "../errors/invalid-option.html");
  assert.equal(await page.text("#summary"), "The options have errors.");
  await page.change(() => page.setOption("env", "A=1\nA=2"));
  const settings = (/** @type {string | undefined} */ text = "") => text.split("\n").filter((line) => line.includes('A="'));
  const { files } = generate(plan, "railpack2docker railpack-plan.json -o Dockerfile --env A=1 --env A=2");
  assert.deepEqual(settings((await page.files()).get("Dockerfile")), settings(files.get("Dockerfile")));
  await page.close();
});

test("fields for names and values are not corrected", async () => {
  const page = await server.open();
  for (const name of ["user", "env", "append"]) {
    const field = page.page.locator(`#option-${name}`);
    assert.deepEqual([await field.getAttribute("spellcheck"), await field.getAttribute("autocapitalize")], ["false", "off"], name);
  }
  await page.close();
});

test("the file that the command appends can be saved", async () => {
  const page = await server.open();
  const button = page.page.locator("#save-appended");
  assert.ok(await button.isHidden());
  await page.tab("options");
  await page.change(() => page.setOption("append", "LABEL a=b\n"));
  const [download] = await Promise.all([page.page.waitForEvent("download"), button.click()]);
  assert.equal(download.suggestedFilename(), "append.dockerfile");
  await page.close();
});

test("the same file can be opened again", async () => {
  const page = await server.open();
  await page.load(example("rust"));
  const [chooser] = await Promise.all([page.page.waitForEvent("filechooser"), page.page.click("#open")]);
  assert.equal(await page.page.inputValue("#file"), "");
  await page.change(() => chooser.setFiles({ name: "plan.json", mimeType: "application/json", buffer: Buffer.from(example("php")) }));
  assert.deepEqual(await page.files(), generate(example("php")).files);
  await page.close();
});

test("text can be dropped into fields, and nothing that is dropped replaces the page", async () => {
  const page = await server.open();
  const isPrevented = (/** @type {string} */ selector, /** @type {boolean} */ isFile) =>
    page.page.evaluate(([selector, isFile]) => {
      const dataTransfer = new DataTransfer();
      if (isFile) dataTransfer.items.add(new File([""], "a.json"));
      else dataTransfer.setData("text/plain", "A=b");
      const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector(selector)?.dispatchEvent(event);
      return event.defaultPrevented;
    }, /** @type {const} */ ([selector, isFile]));
  assert.equal(await isPrevented("#option-env", false), false);
  assert.equal(await isPrevented("#option-env", true), true);
  assert.equal(await isPrevented("footer", false), true);
  assert.equal(await isPrevented("footer", true), true);
  await page.close();
});

test("long comparisons say what they leave out, and results are announced", async () => {
  const page = await server.open();
  const plan = parallelPlan(1500);
  await page.tab("diff");
  await page.load(plan);
  await page.change(() => page.page.click("#keep"));
  await page.load(plan.replaceAll("make", "build"));
  const { stdout } = shell("railpack2docker diff --format json old.json new.json", { "old.json": plan, "new.json": plan.replaceAll("make", "build") });
  const { changes, stages, dockerfile } = JSON.parse(stdout);
  const layers = stages.flatMap((/** @type {{ layers: unknown[] }} */ { layers }) => layers).length;
  const left = await page.page.locator("#comparison .empty").allTextContents();
  assert.deepEqual(left, [`${changes.length - 200} more changes are not shown.`, `${layers - 200} more layers are not shown.`, `${dockerfile.split("\n").length - 5000} more lines are not shown.`]);
  assert.match(await page.text("#announcement"), /^Findings: \d+\. Errors: 0\.$/);
  await page.close();
});

test("a file can be dropped", async () => {
  const page = await server.open();
  for (const [editor, plan] of /** @type {const} */ ([["plan-editor", "rust"], ["old-editor", "php"]])) {
    if (editor === "old-editor") await page.tab("diff");
    const transfer = await page.page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "railpack-plan.json", { type: "application/json" }));
      return transfer;
    }, example(plan));
    await page.change(() => page.page.dispatchEvent(`#${editor} .cm-content`, "drop", { dataTransfer: transfer }));
  }
  assert.deepEqual(await page.files(), generate(example("rust")).files);
  assert.match(await page.text("#summary"), /^Layers: /);
  await page.close();
});

test("a plan of 10,000 steps does not freeze the page, and a newer plan replaces it", async () => {
  const page = await server.open();
  await page.page.evaluate(() => {
    let [last, longest] = [performance.now(), 0];
    const tick = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      Object.assign(globalThis, { longest });
      requestAnimationFrame(tick);
    };
    tick();
  });
  const long = longPlan(10_000);
  await page.load(long);
  const expected = generate(long).files.get("Dockerfile");
  assert.equal(await page.download(), expected);
  // the run for the long plan is not over when the short one comes
  await page.choose(long.replace("part-0", "part-x"));
  await page.page.waitForSelector('html[data-state="busy"]', { state: "attached" });
  await page.load(example("rust"));
  assert.deepEqual(await page.files(), generate(example("rust")).files);
  const longest = await page.page.evaluate(() => /** @type {any} */ (globalThis).longest);
  assert.ok(longest < 1.5 * Number(setting("MILLISECONDS")), `the page was frozen for ${longest} ms`);
  await page.close();
});

test("a line of the Dockerfile leads to its place in the plan, and back", async () => {
  const page = await server.open();
  const plan = example("nextjs-database-url");
  const dockerfile = generate(plan).files.get("Dockerfile") ?? "";
  const line = dockerfile.split("\n").findIndex((line) => line.startsWith("FROM")) + 1;
  const { stdout } = shell(`railpack2docker railpack-plan.json -o Dockerfile -q && railpack2docker where Dockerfile:${line} --format json`, { "railpack-plan.json": plan });
  const { location } = JSON.parse(stdout);
  const editor = page.page.locator("#output-editor .cm-content");
  await editor.locator(".cm-line", { hasText: /^FROM/ }).first().click();
  assert.equal(await page.text("#where"), `Line ${line} of the Dockerfile comes from ${location.path}, line ${location.line} of the plan.`);
  await page.page.waitForSelector("#plan-editor .cm-mappedText");
  await page.page.locator("#plan-editor .cm-line", { hasText: '"cmd"' }).first().locator("span").last().click();
  assert.match(await page.text("#where"), /^steps\[\d+\]\.commands\[\d+\].* becomes lines? \d+/);
  await page.page.waitForSelector("#output-editor .cm-mapped");
  await page.close();
});

test("lines are those of the source map, whatever the line ends in the plan", async () => {
  const page = await server.open();
  const image = { image: "debian:13" };
  const step = { name: "a", inputs: [image], assets: { x: "one\rtwo\n" }, commands: [{ path: "/x", name: "x" }, { cmd: "make" }] };
  const plan = JSON.stringify({ steps: [step], deploy: { base: image, inputs: [{ step: "a", include: ["/x"] }], startCommand: "x" } }, null, 1);
  for (const text of [plan, plan.replaceAll("\n", "\r\n")]) {
    await page.load(text);
    const dockerfile = generate(plan).files.get("Dockerfile") ?? "";
    assert.equal(await page.download(), dockerfile);
    const line = dockerfile.split("\n").indexOf("RUN make") + 1;
    await page.page.locator("#output-editor .cm-line", { hasText: "RUN make" }).click();
    assert.match(await page.text("#where"), new RegExp(`^Line ${line} of the Dockerfile comes from steps\\[0\\]\\.commands\\[1\\]`));
    assert.equal((await page.page.locator("#plan-editor .cm-mappedText").allTextContents()).join("").includes("make"), true);
    // a change of the options clears the text and the mark
    await page.tab("options");
    await page.change(() => page.setOption("user", "1001"));
    assert.equal(await page.text("#where"), "");
    assert.equal(await page.page.locator("#plan-editor .cm-mappedText").count(), 0);
    await page.change(() => page.page.click("#reset"));
  }
  await page.close();
});

test("findings and instructions lead to their places", async () => {
  const page = await server.open();
  await page.load('{"steps": [{"name": "a", "inputs": [{"step": "b"}]}], "deploy": {"base": {"image": "debian"}}}');
  assert.match(await page.text("#findings"), /error.*unknown-step/s);
  assert.match(await page.text("#findings pre"), /\^+/);
  await page.page.waitForSelector("#plan-editor .cm-lintRange-error");
  await page.page.locator("#findings .place").first().click();
  assert.ok(await page.page.evaluate(() => document.activeElement?.id === "plan-editor"));
  await page.example("nextjs-database-url");
  await page.tab("rebuilds");
  await page.page.fill("#changed", "app/page.js");
  await page.idle();
  assert.match(await page.text("#rebuild-table"), /DATABASE_URL.*app\/page\.js/s);
  await page.page.locator("#rebuild-table .place").first().click();
  assert.match(await page.text("#where"), /^Line \d+ of the Dockerfile comes from steps/);
  await page.close();
});

test("the picture is an image that no script can be in", async () => {
  const page = await server.open();
  await page.tab("picture");
  const image = page.page.locator("#picture img");
  assert.ok(await image.evaluate((/** @type {HTMLImageElement} */ image) => image.decode().then(() => image.naturalWidth > 100)));
  assert.match((await image.getAttribute("src")) ?? "", /^blob:/);
  await page.close();
});

test("copying needs a permission of the browser", async () => {
  const page = await server.open({ permissions: ["clipboard-write"] });
  await page.page.click("#copy");
  await page.page.waitForSelector(".toast.visible");
  assert.equal(await page.text("#status"), "Copied Dockerfile");
  await page.close();
});
