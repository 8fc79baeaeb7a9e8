"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Scale, ScrollText } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { TimeChart } from "#components/charts/time-chart.tsx";
import { buildSlots } from "#components/requests/build-slots.ts";
import { DifferencesCard } from "#components/requests/differences-card.tsx";
import { FacetList } from "#components/requests/facet-list.tsx";
import { FilterBar, FilterErrors } from "#components/requests/filter-bar.tsx";
import { LiveRequests } from "#components/requests/live-requests.tsx";
import { RequestCard } from "#components/requests/request-card.tsx";
import { REQUEST_COLUMNS } from "#components/requests/request-columns.tsx";
import { PAGE_ROWS, type RequestView, readRequestView, toAsk, toSearch } from "#components/requests/request-view.ts";
import { refreshMs } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { SkeletonChart, SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestPage, RequestSummary } from "#core/view/requests.ts";

/** Requests one by one: what each was, and why it ended as it did; those that were kept, or all as they happen. */
export function RequestsPage() {
  const search = useSearchState();
  const view = readRequestView(search.get);
  const setLive = (isOn: boolean) =>
    search.set({ live: isOn ? "1" : null, headers: null, id: null }, { history: "push" });
  return (
    <Page>
      <PageHeader
        title="Requests"
        description={
          view.isLive
            ? "As they happen, at the proxies that have such: every one, up to a rate. Shown here, and kept nowhere."
            : "Every error, denial, limit and slow request as far as there is room, and a fair sample of the rest."
        }
        actions={
          <Segmented
            label="Which requests"
            value={view.isLive ? "live" : "kept"}
            onValueChange={(value) => setLive(value === "live")}
            options={[
              { value: "kept", label: "Kept" },
              { value: "live", label: "Live" },
            ]}
          />
        }
      />
      {view.isLive ? <LiveRequests search={search} view={view} /> : <KeptRequests search={search} view={view} />}
    </Page>
  );
}

function KeptRequests({
  search,
  view,
}: {
  readonly search: ReturnType<typeof useSearchState>;
  readonly view: RequestView;
}) {
  const range = useRange();
  const trpc = useTRPC();
  // A range that is over stays as it is.
  const refetchInterval = view.endMs === null ? refreshMs(range) * 2 : (false as const);
  const options = { refetchInterval, placeholderData: keepPreviousData };
  const found = useQuery(trpc.requests.search.queryOptions(toSearch(view, range.seconds), options));
  const summary = useQuery(trpc.requests.summary.queryOptions(toAsk(view, range.seconds), options));
  // Of the question before: they must not be taken for the answer to this one.
  const isBefore = found.isPlaceholderData || summary.isPlaceholderData;
  const setFilter = (q: string) => search.set({ q, rows: null });
  return (
    <>
      <FilterBar filter={view.filter} rows={isBefore ? [] : (found.data?.rows ?? [])} onFilter={setFilter}>
        <Button
          aria-pressed={view.isCompared}
          variant={view.isCompared ? "primary" : "secondary"}
          onClick={() => search.set({ differs: view.isCompared ? null : "1" })}
        >
          <Scale aria-hidden /> What differs?
        </Button>
      </FilterBar>
      <FilterErrors errors={found.data?.errors ?? []} />
      {isBefore ? (
        <p role="status" className="mb-4 text-muted text-sm">
          Looking for these. What stands below is what was asked for before.
        </p>
      ) : null}
      <QueryView
        query={summary}
        what="the counts of requests"
        skeleton={<SkeletonChart className="mb-4 h-52 rounded-lg border border-line bg-surface" />}
      >
        {(counts) => (
          <div aria-busy={isBefore} className={cx(isBefore && "opacity-50")}>
            <SlotsCard summary={counts} />
            {view.isCompared ? (
              <div className="mt-4">
                <DifferencesCard view={view} seconds={range.seconds} onChange={setFilter} />
              </div>
            ) : null}
            <div className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[14rem_minmax(0,1fr)]">
              <div className="order-2 lg:order-1">
                <FacetList facets={counts.facets} filter={view.filter} onChange={setFilter} />
              </div>
              <div className="order-1 flex min-w-0 flex-col gap-4 lg:order-2">
                {view.id === null ? null : <RequestCard id={view.id} onClose={() => search.set({ id: null })} />}
                <QueryView query={found} what="the requests" skeleton={<SkeletonRows rows={10} />}>
                  {(page) => <RequestTable page={page} search={search} view={view} onClear={() => setFilter("")} />}
                </QueryView>
              </div>
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

function RequestTable({
  page,
  search,
  view,
  onClear,
}: {
  readonly page: RequestPage;
  readonly search: ReturnType<typeof useSearchState>;
  readonly view: RequestView;
  readonly onClear: () => void;
}) {
  if (page.rows.length === 0)
    return (
      <Card>
        <EmptyState
          icon={<ScrollText />}
          title={view.filter === "" ? "No requests in this range" : "No request matches"}
          {...(view.filter === "" ? {} : { actions: <Button onClick={onClear}>Clear the filter</Button> })}
        >
          {view.filter === "" ? "Send some traffic, or look back further." : "Widen the filter, or look back further."}
        </EmptyState>
      </Card>
    );
  return (
    <Card isFlush>
      <DataTable<RequestRecord>
        label="Requests"
        testId="requests"
        columns={REQUEST_COLUMNS}
        rows={page.rows}
        rowKey={({ id }) => id}
        selectedKey={view.id}
        onRowSelect={({ id }) => search.set({ id: id === view.id ? null : id }, { history: "push" })}
        sort={{ column: view.sort, isDescending: !view.isAscending }}
        onSortChange={({ column, isDescending }) => search.set({ sort: `${column}:${isDescending ? "down" : "up"}` })}
        pageRows={view.limit}
      />
      {page.next === null ? null : (
        <div className="border-line border-t p-3 text-center">
          <Button
            size="sm"
            disabled={view.limit >= 1000}
            onClick={() => search.set({ rows: String(view.limit + PAGE_ROWS) })}
          >
            {view.limit >= 1000 ? "Narrow the filter to see more" : `Show ${PAGE_ROWS} more`}
          </Button>
        </div>
      )}
    </Card>
  );
}

function SlotsCard({ summary }: { readonly summary: RequestSummary }) {
  const { rows, weight } = summary;
  return (
    <Card
      title="Requests over time"
      description={`${rows} kept, which stand for about ${Math.round(weight)} as proxies told of them: one between two of them is told of by both`}
    >
      <TimeChart
        label="Requests over time"
        series={buildSlots(summary)}
        format={(value) => String(Math.round(value))}
        kind="stack"
      />
    </Card>
  );
}
