"use client";
import { useQuery } from "@tanstack/react-query";
import { FileUp, ListTree, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTRPC } from "#components/api/trpc.ts";
import { refreshMs, withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { assignColors } from "#components/traces/assign-colors.ts";
import { compareColumn } from "#components/traces/compare-column.tsx";
import { buildTraceColumns } from "#components/traces/trace-columns.tsx";
import { isFiltering, parseTraceFilter, TRACE_LIMITS, toTraceInput } from "#components/traces/trace-filter.ts";
import { TraceFilterBar } from "#components/traces/trace-filter-bar.tsx";
import { TraceScatter } from "#components/traces/trace-scatter.tsx";
import { TraceQlBox } from "#components/traces/traceql-box.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { Select } from "#components/ui/select.tsx";
import { SkeletonChart, SkeletonRows } from "#components/ui/skeleton.tsx";
import { formatSort, parseSort } from "#components/ui/sort-rows.ts";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { TraceSummary } from "#core/telemetry/trace.ts";

/** Finds the requests worth reading: by service, operation, duration, errors. */
export function TracesPage() {
  const range = useRange();
  const trpc = useTRPC();
  const search = useSearchState();
  const filter = parseTraceFilter(search.get);
  const traces = useQuery(
    trpc.traces.search.queryOptions(toTraceInput(filter, range.seconds), { refetchInterval: refreshMs(range) * 2 }),
  );
  const clear = () =>
    search.set({
      service: null,
      operation: null,
      min: null,
      max: null,
      errors: null,
      tags: null,
      q: null,
      callee: null,
    });
  const withId = search.get("with");
  return (
    <Page>
      <PageHeader
        title="Traces"
        description="One request through all the services it touched. Proxies record a share of the requests."
        actions={
          <ButtonLink href={withRange("/traces/file", range)}>
            <FileUp aria-hidden /> Open a file
          </ButtonLink>
        }
      />
      <TraceFilterBar filter={filter} onChange={search.set} />
      <TraceQlBox filter={filter} onChange={search.set} />
      <QueryView query={traces} what="the traces" skeleton={<TracesSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <Card>{isFiltering(filter) ? <NoMatch onClear={clear} /> : <NoTraces />}</Card>
          ) : (
            <div className="flex flex-col gap-4">
              <ScatterCard
                traces={rows}
                limit={filter.limit}
                onLimit={(limit) => search.set({ limit: String(limit) })}
                hrefOf={(traceId) => withRange(`/traces/${traceId}`, range)}
              />
              <Card isFlush>
                {withId === null ? null : <Comparing traceId={withId} onEnd={() => search.set({ with: null })} />}
                <DataTable
                  label="Traces"
                  testId="traces"
                  columns={[
                    ...buildTraceColumns(["operation", "duration", "spans", "services", "start"], colorsOf(rows)),
                    compareColumn(withId, (traceId) => search.set({ with: traceId })),
                  ]}
                  rows={rows}
                  pageRows={40}
                  rowKey={({ traceId }) => traceId}
                  rowHref={({ traceId }) => withRange(`/traces/${traceId}`, range)}
                  sort={parseSort(search.get("sort"), { column: "start", isDescending: true })}
                  onSortChange={(sort) => search.set({ sort: formatSort(sort) })}
                />
              </Card>
            </div>
          )
        }
      </QueryView>
    </Page>
  );
}

function ScatterCard({
  traces,
  limit,
  onLimit,
  hrefOf,
}: {
  readonly traces: readonly TraceSummary[];
  readonly limit: number;
  readonly onLimit: (limit: number) => void;
  readonly hrefOf: (traceId: string) => string;
}) {
  const router = useRouter();
  const failed = traces.filter(({ errorCount }) => errorCount > 0).length;
  return (
    <Card
      title="Duration over time"
      description={`${traces.length === limit ? `The newest ${limit}` : traces.length} traces, ${failed === 0 ? "none" : failed} with errors`}
      actions={
        <Select
          label="How many"
          className="w-32"
          value={String(limit)}
          options={TRACE_LIMITS.map((each) => ({ value: String(each), label: `Newest ${each}` }))}
          onValueChange={(value) => onLimit(Number(value))}
        />
      }
    >
      <TraceScatter traces={traces} onSelect={(traceId) => router.push(hrefOf(traceId))} />
    </Card>
  );
}

function colorsOf(traces: readonly TraceSummary[]) {
  return assignColors(traces.flatMap(({ services }) => Object.keys(services)));
}

function Comparing({ traceId, onEnd }: { readonly traceId: string; readonly onEnd: () => void }) {
  return (
    <p role="status" className="flex items-center gap-2 border-line border-b px-4 py-2 text-muted text-sm">
      Choose what to compare with <code className="truncate font-mono text-xs">{traceId}</code>
      <Button size="icon" variant="ghost" aria-label="Compare nothing" onClick={onEnd}>
        <X aria-hidden />
      </Button>
    </p>
  );
}

function TracesSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <SkeletonChart className="h-52 rounded-lg border border-line bg-surface" />
      <div className="rounded-lg border border-line bg-surface">
        <SkeletonRows rows={8} />
      </div>
    </div>
  );
}

function NoTraces() {
  return (
    <EmptyState icon={<ListTree />} title="No traces in this range">
      Proxies record a share of the requests that pass them. Send some traffic, or look back further.
    </EmptyState>
  );
}

function NoMatch({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={<ListTree />}
      title="No trace matches"
      actions={<Button onClick={onClear}>Clear the filter</Button>}
    >
      Widen the filter, or look back further.
    </EmptyState>
  );
}
