"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleMinus } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import { resourceHref } from "#components/format/resource-href.ts";
import { refreshMs, withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { PanelSection } from "#components/topology/panel-section.tsx";
import { TraceLinks } from "#components/topology/trace-links.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";

/** Configuration and traces of the service behind a node. */
export function ServiceSummary({ host }: { readonly host: string }) {
  const range = useRange();
  const trpc = useTRPC();
  const service = useQuery(
    trpc.services.get.queryOptions(
      { host, seconds: range.seconds },
      {
        refetchInterval: refreshMs(range),
        placeholderData: (previous) => (previous?.host === host ? previous : undefined),
      },
    ),
  );
  return (
    <QueryView query={service} what="the service" skeleton={<SkeletonRows rows={4} />}>
      {({ name, config, traces }) => (
        <>
          <ConfigLinks config={config} />
          <TraceLinks traces={traces} />
          <PanelSection>
            <Link
              className="rounded-sm text-accent-text text-sm hover:underline"
              href={withRange(`/services/${encodeURIComponent(host)}`, range)}
            >
              All about {name}
            </Link>
          </PanelSection>
        </>
      )}
    </QueryView>
  );
}

function ConfigLinks({ config }: { readonly config: readonly AppliedResource[] }) {
  const ordered = [...config].sort((a, b) => Number(b.applies) - Number(a.applies));
  return (
    <PanelSection title="Configuration">
      {ordered.length === 0 ? <p className="text-sm text-subtle">None names this service</p> : null}
      <ul className="flex flex-col gap-1.5">
        {ordered.map(({ ref, applies, reason }) => (
          <li key={`${ref} ${reason}`} className="flex gap-2 text-sm">
            {applies ? (
              <CircleCheck role="img" aria-label="Applies" className="mt-0.5 size-3.5 shrink-0 text-ok" />
            ) : (
              <CircleMinus role="img" aria-label="Does not apply" className="mt-0.5 size-3.5 shrink-0 text-idle" />
            )}
            <span className="min-w-0">
              <Link href={resourceHref(ref)} className="rounded-sm text-ink hover:underline">
                {ref.split("/").slice(1).join("/")}
              </Link>
              <span className="ml-1.5 text-subtle text-xs">{ref.split("/")[0]}</span>
              <span className="block text-muted text-xs">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
