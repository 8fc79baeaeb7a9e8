"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { parseUntil } from "#components/changes/before-href.ts";
import { buildChangeColumns } from "#components/changes/change-columns.tsx";
import { REVISIONS_FIRST } from "#components/changes/revisions-first.ts";
import { formatDateTime } from "#components/format/format-clock.ts";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { RevisionSummary } from "#core/view/config.ts";

const REVISIONS_MAX = 500;

const EFFECTS_REFETCH_MS = 15_000;
const DAY_MS = 24 * 3600_000;
const BEARING_MAX = 200;

/** Of the day before a moment, the revisions that bear on a service; null without one. */
function useBearing(host: string | null, until: number | null | undefined): ReadonlySet<number> | null {
  const [nowMs] = useState(() => Date.now());
  const toMs = until ?? nowMs;
  const marks = useQuery(
    useTRPC().effects.marks.queryOptions(
      { fromMs: Math.max(0, toMs - DAY_MS), toMs, host: host ?? "", limit: BEARING_MAX },
      { enabled: host !== null },
    ),
  );
  return useMemo(
    () =>
      host === null
        ? null
        : new Set((marks.data ?? []).filter(({ bears }) => bears === true).map(({ revision }) => revision)),
    [host, marks.data],
  );
}

/** The history, of everything, of one resource (`?ref=`), or of what was before a moment (`?until=`), a service's first (`?host=`). */
export function RevisionsTab() {
  const trpc = useTRPC();
  const search = useSearchState();
  const ref = search.get("ref");
  const [limit, setLimit] = useState(REVISIONS_FIRST);
  const until = parseUntil(search.get("until"));
  const host = search.get("host");
  const history = useQuery(
    trpc.config.history.queryOptions({
      limit,
      ...(ref === null ? {} : { ref }),
      ...(typeof until === "number" ? { toMs: until } : {}),
    }),
  );
  const revisions = (history.data ?? []).map(({ revision }) => revision);
  const effects = useQuery(
    trpc.effects.list.queryOptions(
      { revisions },
      { enabled: revisions.length > 0, refetchInterval: EFFECTS_REFETCH_MS, placeholderData: (previous) => previous },
    ),
  );
  const bearing = useBearing(host, until);
  const columns = useMemo(
    () => buildChangeColumns({ effects: new Map((effects.data ?? []).map((each) => [each.revision, each])), bearing }),
    [effects.data, bearing],
  );
  const query = (search.get("q") ?? "").toLowerCase();
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchInput
          label="Filter by reason, person, object"
          className="w-80"
          value={search.get("q") ?? ""}
          onValueChange={(q) => search.set({ q })}
        />
        {ref === null ? null : (
          <Button size="sm" onClick={() => search.set({ ref: null })}>
            Only {ref} <X aria-label="Show all" />
          </Button>
        )}
        {until === undefined ? null : (
          <Button size="sm" onClick={() => search.set({ until: null, host: null })}>
            {until === null ? "Before now" : <>Before {formatDateTime(until)}</>}
            {host === null ? "" : `, those of ${host} first`} <X aria-label="Show all" />
          </Button>
        )}
      </div>
      <Card isFlush>
        <QueryView query={history} what="the history" skeleton={<SkeletonRows />}>
          {(all) => (
            <>
              <DataTable
                label="Revisions"
                testId="revisions"
                columns={columns}
                {...(host === null ? {} : { defaultSort: { column: "bears", isDescending: false } })}
                rows={all.filter((each) => textOf(each).includes(query))}
                rowKey={({ revision }) => String(revision)}
                rowHref={({ revision }) => `/changes/${revision}`}
                empty={
                  all.length === 0 ? (
                    <NoRevisions />
                  ) : (
                    <EmptyState icon={<GitCommitHorizontal />} title="No revision matches" />
                  )
                }
              />
              {all.length >= limit && limit < REVISIONS_MAX ? (
                <div className="border-line border-t p-2 text-center">
                  <Button
                    size="sm"
                    variant="ghost"
                    isBusy={history.isFetching}
                    onClick={() => setLimit(Math.min(limit * 4, REVISIONS_MAX))}
                  >
                    Older revisions
                  </Button>
                </div>
              ) : null}
            </>
          )}
        </QueryView>
      </Card>
    </>
  );
}

function textOf({ revision, reason, author, changed }: RevisionSummary): string {
  return `${revision} ${reason} ${author} ${changed.map(({ ref }) => ref).join(" ")}`.toLowerCase();
}

function NoRevisions() {
  return (
    <EmptyState
      icon={<GitCommitHorizontal />}
      title="Nothing was changed yet"
      actions={<ButtonLink href="/traffic/new">Shift traffic</ButtonLink>}
    >
      Every write makes a numbered revision with its author and reason, and every revision can be undone.
    </EmptyState>
  );
}
