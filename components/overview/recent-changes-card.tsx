"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { FindingList } from "#components/changes/finding-list.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import type { OverviewView } from "#core/view/service.ts";

const EFFECTS_REFETCH_MS = 15_000;
const FINDINGS_SHOWN = 1;

export function RecentChangesCard({ revisions }: { readonly revisions: OverviewView["recentRevisions"] }) {
  const effects = useQuery(
    useTRPC().effects.list.queryOptions(
      { revisions: revisions.map(({ revision }) => revision) },
      { enabled: revisions.length > 0, refetchInterval: EFFECTS_REFETCH_MS },
    ),
  );
  const findingsOf = (revision: number) => effects.data?.find((each) => each.revision === revision)?.findings ?? [];
  return (
    <Card
      title="Recent changes"
      isFlush
      actions={
        <ButtonLink size="sm" variant="ghost" className="-mr-2.5" href="/changes">
          All changes
        </ButtonLink>
      }
    >
      {revisions.length === 0 ? (
        <EmptyState icon={<GitCommitHorizontal />} title="Nothing was changed yet">
          Every write becomes a numbered revision with its author and reason.
        </EmptyState>
      ) : (
        <ol className="pb-2">
          {revisions.map(({ revision, author, reason, at }) => (
            <li key={revision}>
              <Link
                href={`/changes/${revision}`}
                className="flex gap-3 px-4 py-1.5 hover:bg-hover focus-visible:-outline-offset-2"
              >
                <span className="tabular w-8 shrink-0 text-right font-mono text-subtle text-xs leading-5">
                  {revision}
                </span>
                <div className="min-w-0 flex-1">
                  <span className="block truncate text-ink">{reason === "" ? "No reason given" : reason}</span>
                  <span className="block text-subtle text-xs">
                    {author} · <Ago at={at} />
                  </span>
                  {findingsOf(revision).length === 0 ? null : (
                    <FindingList findings={findingsOf(revision)} max={FINDINGS_SHOWN} />
                  )}
                </div>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
