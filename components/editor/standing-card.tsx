"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleMinus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { summarizeRollout } from "#components/editor/summarize-rollout.ts";
import { formatMillis } from "#components/format/format-millis.ts";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import type { ReachView, ResourceDetail } from "#core/view/config.ts";

const SHOWN_FIRST = 4;
const REFRESH_MS = 10_000;

/** A resource as it stands: which proxies have it, and which services it bears on and why. */
export function StandingCard({ resource: { ref, resourceVersion } }: { readonly resource: ResourceDetail }) {
  const trpc = useTRPC();
  const rollout = useQuery(
    trpc.config.distribution.queryOptions({ revision: resourceVersion }, { refetchInterval: REFRESH_MS }),
  );
  const reach = useQuery(trpc.config.reach.queryOptions({ ref }));
  if (rollout.data === undefined || reach.data === undefined) return null;
  return (
    <Card title="As it stands" testId="standing">
      <p className="mb-3 text-muted text-sm">
        {summarizeRollout(rollout.data, formatMillis).sentence}{" "}
        <Link className="text-accent-text underline" href={`/changes/${resourceVersion}`}>
          Its roll-out
        </Link>
      </p>
      <ReachList reach={reach.data} />
    </Card>
  );
}

function ReachList({ reach: { services, count, unasked } }: { readonly reach: ReachView }) {
  const [isWhole, setIsWhole] = useState(false);
  if (services.length === 0) return null;
  const shown = isWhole ? services : services.slice(0, SHOWN_FIRST);
  return (
    <>
      <ul aria-label="Services that it bears on" className="flex flex-col gap-2.5">
        {shown.map(({ host, applies, reason, path }) => (
          <li key={host} className="flex gap-2 text-sm">
            {applies ? (
              <CircleCheck role="img" aria-label="Applies" className="mt-0.5 size-4 shrink-0 text-ok" />
            ) : (
              <CircleMinus role="img" aria-label="Does not apply" className="mt-0.5 size-4 shrink-0 text-idle" />
            )}
            <div className="min-w-0">
              <Link
                href={`/services/${encodeURIComponent(host)}`}
                className="inline-flex min-h-6 items-center rounded-sm font-medium text-ink [overflow-wrap:anywhere] hover:underline"
              >
                {host}
              </Link>
              <p className="text-muted text-xs [overflow-wrap:anywhere]">
                {reason}
                {path === undefined ? null : <code className="ml-1.5 font-mono text-subtle">{path}</code>}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {services.length > shown.length ? (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setIsWhole(true)}>
          {count - shown.length} more
        </Button>
      ) : count + unasked > services.length ? (
        <p className="mt-2 text-subtle text-xs">
          {unasked > 0
            ? `${unasked} services were not asked: there are too many`
            : `and ${count - services.length} more`}
        </p>
      ) : null}
    </>
  );
}
