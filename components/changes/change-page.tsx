"use client";
import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal, History, Undo2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { OP_TONE } from "#components/changes/change-columns.tsx";
import { EffectCard } from "#components/changes/effect-card.tsx";
import { RevertFlow } from "#components/changes/revert-flow.tsx";
import type { RevertKind } from "#components/changes/use-revert-plan.ts";
import { RolloutPanel } from "#components/editor/rollout-panel.tsx";
import { TextDiff } from "#components/editor/text-diff.tsx";
import { useMay } from "#components/editor/use-may.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Breadcrumbs } from "#components/ui/breadcrumbs.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageQuery } from "#components/ui/page-query.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import { Ago } from "#components/ui/time-text.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { ChangedResource, RevisionDetail } from "#core/view/config.ts";

const WAY_BACK = <Breadcrumbs items={[{ label: "Changes", href: "/changes" }]} />;

/** One revision: what it changed, how it spread, and the way back. */
export function ChangePage({ revision }: { readonly revision: number }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.config.revision.queryOptions({ revision }));
  const latest = useQuery(trpc.config.history.queryOptions({ limit: 1 }));
  // A list's "undo" leads here.
  const asked = useSearchState().get("revert");
  const [revert, setRevert] = useState<RevertKind | null>(asked === "undo" ? asked : null);
  const may = useMay("config.undo");
  const isLatest = latest.data?.[0]?.revision === revision;
  if (detail.data === undefined && detail.error !== null && readApiError(detail.error).reason === "not-found")
    return (
      <Page>
        <PageHeader above={WAY_BACK} title={`Revision ${revision}`} />
        <EmptyState
          icon={<GitCommitHorizontal />}
          title={`There is no revision ${revision}`}
          actions={<ButtonLink href="/changes">All revisions</ButtonLink>}
        >
          {latest.data?.[0] === undefined
            ? "Nothing was changed yet."
            : `The newest is revision ${latest.data[0].revision}.`}
        </EmptyState>
      </Page>
    );
  return (
    <Page>
      <PageQuery
        query={detail}
        what={`revision ${revision}`}
        title={`Revision ${revision}`}
        above={WAY_BACK}
        skeleton={<SkeletonRows />}
      >
        {(made) => (
          <>
            <PageHeader
              above={WAY_BACK}
              title={`Revision ${revision}`}
              description={
                <>
                  {made.reason === "" ? "No reason given" : made.reason} · {made.author}, <Ago at={made.at} />
                </>
              }
              actions={
                revert !== null ? null : (
                  <>
                    {made.parent === null || made.parent === 0 ? null : (
                      <ButtonLink href={`/changes/${made.parent}`}>Revision before</ButtonLink>
                    )}
                    <Button disabled={!may.isAllowed} title={may.reason} onClick={() => setRevert("undo")}>
                      <Undo2 aria-hidden /> Undo this revision
                    </Button>
                    {isLatest ? null : (
                      <Button disabled={!may.isAllowed} title={may.reason} onClick={() => setRevert("rollback")}>
                        <History aria-hidden /> Roll back to here
                      </Button>
                    )}
                  </>
                )
              }
            />
            {revert === null ? (
              <div className="flex flex-col gap-4">
                <EffectCard revision={revision} onUndo={may.isAllowed ? () => setRevert("undo") : null} />
                <Differences made={made} />
                <RolloutPanel revision={revision} />
              </div>
            ) : (
              <RevertFlow kind={revert} revision={revision} onCancel={() => setRevert(null)} />
            )}
          </>
        )}
      </PageQuery>
    </Page>
  );
}

const LAYOUTS = [
  { value: "unified", label: "Unified" },
  { value: "split", label: "Side by side" },
] as const;
/** Beyond it the documents are opened one by one. */
const OPEN_FIRST = 5;

function Differences({ made }: { readonly made: RevisionDetail }) {
  const [layout, setLayout] = useState<"unified" | "split">("unified");
  return (
    <Card
      title={`${made.changed.length} ${made.changed.length === 1 ? "object" : "objects"}`}
      actions={
        <Segmented label="Layout of the difference" value={layout} options={LAYOUTS} onValueChange={setLayout} />
      }
    >
      <ul className="flex flex-col gap-4">
        {made.changed.map((change, index) => (
          <Difference key={change.ref} change={change} isSplit={layout === "split"} isOpenFirst={index < OPEN_FIRST} />
        ))}
      </ul>
    </Card>
  );
}

interface DifferenceProps {
  readonly change: ChangedResource;
  readonly isSplit: boolean;
  readonly isOpenFirst: boolean;
}

function Difference({ change, isSplit, isOpenFirst }: DifferenceProps) {
  const [isOpen, setIsOpen] = useState(isOpenFirst);
  const { ref, op, before, after } = change;
  return (
    <li>
      <p className="mb-1.5 flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={OP_TONE[op]}>{op}</Badge>
        <span className="break-all font-mono text-xs">{ref}</span>
        <span className="ml-auto flex gap-3 text-xs">
          {op === "deleted" ? null : (
            <Link href={resourceHref(ref)} className="inline-flex min-h-6 items-center text-accent-text underline">
              as it is now
            </Link>
          )}
          <Link
            href={`/changes?ref=${encodeURIComponent(ref)}`}
            className="inline-flex min-h-6 items-center text-accent-text underline"
          >
            its history
          </Link>
        </span>
      </p>
      {isOpen ? (
        <TextDiff label={ref} before={before ?? ""} after={after ?? ""} isSplit={isSplit} />
      ) : (
        <Button size="sm" onClick={() => setIsOpen(true)}>
          Show the difference
        </Button>
      )}
    </li>
  );
}
