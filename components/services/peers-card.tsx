"use client";
import Link from "next/link";
import { millisScale, percentScale, rateScale } from "#components/format/figure-scale.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { explainFlags } from "#components/topology/explain-flags.ts";
import { flagObjects, flagsOf, splitFlags } from "#components/topology/flag-objects.ts";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DeniedBy } from "#components/ui/denied-by.tsx";
import { figureColumn } from "#components/ui/figure-column.ts";
import { HealthMark } from "#components/ui/health-mark.tsx";
import { MtlsLock } from "#components/ui/mtls-lock.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import type { ServicePeer } from "#core/view/service.ts";

/** Who calls a service, or whom it calls, with the figures of each pair. */
export function PeersCard({
  title,
  peers,
  emptyText,
  config = [],
}: {
  readonly title: string;
  readonly peers: readonly ServicePeer[];
  readonly emptyText: string;
  /** Of the called service: what faults and timeouts may come from. */
  readonly config?: readonly AppliedResource[];
}) {
  const range = useRange();
  const columns: readonly Column<ServicePeer>[] = [
    {
      id: "name",
      header: "Name",
      cell: (peer) => (
        <PeerName
          peer={peer}
          refs={flagObjects(
            peer.edge.responses.flatMap((answers) => flagsOf(answers, peer.edge.deniedBy)),
            config,
          )}
          href={peer.host === null ? null : withRange(`/services/${encodeURIComponent(peer.host)}`, range)}
        />
      ),
    },
    figureColumn("rate", "Requests/s", ({ edge }) => edge.requestsPerSecond, rateScale),
    figureColumn("errors", "Errors", ({ edge }) => edge.errorPercent, percentScale),
    figureColumn("p95", "p95", ({ edge }) => edge.p95Ms, millisScale),
    { id: "mtls", header: "mTLS", align: "end", cell: ({ edge }) => <MtlsLock percent={edge.mtlsPercent} /> },
  ];
  return (
    <Card title={title} isFlush>
      <DataTable
        label={title}
        columns={columns}
        rows={peers}
        rowKey={({ namespace, name }) => `${namespace}/${name}`}
        defaultSort={{ column: "rate", isDescending: true }}
        empty={<p className="px-4 pb-4 text-muted text-sm">{emptyText}</p>}
      />
    </Card>
  );
}

/** Its namespace; of strangers, who have none, where they send from. */
function PeerPlace({ peer: { name, namespace, edge } }: { readonly peer: ServicePeer }) {
  if (name !== UNKNOWN) return <span className="font-normal text-subtle text-xs">{namespace}</span>;
  const addresses = (edge.sourceAddresses ?? []).map(({ address }) => address);
  return <span className="font-mono font-normal text-subtle text-xs">{addresses.join(", ")}</span>;
}

interface PeerNameProps {
  readonly peer: ServicePeer;
  readonly href: string | null;
  /** Where the flags on its requests come from. */
  readonly refs: readonly string[];
}

function PeerName({ peer, href, refs }: PeerNameProps) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2">
      <HealthMark health={peer.edge.health} />
      {href === null ? (
        <AnyLength text={peer.name} />
      ) : (
        <Link href={href} className="inline-flex min-h-6 items-center rounded-sm hover:underline">
          <AnyLength text={peer.name} />
        </Link>
      )}
      <PeerPlace peer={peer} />
      <DeniedBy refs={peer.edge.deniedBy} />
      {refs.length === 0 ? null : (
        <span className="relative z-1 font-normal text-muted text-xs">
          {explainFlags([...new Set(peer.edge.responses.flatMap(({ flags }) => splitFlags(flags)))].join(","))}, by{" "}
          <ResourceLinks refs={refs} />
        </span>
      )}
    </span>
  );
}
