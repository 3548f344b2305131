/**
 * The editors. Each is in a shadow root: there, CodeMirror adds its styles as style sheet objects, which a strict
 * policy allows. In a document, it would add `<style>` elements.
 */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, StreamLanguage, bracketMatching, foldGutter, foldKeymap, syntaxHighlighting } from "@codemirror/language";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { hasFiles, readFile } from "./dom.js";

/** The maximum number of findings that are underlined: more would make the page slow. */
const MAX_UNDERLINED = 1000;

/** The colors are variables of the page, which inherit into the shadow root. */
const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "13px" },
  // the page shows the focus, around the gutter too
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--line)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--selection)" },
  ".cm-mapped": { backgroundColor: "var(--mapped)" },
  ".cm-mappedText": { backgroundColor: "var(--mapped-text)", borderRadius: "2px" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--border)" },
  ".cm-specialChar": { color: "var(--error)" },
  ".cm-foldPlaceholder": { background: "var(--line)", color: "var(--muted)", border: "1px solid var(--border)" },
  ".cm-panels input, .cm-panels button": { font: "inherit", color: "inherit", background: "var(--surface)" },
});

/** The marks of findings, without the images in data URLs that CodeMirror has for them: the policy forbids these. */
const lintTheme = EditorView.theme(
  Object.fromEntries(
    ["error", "warning", "info"].flatMap((severity) => {
      const color = `var(--${severity === "info" ? "note" : severity})`;
      return [
        [`.cm-lintRange-${severity}`, { backgroundImage: "none", textDecoration: `underline wavy ${color}`, textDecorationSkipInk: "none" }],
        [`.cm-lint-marker-${severity}`, { content: "normal", width: "8px", height: "8px", margin: "6px 0 0 3px", borderRadius: "50%", backgroundColor: color }],
        [`.cm-diagnostic-${severity}`, { borderLeftColor: color }],
      ];
    }),
  ),
);

const colors = HighlightStyle.define([
  { tag: [tags.propertyName, tags.keyword], color: "var(--code-key)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.variableName, tags.definition(tags.variableName)], color: "var(--code-variable)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

/** @typedef {{ text?: { from: number, to: number }, lines?: { first: number, last: number }[] }} Marks */

/** Sets the marks. @type {import("@codemirror/state").StateEffectType<Marks>} */
const setMarks = StateEffect.define();

const marks = StateField.define({
  create: () => Decoration.none,
  update(decorations, transaction) {
    const effect = transaction.effects.find((effect) => effect.is(setMarks));
    if (!effect) return decorations.map(transaction.changes);
    return decorationsOf(effect.value, transaction.state.doc);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * @param {Marks} marks
 * @param {import("@codemirror/state").Text} document
 */
function decorationsOf({ text, lines = [] }, document) {
  const ranges = lines.flatMap(({ first, last }) =>
    Array.from({ length: Math.max(0, Math.min(last, document.lines) - first + 1) }, (_, at) =>
      Decoration.line({ class: "cm-mapped" }).range(document.line(first + at).from),
    ),
  );
  if (text && text.from < text.to && text.to <= document.length) {
    ranges.push(Decoration.mark({ class: "cm-mappedText" }).range(text.from, text.to));
  }
  return Decoration.set(ranges, true);
}

const common = [
  lineNumbers(),
  highlightSpecialChars({ addSpecialChars: /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\u2800\u{e0000}-\u{e007f}]/gu }),
  drawSelection(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  bracketMatching(),
  foldGutter(),
  syntaxHighlighting(colors),
  marks,
  theme,
];

const keys = [...searchKeymap, ...historyKeymap, ...foldKeymap, ...defaultKeymap];

/**
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {import("@codemirror/state").Extension} extensions
 */
function view(parent, label, extensions) {
  const root = parent.attachShadow({ mode: "open" });
  const editor = new EditorView({
    root,
    parent: /** @type {any} */ (root),
    state: EditorState.create({ extensions: [common, extensions, EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" })] }),
  });
  editor.dom.style.height = "100%";
  return editor;
}

/**
 * An editor for plans.
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {{ changed: () => void, selected?: (offset: number) => void }} handlers
 */
export function planEditor(parent, label, { changed, selected }) {
  const listener = EditorView.updateListener.of((update) => {
    if (update.docChanged) changed();
    else if (update.selectionSet && update.view.hasFocus) selected?.(update.state.selection.main.head);
  });
  const editor = view(parent, label, [json(), history(), lintGutter(), lintTheme, EditorView.lineWrapping, keymap.of(keys), listener]);
  dropTarget(parent, (text) => set(text));

  /** @param {string} text */
  function set(text) {
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }
  return {
    set,
    get: () => editor.state.doc.toString(),
    focus: () => editor.focus(),
    /** Underlines findings. @param {import("./worker.js").Finding[]} findings */
    underline(findings) {
      const { length } = editor.state.doc;
      const placed = findings.filter(({ location }) => location && location.to <= length);
      const diagnostics = placed.slice(0, MAX_UNDERLINED).map(({ severity, message, location }) => {
        const { from, to } = /** @type {import("railpack2docker-wasm").Range} */ (location);
        return { from, to, message, severity: severity === "note" ? /** @type {const} */ ("info") : severity };
      });
      editor.dispatch(setDiagnostics(editor.state, diagnostics));
    },
    /** Marks a range, and shows it. @param {{ from: number, to: number } | null} range */
    mark(range) {
      if (!range) return editor.dispatch({ effects: setMarks.of({}) });
      const at = Math.min(range.from, editor.state.doc.length);
      editor.dispatch({ effects: [setMarks.of({ text: range }), EditorView.scrollIntoView(at, { y: "center" })] });
    },
    /** Moves the cursor to a place. @param {number} offset */
    go(offset) {
      const anchor = Math.min(offset, editor.state.doc.length);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      editor.focus();
    },
  };
}

/**
 * A view of a generated file.
 * @param {HTMLElement} parent
 * @param {string} label
 * @param {(line: number) => void} selected
 */
export function fileView(parent, label, selected) {
  const listener = EditorView.updateListener.of((update) => {
    const { state } = update;
    if (update.selectionSet && !update.docChanged && update.view.hasFocus) selected(state.doc.lineAt(state.selection.main.head).number);
  });
  // lines end as in the source map: a lone carriage return is a part of a line
  const lines = EditorState.lineSeparator.of("\n");
  const editor = view(parent, label, [StreamLanguage.define(dockerFile), EditorState.readOnly.of(true), lines, keymap.of(keys), listener]);
  return {
    /** @param {string} text */
    set(text) {
      const scrolled = editor.scrollDOM.scrollTop;
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, effects: setMarks.of({}) });
      editor.scrollDOM.scrollTop = scrolled;
    },
    /** Marks lines, and shows the first one. @param {{ first: number, last: number }[]} lines */
    mark(lines) {
      const { doc } = editor.state;
      const first = lines.find(({ first }) => first <= doc.lines);
      const scroll = first ? [EditorView.scrollIntoView(doc.line(first.first).from, { y: "center" })] : [];
      editor.dispatch({ effects: [setMarks.of({ lines }), ...scroll] });
    },
    /** Moves the cursor to a line. @param {number} number */
    go(number) {
      const { doc } = editor.state;
      const anchor = doc.line(Math.min(number, doc.lines)).from;
      editor.focus();
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    },
  };
}

/**
 * Lets an element accept a file.
 * @param {HTMLElement} element
 * @param {(text: string) => void} dropped
 */
function dropTarget(element, dropped) {
  // runs before the editor, which would insert the file
  const options = { capture: true };
  element.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    element.classList.add("dragged");
  }, options);
  element.addEventListener("dragleave", () => element.classList.remove("dragged"), options);
  element.addEventListener("drop", (event) => {
    element.classList.remove("dragged");
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    readFile(file, dropped);
  }, options);
}
