"use client";
import { ListTree, Pause, Play, Radio } from "lucide-react";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useMay } from "#components/editor/use-may.ts";
import { FilterBar, FilterErrors } from "#components/requests/filter-bar.tsx";
import { LiveRequestCard } from "#components/requests/live-request-card.tsx";
import { LIVE_COLUMNS } from "#components/requests/request-columns.tsx";
import type { RequestView } from "#components/requests/request-view.ts";
import { tapStatus } from "#components/requests/tap-status.ts";
import { type Tap, useTap } from "#components/requests/use-tap.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { useNow } from "#components/ui/use-now.ts";
import type { useSearchState } from "#components/ui/use-search-state.ts";
import { TAP_SECONDS, type TappedRequest } from "#core/telemetry/tap.ts";

/** Requests as they happen, the newest on top. */
export function LiveRequests({
  search,
  view,
}: {
  readonly search: ReturnType<typeof useSearchState>;
  readonly view: RequestView;
}) {
  const [isPaused, setPaused] = useState(false);
  const [open, setOpen] = useState<TappedRequest | null>(null);
  const mayHeaders = useMay("requests.tapHeaders");
  const wantsHeaders = view.wantsHeaders && mayHeaders.isAllowed;
  const tap = useTap({ filter: view.filter, wantsHeaders, isPaused, seconds: TAP_SECONDS.default });
  const now = useNow(1000);
  const setFilter = (q: string) => search.set({ q });
  return (
    <>
      <FilterBar filter={view.filter} rows={tap.rows} onFilter={setFilter}>
        <Button onClick={() => setPaused(!isPaused)} disabled={tap.state === "over" || tap.state === "failed"}>
          {isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
          {isPaused ? `Resume${tap.heldBack === 0 ? "" : ` (${tap.heldBack} new)`}` : "Pause"}
        </Button>
        <Button
          aria-pressed={wantsHeaders}
          variant={wantsHeaders ? "primary" : "secondary"}
          disabled={!mayHeaders.isAllowed}
          title={
            mayHeaders.reason ?? "Of requests and responses; secrets stay on their hosts, and that you look is noted"
          }
          onClick={() => search.set({ headers: wantsHeaders ? null : "1" })}
        >
          <ListTree aria-hidden /> Headers
        </Button>
      </FilterBar>
      <FilterErrors errors={tap.news?.errors ?? []} />
      <Trouble tap={tap} />
      <p className="mb-4 text-muted text-sm tabular-nums" data-testid="tap-status">
        {tapStatus(tap, now)}
      </p>
      <div className="flex min-w-0 flex-col gap-4">
        {open === null ? null : <LiveRequestCard request={open} onClose={() => setOpen(null)} />}
        <Card isFlush>
          <DataTable<TappedRequest>
            label="Live requests"
            testId="live-requests"
            columns={LIVE_COLUMNS}
            rows={tap.rows}
            rowKey={({ id }) => id}
            selectedKey={open?.id ?? null}
            onRowSelect={(row) => setOpen(row.id === open?.id ? null : row)}
            empty={<Nothing filter={view.filter} state={tap.state} onClear={() => setFilter("")} />}
          />
        </Card>
      </div>
    </>
  );
}

function Nothing({
  filter,
  state,
  onClear,
}: {
  readonly filter: string;
  readonly state: Tap["state"];
  readonly onClear: () => void;
}) {
  return (
    <EmptyState
      icon={<Radio />}
      title={state === "live" ? "No such request yet" : "Nothing to show"}
      {...(filter === "" ? {} : { actions: <Button onClick={onClear}>Clear the filter</Button> })}
    >
      {state === "live"
        ? "Requests stand here a second or two after they ended."
        : "Requests stand here once the proxies are followed."}
    </EmptyState>
  );
}

/** What keeps requests, or their headers, from being shown. */
function Trouble({ tap }: { readonly tap: Tap }) {
  if (tap.state === "over")
    return (
      <Notice
        className="mb-4"
        role="status"
        title="The time is over"
        actions={<Button onClick={tap.begin}>Go on</Button>}
      >
        A live view ends after {TAP_SECONDS.default / 60} minutes, for nobody may be looking any more. What stands below
        is kept nowhere else.
      </Notice>
    );
  if (tap.state === "failed") {
    const { message, hint } = readApiError(tap.error);
    return (
      <Notice
        className="mb-4"
        tone="bad"
        role="alert"
        title="Requests are not followed"
        actions={<Button onClick={tap.begin}>Try again</Button>}
      >
        {message}
        {hint === null ? "" : ` (${hint})`}
      </Notice>
    );
  }
  return (
    <>
      {tap.state === "lost" ? (
        <Notice className="mb-4" tone="warn" role="status" title="The server says nothing">
          What happens now is not shown. The page asks again by itself.
        </Notice>
      ) : null}
      {(tap.news?.headerProblems ?? []).map(({ problem, proxies }) => (
        <Notice
          key={problem}
          className="mb-4"
          tone="warn"
          title={`No headers of ${proxies === 1 ? "one proxy" : `${proxies} proxies`}`}
        >
          {problem}
        </Notice>
      ))}
    </>
  );
}
