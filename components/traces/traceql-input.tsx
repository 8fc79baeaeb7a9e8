"use client";
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useQueryClient } from "@tanstack/react-query";
import CodeMirror from "@uiw/react-codemirror";
import { useMemo } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EDITOR_THEME } from "#components/editor/editor-theme.ts";
import { SPAN_KINDS, SPAN_STATUSES } from "#core/telemetry/trace.ts";
import { completeTraceQl, fieldsOf, STAGES, writtenValue } from "#core/traceql/complete-traceql.ts";

export interface TraceQlInputProps {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  readonly placeholder: string;
}

const KNOWN_MS = 60_000;
const ONE_LINE = EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction));
const LOOK = EditorView.theme({
  "&": { fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { padding: "5px 0", minHeight: "0" },
  ".cm-line": { padding: "0 10px" },
});

/** One line of TraceQL: names and values of what is stored are offered as one types. */
export default function TraceQlInput({ value, onValueChange, placeholder }: TraceQlInputProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const extensions = useMemo(() => {
    const complete = async ({ state, pos }: CompletionContext): Promise<CompletionResult | null> => {
      const at = completeTraceQl(state.doc.toString(), pos);
      if (at === undefined) return null;
      const { kind, from, field } = at;
      // What cannot be asked for is not offered; the query can be written all the same.
      const offered = await optionsOf().catch(() => []);
      return offered.length === 0 ? null : { from, options: offered.map((label) => ({ label })) };

      async function optionsOf(): Promise<readonly string[]> {
        if (kind === "stage") return STAGES;
        if (kind === "field")
          return fieldsOf(
            await client.fetchQuery(trpc.traces.attributes.queryOptions(undefined, { staleTime: KNOWN_MS })),
          );
        if (field === undefined) return [];
        if (/^(span:)?status$/.test(field)) return SPAN_STATUSES.toSorted();
        if (/^(span:)?kind$/.test(field)) return SPAN_KINDS.toSorted();
        const values = await client.fetchQuery(trpc.traces.values.queryOptions({ field }, { staleTime: KNOWN_MS }));
        return values.map((each) => writtenValue(field, each));
      }
    };
    return [
      // Before the theme of long texts, so that it wins.
      LOOK,
      EDITOR_THEME,
      ONE_LINE,
      autocompletion({ override: [complete], activateOnTyping: true }),
      // Enter takes what is offered; where nothing is, it asks for nothing more than what is there already.
      Prec.low(keymap.of([{ key: "Enter", run: () => true }])),
      EditorView.contentAttributes.of({ "aria-label": "TraceQL" }),
    ];
  }, [client, trpc]);
  return (
    <CodeMirror
      value={value}
      onChange={onValueChange}
      extensions={extensions}
      theme="none"
      placeholder={placeholder}
      indentWithTab={false}
      basicSetup={{
        ...{ lineNumbers: false, foldGutter: false, highlightActiveLine: false, autocompletion: false },
        ...{ highlightSelectionMatches: false, searchKeymap: false, bracketMatching: true, closeBrackets: true },
      }}
      className="min-h-8 overflow-hidden rounded-md border border-line-strong bg-surface focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
    />
  );
}
