/** The page: connects the editors, the form, the worker and the panels. */
import { examples } from "#tables";
import { announce, byId, copy, create, debounce, hasFiles, lines, notify, readFile, save } from "./dom.js";
import { fileView, planEditor } from "./editors.js";
import { engine } from "./engine.js";
import { APPENDED, count, optionsForm, problems, toOptions } from "./options.js";
import { showComparison, showFindings, showPicture, showRebuilds } from "./results.js";
import { fromFragment, toFragment } from "./share.js";
import { tabs } from "./tabs.js";
import { themeButton } from "./theme.js";

/** The example that is shown first. */
const FIRST = "nextjs-database-url";

/** The time between the last change and a run, in milliseconds. */
const DELAY = 120;

/** The result for the plan and the options. Null while these are newer. @type {import("railpack2docker-wasm").Transpiled | null} */
let current = null;

/** The generated files by name. The editor may show their line endings differently. @type {Map<string, string>} */
let files = new Map();

const plan = planEditor(byId("plan-editor"), "Build plan", { changed: planChanged, selected: showLines });
const old = planEditor(byId("old-editor"), "Old build plan", { changed: schedule });
const output = fileView(byId("output-editor"), "Generated file", showOrigin);
const form = optionsForm(/** @type {HTMLFormElement} */ (byId("form")), schedule);
const changed = /** @type {HTMLTextAreaElement} */ (byId("changed"));
const example = /** @type {HTMLSelectElement} */ (byId("example"));

const results = tabs(byId("tabs"));
const fileTabs = tabs(byId("files"), showFile);

/** @type {import("./engine.js").Handlers} */
const handlers = {
  command(command) {
    byId("command").textContent = command ?? "";
    byId("copy-command").toggleAttribute("disabled", !command);
    byId("save-appended").hidden = !command || !appended();
  },
  transpiled(transpiled, failure) {
    current = transpiled;
    performance.mark("result");
    document.documentElement.toggleAttribute("data-failed", !transpiled);
    // the old files stay, as an unfinished plan often has errors
    if (transpiled) showFiles(transpiled);
    if (failure) showFindings(byId("findings"), failure, plan.go);
    plan.mark(null);
    byId("where").textContent = failure ? withoutResult(failure) : "";
  },
  findings(found, failure) {
    /** @type {import("./engine.js").Failure} */
    const { findings, crash } = failure ?? { findings: found ?? [] };
    showFindings(byId("findings"), { findings, crash }, plan.go);
    plan.underline(findings);
    const errors = findings.filter(({ severity }) => severity === "error").length;
    const badge = byId("finding-count");
    badge.textContent = String(errors || findings.length || "");
    badge.classList.toggle("error", errors > 0);
    announce("announcement", crash ?? `Findings: ${findings.length}. Errors: ${errors}.`);
  },
  comparison: (comparison, failure) => showComparison(byId("comparison"), comparison, failure),
  rebuilds: (table, failure) => showRebuilds(byId("rebuild-table"), table, failure, goToLine),
  picture: (svg, failure) => showPicture(byId("picture"), svg, failure),
};

const requests = engine(handlers, (isBusy) => setState(isBusy ? "busy" : "idle"));

/** Says what the output is if there is no new one. @param {import("./engine.js").Failure} failure */
function withoutResult({ crash }) {
  const shown = files.size ? "This is still the Dockerfile of an earlier plan." : "There is no Dockerfile yet.";
  return `${crash ?? "The plan or the options have errors."} ${shown}`;
}

const startSoon = debounce(start, DELAY);

/** The number of changes so far. */
let changes = 0;

function schedule() {
  current = null;
  document.documentElement.dataset.changes = String(++changes);
  requests.cancel();
  setState("waiting");
  startSoon();
}

/** @param {"waiting" | "busy" | "idle"} state */
function setState(state) {
  document.documentElement.dataset.state = state;
  byId("output").setAttribute("aria-busy", String(state !== "idle"));
}

function start() {
  const given = form.read();
  byId("option-count").textContent = String(count(given) || "");
  requests.start({ plan: plan.get(), old: old.get(), options: toOptions(given), problems: problems(given), changed: lines(changed.value) });
}

/** The instructions of `--append`. */
function appended() {
  return String(form.read().append ?? "");
}

function planChanged() {
  if (example.value && plan.get() !== examples[example.value]) example.value = "";
  schedule();
}

/** @param {import("railpack2docker-wasm").Transpiled} transpiled */
function showFiles({ dockerfile, dockerignore, assets }) {
  const named = [["Dockerfile", dockerfile], ...(dockerignore === null ? [] : [["Dockerfile.dockerignore", dockerignore]]), ...assets.map(({ path, text }) => [path, text])];
  const names = named.map(([name]) => name);
  const isSame = names.join("\0") === [...files.keys()].join("\0");
  files = new Map(/** @type {[string, string][]} */ (named));
  for (const id of ["copy", "download"]) byId(id).removeAttribute("disabled");
  if (!isSame) {
    const kept = shownFile();
    const all = names.map((name, at) => create("button", { type: "button", role: "tab", id: `file-${at}`, "aria-controls": "output-editor" }, name));
    byId("files").replaceChildren(...all);
    fileTabs.select(all[Math.max(0, names.indexOf(kept))]);
  } else {
    output.set(files.get(shownFile()) ?? "");
  }
}

function shownFile() {
  return byId("files").querySelector('[aria-selected="true"]')?.textContent ?? "Dockerfile";
}

/** @param {HTMLElement} tab */
function showFile(tab) {
  byId("output-editor").setAttribute("aria-labelledby", tab.id);
  output.set(files.get(tab.textContent ?? "") ?? "");
}

/** Shows where a line of the Dockerfile comes from. @param {number} line */
function showOrigin(line) {
  if (!current || shownFile() !== "Dockerfile") return;
  const origin = current.sourceMap.find(({ first, last }) => first <= line && line <= last);
  output.mark(origin ? [origin] : []);
  plan.mark(origin?.location ?? null);
  const where = origin && (origin.location.path || "the plan");
  byId("where").textContent = origin
    ? `Line ${line} of the Dockerfile comes from ${where}, line ${origin.location.line} of the plan.`
    : `Line ${line} of the Dockerfile does not come from a value in the plan.`;
}

/** Shows the lines of the Dockerfile that come from a place in the plan. @param {number} offset */
function showLines(offset) {
  if (!current) return;
  const around = current.sourceMap.filter(({ location: { from, to } }) => from <= offset && offset <= to);
  const smallest = Math.min(...around.map(({ location: { from, to } }) => to - from));
  const mapped = around.filter(({ location: { from, to } }) => to - from === smallest);
  if (mapped.length) selectFile("Dockerfile");
  output.mark(mapped);
  plan.mark(null);
  const ranges = mapped.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  byId("where").textContent = mapped.length
    ? `${mapped[0].location.path || "The plan"} becomes ${ranges.length === 1 && !ranges[0].includes("–") ? "line" : "lines"} ${ranges.slice(0, 12).join(", ")} of the Dockerfile.`
    : "No line of the Dockerfile comes from this place in the plan.";
}

/** @param {string} name */
function selectFile(name) {
  const tab = [...byId("files").children].find((tab) => tab.textContent === name);
  if (tab instanceof HTMLElement && shownFile() !== name) fileTabs.select(tab);
}

/** @param {number} line */
function goToLine(line) {
  selectFile("Dockerfile");
  output.go(line);
  showOrigin(line);
}

/** @param {File | undefined} file */
function open(file) {
  if (!file) return;
  readFile(file, (text) => {
    plan.set(text);
    plan.focus();
  });
}

/** The fragment that was restored or shared last. Coming back to it, as with Back, must not replace later edits. */
let known = "";

/** The number of links so far. */
let links = 0;

async function share() {
  const link = ++links;
  const fragment = await toFragment({ plan: plan.get(), old: old.get(), options: form.read(), changed: changed.value });
  // a newer link can be ready sooner
  if (link !== links) return;
  if (!fragment || !setFragment(fragment)) return notify("The plan is too large for a link");
  await copy(location.href, "the link");
}

/** Changes the address. Returns whether the browser accepts it: some have a lower limit. @param {string} fragment */
function setFragment(fragment) {
  try {
    window.history.replaceState(null, "", fragment);
  } catch {
    return false;
  }
  known = fragment;
  return true;
}

/** Shows the state in the address. Returns whether there is one. */
async function restore() {
  const fragment = location.hash;
  if (fragment === known) return false;
  try {
    const state = await fromFragment(fragment);
    if (!state) return false;
    // a newer address can be ready sooner
    if (fragment !== location.hash) return true;
    known = fragment;
    show(state);
    return true;
  } catch {
    notify("The link is damaged");
    return false;
  }
}

/** @param {import("./share.js").Shared} state */
function show(state) {
  const unknown = form.write(state.options);
  if (unknown.length) notify(`The link has options that this version does not know: ${unknown.map((name) => `--${name}`).join(", ")}`);
  changed.value = state.changed;
  old.set(state.old);
  plan.set(state.plan);
}

/**
 * A file or a link that is dropped outside of an editor would replace the page. Text can be dropped into fields.
 * @param {DragEvent} event
 */
function preventLeaving(event) {
  const isField = event.target instanceof Element && event.target.matches("input, textarea");
  if (hasFiles(event) || !isField) event.preventDefault();
}

function connect() {
  example.append(create("option", { value: "" }, "–"), ...Object.keys(examples).map((name) => create("option", { value: name }, name)));
  example.addEventListener("change", () => example.value && plan.set(examples[example.value]));
  const file = /** @type {HTMLInputElement} */ (byId("file"));
  byId("open").addEventListener("click", () => {
    // so that the same file can be opened again
    file.value = "";
    file.click();
  });
  file.addEventListener("change", () => open(file.files?.[0]));
  byId("share").addEventListener("click", share);
  byId("copy").addEventListener("click", () => copy(files.get(shownFile()) ?? "", shownFile()));
  byId("download").addEventListener("click", () => save(shownFile().split("/").at(-1) ?? "", files.get(shownFile()) ?? ""));
  byId("copy-command").addEventListener("click", () => copy(byId("command").textContent ?? "", "the command"));
  byId("save-appended").addEventListener("click", () => save(APPENDED, appended()));
  byId("keep").addEventListener("click", () => old.set(plan.get()));
  changed.addEventListener("input", schedule);
  window.addEventListener("hashchange", restore);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    plan.focus();
  });
  themeButton(byId("theme"));
  window.addEventListener("dragover", preventLeaving);
  window.addEventListener("drop", preventLeaving);
}

connect();
results.select(byId("tab-findings"));
if (!(await restore())) {
  example.value = FIRST;
  plan.set(examples[FIRST]);
}
start();
