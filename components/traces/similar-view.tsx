"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCompare, ListTree } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import type { ServiceColors } from "#components/traces/assign-colors.ts";
import { compareHref } from "#components/traces/compare-href.ts";
import { buildTraceColumns } from "#components/traces/trace-columns.tsx";
import { Button } from "#components/ui/button.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import type { Trace } from "#core/telemetry/trace.ts";
import { isTraceId } from "#core/telemetry/trace-id.ts";
import type { SimilarTraces } from "#core/view/similar-traces.ts";

/** Traces that went the same ways, each of which a click compares with this one; or any other by its id. */
export function SimilarView({ trace, colors }: { readonly trace: Trace; readonly colors: ServiceColors }) {
  const similar = useQuery(useTRPC().traces.similar.queryOptions({ traceId: trace.traceId }, { staleTime: 30_000 }));
  return (
    <>
      <CompareWith traceId={trace.traceId} />
      <QueryView query={similar} what="similar traces" skeleton={<SkeletonRows rows={6} />}>
        {(found) => (
          <>
            <p className="px-4 py-2.5 text-muted text-sm" data-testid="similar-text">
              {similarText(found, trace.durationMs)}
            </p>
            <DataTable
              label="Similar traces"
              testId="similar-traces"
              columns={buildTraceColumns(["operation", "duration", "spans", "start"], colors)}
              rows={found.traces}
              rowKey={({ traceId }) => traceId}
              rowHref={({ traceId }) => compareHref(traceId, trace.traceId)}
              empty={
                <EmptyState icon={<ListTree />} title="No other trace went the same ways">
                  Looked at are traces that begin with the same operation, from an hour before to an hour behind this
                  one.
                </EmptyState>
              }
            />
          </>
        )}
      </QueryView>
    </>
  );
}

function similarText({ traces, lookedAt, medianMs }: SimilarTraces, durationMs: number): string {
  const looked = `Of ${lookedAt} traces around it that begin alike, ${traces.length === 0 ? "none" : traces.length} went the same ways.`;
  if (medianMs === null || medianMs === 0) return looked;
  const times = durationMs / medianMs;
  const beside = times > 1.2 ? `${times.toFixed(1)} times as long` : times < 0.8 ? "less" : "about as long";
  return `${looked} Half of those took ${formatMillis(medianMs)} at most: this one took ${beside}. Choose one to compare.`;
}

function CompareWith({ traceId }: { readonly traceId: string }) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const other = typed.trim().toLowerCase();
  const isWrong = other !== "" && !isTraceId(other);
  return (
    <form
      className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isTraceId(other)) router.push(compareHref(other, traceId));
      }}
    >
      <TextInput
        isCode
        aria-label="Id of a trace to compare with"
        placeholder="Id of another trace"
        className="w-80 max-w-full"
        value={typed}
        aria-invalid={isWrong}
        onValueChange={setTyped}
      />
      <Button size="sm" type="submit" disabled={!isTraceId(other)}>
        <GitCompare aria-hidden /> Compare
      </Button>
      {isWrong ? <span className="text-bad text-xs">An id is 16 to 32 hex digits.</span> : null}
    </form>
  );
}
