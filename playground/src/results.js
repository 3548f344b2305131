/**
 * The panels below the editors. All text of plans becomes text nodes.
 *
 * @typedef {import("./worker.js").Finding} Finding
 * @typedef {import("./engine.js").Failure} Failure
 * @typedef {import("railpack2docker-wasm").Comparison} Comparison
 * @typedef {import("railpack2docker-wasm").Rebuild} Rebuild
 * @typedef {import("railpack2docker-wasm").Rerun} Rerun
 */
import { announce, create, withCode } from "./dom.js";

/** The maximum number of findings, and of rows of a table, that are shown: more would make the page slow. */
const MAX_SHOWN = 200;

/** The maximum number of lines of a diff that are shown. */
const MAX_LINES = 5000;

const SEVERITIES = /** @type {const} */ (["error", "warning", "note"]);

/**
 * The findings, the most severe ones first.
 * @param {HTMLElement} panel
 * @param {Pick<Failure, "findings" | "crash">} found
 * @param {(offset: number) => void} go
 */
export function showFindings(panel, { findings, crash }, go) {
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const items = sorted.slice(0, MAX_SHOWN).map((finding) => item(finding, go));
  panel.replaceChildren(
    items.length ? create("ul", { className: "findings" }, ...items) : create("p", { className: "empty" }, crash ?? "No findings."),
    leftOut(findings.length - MAX_SHOWN, "findings"),
  );
}

/**
 * @param {Finding} finding
 * @param {(offset: number) => void} go
 */
function item({ severity, code, message, location, help, frame, page }, go) {
  const place = location && create("button", { type: "button", className: "place", onclick: () => go(location.from) }, `line ${location.line}, column ${location.column}`);
  const href = page.replace(/^docs\/(.*)\.md$/, "../$1.html");
  const text = frame ?? (help ? `${message}\nhelp: ${help}` : message);
  return create(
    "li",
    { className: severity },
    create("p", {}, create("strong", { className: "severity" }, severity), " ", create("a", { href, target: "_blank", rel: "noopener" }, code), " ", place),
    create("pre", { tabIndex: 0, role: "group", "aria-label": `${severity}: ${message}` }, text),
  );
}

/**
 * @param {number} count
 * @param {string} what
 */
function leftOut(count, what) {
  return count > 0 ? create("p", { className: "empty" }, `${count} more ${what} are not shown.`) : "";
}

/**
 * The picture, as an image: nothing in it can run.
 * @param {HTMLElement} panel
 * @param {string | null} svg
 * @param {Failure | null} failure
 */
export function showPicture(panel, svg, failure) {
  const old = panel.querySelector("img");
  if (old) URL.revokeObjectURL(old.src);
  if (!svg) {
    panel.replaceChildren(create("p", { className: "empty" }, reason(failure)));
    return;
  }
  const src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  panel.replaceChildren(create("img", { src, alt: "The steps of the build, and what each starts from and copies. The Rebuilds tab lists them in a table." }));
}

/** @param {Failure | null} failure */
function reason(failure) {
  const error = failure?.findings.find(({ severity }) => severity === "error");
  if (!error) return failure?.crash ?? "Nothing to show.";
  return error.help ? `${error.message}: ${error.help}` : error.message;
}

/**
 * The table of what each change re-runs.
 * @param {HTMLElement} panel
 * @param {{ rows: Rebuild[], leftOut: number } | null} table
 * @param {Failure | null} failure
 * @param {(line: number) => void} go Shows a line of the Dockerfile
 */
export function showRebuilds(panel, table, failure, go) {
  if (!table || !table.rows.length) {
    panel.replaceChildren(create("p", { className: "empty" }, table ? "The plan has no secrets, and copies no individual files." : reason(failure)));
    return;
  }
  const head = create("thead", {}, create("tr", {}, ...["Change", "Steps that re-run, and the first instruction of each", "First instruction of the image that re-runs"].map((text) => create("th", { scope: "col" }, text))));
  const rows = table.rows.map((row) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, row.secret === null ? "" : "secret ", create("code", {}, row.secret ?? row.file ?? "")),
      create("td", {}, ...steps(row, go)),
      create("td", {}, row.image ? instruction(row.image, go) : "none"),
    ),
  );
  panel.replaceChildren(
    create("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "What each change re-runs" }, create("table", {}, head, create("tbody", {}, ...rows))),
    leftOut(table.leftOut, "changes"),
  );
}

/**
 * @param {Rebuild} row
 * @param {(line: number) => void} go
 */
function steps({ steps, outcome }, go) {
  if (steps.length) {
    const more = steps.length - MAX_SHOWN;
    return [...steps.slice(0, MAX_SHOWN).map((step) => create("p", {}, create("strong", {}, step.name), " ", instruction(step, go))), leftOut(more, "steps")];
  }
  return [outcome === "excluded" ? "none: the plan excludes the file" : "none"];
}

/**
 * @param {Rerun} rerun
 * @param {(line: number) => void} go
 */
function instruction({ line, text }, go) {
  return create("button", { type: "button", className: "place", title: `Line ${line} of the Dockerfile`, onclick: () => go(line) }, text);
}

const STATUSES = { cached: "cached", ifFilesDiffer: "if files differ", rebuilds: "rebuilds" };

/**
 * The comparison with the old plan: a summary, which is announced, and details.
 * @param {HTMLElement} panel
 * @param {Comparison | null} comparison
 * @param {Failure | null} failure
 */
export function showComparison(panel, comparison, failure) {
  announce("summary", summary(comparison, failure));
  if (!comparison) {
    const frames = failure?.findings.filter(({ severity }) => severity === "error").slice(0, MAX_SHOWN) ?? [];
    panel.replaceChildren(...frames.map(({ frame, message }) => create("pre", { className: "error", tabIndex: 0 }, frame ?? message)));
    return;
  }
  const { changes, stages, dockerfile } = comparison;
  const title = (/** @type {import("railpack2docker-wasm").Change} */ { step, subject }) => step ?? (subject === "image" ? "the image" : "the plan");
  if (comparison.same) return panel.replaceChildren();
  panel.replaceChildren(
    create("h3", {}, "Changes"),
    create("ul", { className: "changes" }, ...changes.slice(0, MAX_SHOWN).map((change) => create("li", {}, create("strong", {}, title(change)), " ", ...withCode(change.text)))),
    leftOut(changes.length - MAX_SHOWN, "changes"),
    create("h3", {}, "Layers"),
    ...layerTable(stages),
    create("h3", {}, "Dockerfile"),
    ...unified(dockerfile),
  );
}

/**
 * @param {Comparison | null} comparison
 * @param {Failure | null} failure
 */
function summary(comparison, failure) {
  if (failure) return failure.crash ?? (failure.plan ? `The ${failure.plan} plan has errors.` : "The options have errors.");
  if (!comparison) return "Without an old plan, there is nothing to compare.";
  if (comparison.same) return "The plans are equivalent.";
  const { cached, ifFilesDiffer, rebuilds } = comparison.layers;
  return `Layers: ${cached} cached, ${ifFilesDiffer} if files differ, ${rebuilds} rebuild`;
}

/** @param {Comparison["stages"]} stages */
function layerTable(stages) {
  const all = stages.flatMap(({ name, layers }) => layers.map((layer) => ({ name: name ?? "the image", ...layer })));
  const rows = all.slice(0, MAX_SHOWN).map(({ name, instruction, status }) =>
    create("tr", { className: status }, create("th", { scope: "row" }, name), create("td", {}, create("code", {}, instruction)), create("td", {}, STATUSES[status])),
  );
  const head = create("thead", {}, create("tr", {}, ...["Stage", "Layer", "Status"].map((text) => create("th", { scope: "col" }, text))));
  const table = create("table", {}, head, create("tbody", {}, ...rows));
  return [create("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Layers" }, table), leftOut(all.length - MAX_SHOWN, "layers")];
}

/** @param {string} diff */
function unified(diff) {
  const kinds = { "+": "added", "-": "removed", "@": "hunk" };
  const lines = diff.split("\n");
  const spans = lines.slice(0, MAX_LINES).map((line) => create("span", { className: kinds[/** @type {keyof typeof kinds} */ (line[0])] ?? "same" }, `${line}\n`));
  const label = "Diff of the Dockerfile";
  return [create("pre", { className: "unified", tabIndex: 0, role: "group", "aria-label": label }, ...spans), leftOut(lines.length - MAX_LINES, "lines")];
}
