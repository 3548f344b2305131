/**
 * The panels below the editors. All text of plans becomes text nodes.
 *
 * @typedef {import("./worker.js").Finding} Finding
 * @typedef {import("railpack2docker-wasm").Comparison} Comparison
 * @typedef {import("railpack2docker-wasm").Rebuild} Rebuild
 * @typedef {import("railpack2docker-wasm").Rerun} Rerun
 */
import { create, withCode } from "./dom.js";

/** The maximum number of findings and lines that are shown: more would make the page slow. */
const MAX_SHOWN = 200;

const SEVERITIES = /** @type {const} */ (["error", "warning", "note"]);

/**
 * The findings, the most severe ones first.
 * @param {HTMLElement} panel
 * @param {Finding[]} findings
 * @param {(offset: number) => void} go
 */
export function showFindings(panel, findings, go) {
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const items = sorted.slice(0, MAX_SHOWN).map((finding) => item(finding, go));
  panel.replaceChildren(
    items.length ? create("ul", { className: "findings" }, ...items) : create("p", { className: "empty" }, "No findings."),
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
 * @param {import("./worker.js").Failure | null} failure
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

/** @param {import("./worker.js").Failure | null} failure */
function reason(failure) {
  const error = failure?.findings.find(({ severity }) => severity === "error");
  if (!error) return "Nothing to show.";
  return error.help ? `${error.message}: ${error.help}` : error.message;
}

/**
 * The table of what each change re-runs.
 * @param {HTMLElement} panel
 * @param {{ rows: Rebuild[], leftOut: number } | null} table
 * @param {import("./worker.js").Failure | null} failure
 * @param {(line: number) => void} go Shows a line of the Dockerfile
 */
export function showRebuilds(panel, table, failure, go) {
  if (!table || !table.rows.length) {
    panel.replaceChildren(create("p", { className: "empty" }, table ? "The plan has no secrets, and copies no individual files." : reason(failure)));
    return;
  }
  const head = create("thead", {}, create("tr", {}, ...["When this changes", "these steps re-run, from", "and the image"].map((text) => create("th", { scope: "col" }, text))));
  const rows = table.rows.map((row) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, row.secret === null ? "" : "secret ", create("code", {}, row.secret ?? row.file ?? "")),
      create("td", {}, ...steps(row, go)),
      create("td", {}, row.image ? instruction(row.image, go) : "does not change"),
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
 * The comparison with the old plan.
 * @param {HTMLElement} panel
 * @param {Comparison | null} comparison
 * @param {import("./worker.js").Failure | null} failure
 */
export function showComparison(panel, comparison, failure) {
  if (!comparison) {
    const frames = failure?.findings.filter(({ severity }) => severity === "error").slice(0, MAX_SHOWN) ?? [];
    panel.replaceChildren(
      create("p", { className: "empty" }, failure ? `The ${failure.plan ?? "new"} plan has errors.` : "Without an old plan, there is nothing to compare."),
      ...frames.map(({ frame, message }) => create("pre", { className: "error", tabIndex: 0 }, frame ?? message)),
    );
    return;
  }
  if (comparison.same) {
    panel.replaceChildren(create("p", { className: "empty" }, "The plans are equivalent."));
    return;
  }
  const { changes, layers, stages, dockerfile } = comparison;
  const title = (/** @type {import("railpack2docker-wasm").Change} */ { step, subject }) => step ?? (subject === "image" ? "the image" : "the plan");
  panel.replaceChildren(
    create("h3", {}, "Changes"),
    create("ul", { className: "changes" }, ...changes.slice(0, MAX_SHOWN).map((change) => create("li", {}, create("strong", {}, title(change)), " ", ...withCode(change.text)))),
    leftOut(changes.length - MAX_SHOWN, "changes"),
    create("h3", {}, `Layers: ${layers.cached} cached, ${layers.ifFilesDiffer} if files differ, ${layers.rebuilds} rebuild`),
    create("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Layers" }, layerTable(stages)),
    create("h3", {}, "Dockerfile"),
    create("pre", { className: "unified", tabIndex: 0, role: "group", "aria-label": "Diff of the Dockerfile" }, ...unified(dockerfile)),
  );
}

/** @param {Comparison["stages"]} stages */
function layerTable(stages) {
  const all = stages.flatMap(({ name, layers }) => layers.map((layer) => ({ name: name ?? "the image", ...layer })));
  const rows = all.slice(0, MAX_SHOWN).map(({ name, instruction, status }) =>
    create("tr", { className: status }, create("th", { scope: "row" }, name), create("td", {}, create("code", {}, instruction)), create("td", {}, STATUSES[status])),
  );
  const head = create("thead", {}, create("tr", {}, ...["Stage", "Layer", "Status"].map((text) => create("th", { scope: "col" }, text))));
  return create("table", {}, head, create("tbody", {}, ...rows));
}

/** @param {string} diff */
function unified(diff) {
  const kinds = { "+": "added", "-": "removed", "@": "hunk" };
  const lines = diff.split("\n").slice(0, 5000);
  return lines.map((line) => create("span", { className: kinds[/** @type {keyof typeof kinds} */ (line[0])] ?? "same" }, `${line}\n`));
}
