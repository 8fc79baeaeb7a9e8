import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { countProblems } from "#components/editor/problem-at.ts";
import { Badge } from "#components/ui/badge.tsx";
import { type Diagnostic, hasErrors } from "#core/diagnostic.ts";

/** How many problems a resource has; the first one is the tooltip. */
export function ProblemBadge({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) {
  const count = countProblems(diagnostics);
  if (count === "")
    return (
      <span className="inline-flex items-center gap-1.5 text-muted text-xs">
        <CircleCheck aria-hidden className="size-3.5 text-ok" /> None
      </span>
    );
  const isError = hasErrors(diagnostics);
  return (
    <span title={diagnostics.map(({ message }) => message).join("\n")}>
      <Badge
        tone={isError ? "bad" : "warn"}
        icon={isError ? <CircleAlert aria-hidden /> : <TriangleAlert aria-hidden />}
      >
        {count}
      </Badge>
    </span>
  );
}
