import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import { completeDocument, explainLine } from "#core/resource/complete-document.ts";

/** Names and values as the schemas of kinds have them: offered while one types or by Ctrl-Space, and explained under the pointer. */
export function schemaHelp(isReadOnly: boolean): Extension {
  const hover = hoverTooltip((view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const name = /^[\s-]*([\w.]+):/.exec(line.text);
    const end = line.from + (name?.[0].length ?? 0);
    const start = end - 1 - (name?.[1]?.length ?? 0);
    const lines = name === null || pos < start || pos > end ? null : explainLine(view.state.doc.toString(), pos);
    return lines === null ? null : { pos: start, end, above: true, create: () => ({ dom: drawLines(lines) }) };
  });
  return isReadOnly ? hover : [hover, autocompletion({ override: [complete], icons: false })];
}

function complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const found = completeDocument(state.doc.toString(), pos);
  // While one types a blank line asks nothing.
  if (found === null || (!explicit && found.from === pos)) return null;
  return {
    from: found.from,
    options: found.options.map(({ label, text, detail, info }, index) => ({
      label,
      apply: text,
      detail,
      boost: -index,
      ...(info.length === 0 ? {} : { info: () => drawLines(info) }),
    })),
    validFor: /^[\w./]*$/,
  };
}

function drawLines(lines: readonly string[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-schema-help";
  for (const line of lines) box.appendChild(document.createElement("p")).textContent = line;
  return box;
}
