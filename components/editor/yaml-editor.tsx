"use client";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import CodeMirror from "@uiw/react-codemirror";
import { useEffect, useMemo, useState } from "react";
import { EDITOR_THEME } from "#components/editor/editor-theme.ts";
import { schemaHelp } from "#components/editor/schema-help.ts";
import type { Diagnostic } from "#core/diagnostic.ts";

export interface YamlEditorProps {
  readonly text: string;
  /** Absent: read only. */
  readonly onTextChange?: (text: string) => void;
  /** The accessible name. */
  readonly label: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** Moves the cursor there when it changes; `at` makes the same line count again. */
  readonly goTo?: { readonly line: number; readonly at: number } | null;
  readonly height?: string;
}

/** YAML with its problems in the gutter, and help from the schemas at names and values. Tab leaves it, so that the keyboard is not trapped; Ctrl-Z undoes. */
export default function YamlEditor({ text, onTextChange, label, diagnostics, goTo, height = "auto" }: YamlEditorProps) {
  const [view, setView] = useState<EditorView | null>(null);
  const isReadOnly = onTextChange === undefined;
  const extensions = useMemo(
    () => [
      yaml(),
      EDITOR_THEME,
      lintGutter(),
      schemaHelp(isReadOnly),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      ...(isReadOnly ? [EditorState.readOnly.of(true)] : []),
    ],
    [label, isReadOnly],
  );

  // A new text clears the marks, so they are set again with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (view === null) return;
    view.dispatch(
      setDiagnostics(
        view.state,
        (diagnostics ?? []).map((each) => toMark(each, view.state.doc)),
      ),
    );
  }, [view, diagnostics, text]);

  useEffect(() => {
    if (view === null || goTo === null || goTo === undefined) return;
    const line = view.state.doc.line(Math.min(Math.max(1, goTo.line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  }, [view, goTo]);

  return (
    <CodeMirror
      value={text}
      onChange={(next) => onTextChange?.(next)}
      onCreateEditor={setView}
      extensions={extensions}
      theme="none"
      indentWithTab={false}
      height={height}
      basicSetup={{ autocompletion: false, highlightSelectionMatches: false, searchKeymap: false, foldGutter: false }}
      className="overflow-hidden rounded-md border border-line focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
    />
  );
}

/** A place in the text as it is now; a problem of an older text that has no such line goes to the last. */
function toMark({ severity, message, hint, line = 1, column = 1 }: Diagnostic, doc: Text): Mark {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  const from = Math.min(at.from + Math.max(0, column - 1), at.to);
  return { from, to: at.to, severity, message: hint === undefined ? message : `${message}\n${hint}` };
}
