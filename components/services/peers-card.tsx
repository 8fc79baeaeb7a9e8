"use client";
import Link from "next/link";
import { millisScale, percentScale, rateScale } from "#components/format/figure-scale.ts";
import { withRange } from "#components/shell/range.ts";
import { useRange } from "#components/shell/use-range.ts";
import { type Answers, causesOf } from "#components/topology/edge-causes.ts";
import { splitFlags } from "#components/topology/flag-objects.ts";
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
import type { ServicePeer } from "#core/view/service.ts";

/** Who calls a service, or whom it calls, with the figures of each pair. */
export function PeersCard({
  title,
  peers,
  emptyText,
}: {
  readonly title: string;
  readonly peers: readonly ServicePeer[];
  readonly emptyText: string;
}) {
  const range = useRange();
  const columns: readonly Column<ServicePeer>[] = [
    {
      id: "name",
      header: "Name",
      cell: (peer) => (
        <PeerName
          peer={peer}
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

/** What went well needs no cause, unless Envoy had to say something of it. */
function isTrouble({ code, flags }: Answers): boolean {
  return code === 0 || code >= 400 || splitFlags(flags).length > 0;
}

interface PeerNameProps {
  readonly peer: ServicePeer;
  readonly href: string | null;
}

function PeerName({ peer, href }: PeerNameProps) {
  const { words, refs, denials } = causesOf(peer.edge.responses.filter(isTrouble), peer.edge.deniedBy, peer.config);
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
      <DeniedBy refs={denials} />
      {words === "" && refs.length === 0 ? null : (
        <span data-testid="peer-cause" className="relative z-1 font-normal text-muted text-xs">
          {words}
          {refs.length === 0 ? null : (
            <>
              {words === "" ? "by " : ", by "}
              <ResourceLinks refs={refs} />
            </>
          )}
        </span>
      )}
    </span>
  );
}
