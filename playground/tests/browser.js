/** A browser, and a server with a strict policy. */
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";
import { setting } from "./binary.js";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

/** What the page may do: no more than its own `<meta>` says, and no frame may contain it. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=()",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** Serves the playground on loopback. */
async function serve() {
  const site = setting("SITE");
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const name = pathname.endsWith("/") ? "index.html" : path.basename(pathname);
    const file = path.join(site, name);
    if (!fs.existsSync(file)) return void response.writeHead(404, HEADERS).end();
    const type = TYPES[/** @type {keyof typeof TYPES} */ (path.extname(name))];
    response.writeHead(200, { ...HEADERS, "Content-Type": type }).end(fs.readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { base: `http://127.0.0.1:${port}/playground/`, close: () => server.close() };
}

/** Starts the server and the browser. */
export async function start() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: setting("BROWSER"), args: FLAGS });
  return {
    /**
     * @param {import("playwright-core").BrowserContextOptions & { fragment?: string, prepare?: (page: import("playwright-core").Page) => Promise<unknown> }} [options]
     *   `prepare` runs before the page is loaded
     */
    open: ({ fragment = "", prepare, ...options } = {}) => Playground.open(browser, server.base + fragment, prepare, options),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** The playground in a browser. What it must never do is recorded. */
export class Playground {
  /** @type {string[]} */
  faults = [];
  /** @type {string[]} */
  requests = [];

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} url
   * @param {((page: import("playwright-core").Page) => Promise<unknown>) | undefined} prepare
   * @param {import("playwright-core").BrowserContextOptions} options
   */
  static async open(browser, url, prepare, options) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, serviceWorkers: "block", ...options });
    const page = await context.newPage();
    const playground = new Playground(page);
    await playground.watch(new URL(".", url).href);
    await prepare?.(page);
    await page.goto(url);
    await playground.idle();
    return playground;
  }

  /** @param {string} base */
  async watch(base) {
    const { page, faults } = this;
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(`console: ${message.text()}`));
    page.on("dialog", (dialog) => (faults.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
    page.on("popup", () => faults.push("a window was opened"));
    page.on("request", (request) => {
      this.requests.push(request.url());
      if (!request.url().startsWith(base) && !request.url().startsWith("blob:")) faults.push(`request: ${request.url()}`);
    });
    await page.exposeFunction("reportViolation", (/** @type {string} */ text) => faults.push(`policy: ${text}`));
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        /** @type {any} */ (globalThis).reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
  }

  /** Waits until all results are there. */
  async idle() {
    await this.page.waitForSelector('html[data-state="idle"]', { timeout: 120_000, state: "attached" });
  }

  /** Shows an example. @param {string} name */
  async example(name) {
    await this.change(async () => void (await this.page.selectOption("#example", name)));
  }

  /** Does something that changes what is shown, and waits until all results are there. @param {() => Promise<void>} change */
  async change(change) {
    const changes = await this.page.evaluate(() => document.documentElement.dataset.changes);
    await change();
    await this.page.waitForFunction((changes) => document.documentElement.dataset.changes !== changes, changes);
    await this.idle();
  }

  /** Opens a plan. @param {string} plan */
  async load(plan) {
    await this.change(() => this.choose(plan));
  }

  /** Chooses a file with a plan. @param {string} plan */
  async choose(plan) {
    await this.page.setInputFiles("#file", { name: "plan.json", mimeType: "application/json", buffer: Buffer.from(plan) });
  }

  /** @param {string} name @param {string | boolean} value */
  async setOption(name, value) {
    const control = this.page.locator(`#option-${name}`);
    if (value === true) await control.check();
    else if ((await control.evaluate((element) => element.tagName)) === "SELECT") await control.selectOption(String(value));
    else await control.fill(String(value));
  }

  /** The generated files by name, as the page saves them. */
  async files() {
    const files = new Map();
    for (const tab of await this.page.locator("#files [role=tab]").all()) {
      await tab.click();
      files.set(await tab.textContent(), await this.download());
    }
    await this.page.locator("#files [role=tab]").first().click();
    return new Map([...files].sort());
  }

  /** The file that is shown, as the page saves it. */
  async download() {
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.click("#download")]);
    return fs.readFileSync(await download.path(), "utf8");
  }

  /** Puts the state into the address, and returns its fragment. The message of an earlier link can still be there. */
  async share() {
    const old = this.page.url();
    await this.page.click("#share");
    await this.page.waitForURL(({ href }) => href !== old);
    return new URL(this.page.url()).hash;
  }

  /** @param {string} name */
  async tab(name) {
    await this.page.click(`#tab-${name}`);
  }

  /** The text of an element. @param {string} selector */
  async text(selector) {
    return (await this.page.locator(selector).textContent()) ?? "";
  }

  /** Saves a picture of the page, to look at. @param {string} name */
  async screenshot(name) {
    const directory = path.join(setting("OUT"), "screenshots");
    fs.mkdirSync(directory, { recursive: true });
    await this.page.screenshot({ path: path.join(directory, `${name}.png`), fullPage: true });
  }

  /** Forgets faults that a test causes. @param {RegExp} pattern */
  ignoreFaults(pattern) {
    this.faults.splice(0, Infinity, ...this.faults.filter((fault) => !pattern.test(fault)));
  }

  /** Closes the page, and fails if it did what it must not do. */
  async close() {
    await this.page.context().close();
    assert.deepEqual(this.faults, []);
  }
}
