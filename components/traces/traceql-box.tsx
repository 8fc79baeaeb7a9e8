"use client";
import { ArrowDownToLine, ArrowUpToLine } from "lucide-react";
import dynamic from "next/dynamic";
import { formOfQuery, queryOfForm } from "#components/traces/filter-query.ts";
import type { TraceFilter } from "#components/traces/trace-filter.ts";
import { Button } from "#components/ui/button.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { SearchPatch } from "#components/ui/use-search-state.ts";
import { useSettled } from "#components/ui/use-settled.ts";
import { PharosError } from "#core/errors.ts";
import { parseTraceQl } from "#core/traceql/parse-traceql.ts";

const TYPING_MS = 300;
const EXAMPLE = "{ status = error } >> { duration > 1s }";

/** The editor's code comes when it is first shown. */
const TraceQlInput = dynamic(() => import("#components/traces/traceql-input.tsx"), {
  ssr: false,
  loading: () => <Skeleton className="h-8 w-full" />,
});

/** A query of TraceQL beside the form, and the way from one to the other. */
export function TraceQlBox({
  filter,
  onChange,
}: {
  readonly filter: TraceFilter;
  readonly onChange: (patch: SearchPatch) => void;
}) {
  // What is half written finds nothing, and is no failure of the page.
  const [typed, setTyped] = useSettled(
    filter.query,
    (q) => {
      if (whyNot(q) === undefined) onChange({ q });
    },
    TYPING_MS,
  );
  const problem = whyNot(typed);
  const written = queryOfForm(filter);
  const form = typed.trim() === "" ? null : formOfQuery(typed);
  return (
    <div className="mb-4 flex flex-wrap items-start gap-2" data-testid="traceql">
      <div className="min-w-64 flex-1">
        <TraceQlInput value={typed} placeholder={EXAMPLE} onValueChange={setTyped} />
        {problem === undefined ? null : (
          <p role="alert" className="mt-1 text-bad text-xs">
            {problem}
          </p>
        )}
      </div>
      <Button
        variant="ghost"
        disabled={written === ""}
        title="Writes what the form asks for as a query, in place of what is here"
        onClick={() => {
          setTyped(written);
          onChange({ q: written, ...CLEARED });
        }}
      >
        <ArrowDownToLine aria-hidden /> From the form
      </Button>
      <Button
        variant="ghost"
        disabled={form === null}
        title="Puts what the query asks for into the form, where it has fields for all of it"
        onClick={() => {
          if (form === null) return;
          setTyped("");
          onChange({
            ...{ q: null, service: form.service, operation: form.operation, tags: form.tags },
            ...{ min: form.minDurationMs?.toString() ?? null, max: form.maxDurationMs?.toString() ?? null },
            errors: form.errorsOnly ? "1" : null,
          });
        }}
      >
        <ArrowUpToLine aria-hidden /> Into the form
      </Button>
    </div>
  );
}

const CLEARED: SearchPatch = { service: null, operation: null, tags: null, min: null, max: null, errors: null };

/** What is wrong with a query; undefined where nothing is. */
function whyNot(query: string): string | undefined {
  if (query.trim() === "") return undefined;
  try {
    parseTraceQl(query);
    return undefined;
  } catch (error) {
    return PharosError.from(error).message;
  }
}
