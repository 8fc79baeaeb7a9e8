import { Check } from "lucide-react";
import { cx } from "#components/ui/cx.ts";

export type EditorStep = "edit" | "preview" | "watch";

const STEPS = [
  { id: "edit", label: "Edit" },
  { id: "preview", label: "Preview" },
  { id: "watch", label: "Apply and watch" },
] as const satisfies readonly { readonly id: EditorStep; readonly label: string }[];

/** Where one is in the flow of every change. */
export function EditorSteps({ current }: { readonly current: EditorStep }) {
  const at = STEPS.findIndex(({ id }) => id === current);
  return (
    <ol aria-label="Steps" className="flex items-center gap-2 text-xs">
      {STEPS.map(({ id, label }, index) => (
        <li key={id} aria-current={id === current ? "step" : undefined} className="flex items-center gap-2">
          {index === 0 ? null : <span aria-hidden className="h-px w-5 bg-line-strong" />}
          <span
            aria-hidden
            className={cx(
              "tabular flex size-5 items-center justify-center rounded-full font-medium text-2xs",
              index < at
                ? "bg-ok-soft text-ok-text"
                : index === at
                  ? "bg-accent-fill text-on-accent"
                  : "bg-active text-muted",
            )}
          >
            {index < at ? <Check className="size-3" /> : index + 1}
          </span>
          <span className={index === at ? "font-medium text-ink" : "text-muted"}>
            {label}
            {index < at ? <span className="sr-only"> (done)</span> : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
