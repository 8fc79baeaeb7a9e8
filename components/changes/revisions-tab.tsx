"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal, X } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { CHANGE_COLUMNS } from "#components/changes/change-columns.tsx";
import { REVISIONS_FIRST } from "#components/changes/revisions-first.ts";
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

/** The history, of everything or of one resource (`?ref=`). */
export function RevisionsTab() {
  const trpc = useTRPC();
  const search = useSearchState();
  const ref = search.get("ref");
  const [limit, setLimit] = useState(REVISIONS_FIRST);
  const history = useQuery(trpc.config.history.queryOptions({ limit, ...(ref === null ? {} : { ref }) }));
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
      </div>
      <Card isFlush>
        <QueryView query={history} what="the history" skeleton={<SkeletonRows />}>
          {(all) => (
            <>
              <DataTable
                label="Revisions"
                testId="revisions"
                columns={CHANGE_COLUMNS}
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
