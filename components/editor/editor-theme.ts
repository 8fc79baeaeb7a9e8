import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The console's colours by their tokens, so that light and dark need no second theme. */
const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", fontSize: "0.8125rem" },
  // The frame around the editor shows the focus: gutters would cover an outline inside it.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.35rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0", minHeight: "18rem" },
  ".cm-placeholder": { color: "var(--subtle)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--subtle)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-activeLineGutter": { color: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--active)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--subtle)", fontFamily: "var(--font-sans)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": { padding: "0" },
  // On a phone it would stand over the list that it explains.
  "@media (max-width: 40rem)": { ".cm-tooltip.cm-completionInfo": { display: "none" } },
  ".cm-schema-help": {
    fontFamily: "var(--font-sans)",
    maxWidth: "24rem",
    padding: "0.35rem 0.6rem",
    lineHeight: "1.35",
  },
  ".cm-diagnostic": { fontFamily: "var(--font-sans)", padding: "0.35rem 0.6rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--active)", border: "none", color: "var(--muted)" },
  ".cm-matchingBracket": { backgroundColor: "var(--active) !important" },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent-text)" },
  { tag: [tags.string, tags.content], color: "var(--ink)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--warn-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--ok-text)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--subtle)" },
  { tag: [tags.meta, tags.labelName, tags.typeName], color: "var(--muted)" },
]);

export const EDITOR_THEME: Extension = [THEME, syntaxHighlighting(COLOURS)];
