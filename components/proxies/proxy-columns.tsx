import { SyncCells } from "#components/proxies/sync-cells.tsx";
import { summarizeProxy } from "#components/proxies/sync-summary.ts";
import { CertificateExpiry } from "#components/security/certificate-expiry.tsx";
import { NameInNamespace } from "#components/ui/any-length.tsx";
import { Badge } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ProxyStatus } from "#core/view/mesh.ts";

/** The fleet's table. */
export const PROXY_COLUMNS: readonly Column<ProxyStatus>[] = [
  {
    id: "name",
    header: "Proxy",
    cell: ({ name }) => name,
    sortValue: ({ name }) => name,
  },
  {
    id: "state",
    header: "State",
    cell: (proxy) => {
      const { word, tone } = summarizeProxy(proxy);
      return (
        <span className="flex gap-1">
          <Badge tone={tone}>{word}</Badge>
          {proxy.clockAheadMs === undefined ? null : <Badge tone="warn">Clock</Badge>}
          {proxy.problems === undefined ? null : <Badge tone="warn">Host</Badge>}
        </span>
      );
    },
    sortValue: (proxy) => summarizeProxy(proxy).rank,
  },
  {
    id: "workload",
    header: "Workload",
    hideBelow: "lg",
    cell: ({ workload, namespace }) => <NameInNamespace name={workload} namespace={namespace} />,
    sortValue: ({ workload, namespace }) => `${namespace} ${workload}`,
  },
  {
    id: "type",
    header: "Type",
    hideBelow: "xl",
    cell: ({ type, version }) => (
      <span className="text-muted text-xs">
        {type === "router" ? "gateway" : "sidecar"}, Envoy {version}
      </span>
    ),
    sortValue: ({ type, version }) => `${type} ${version}`,
  },
  { id: "sync", header: "Configuration", cell: ({ sync }) => <SyncCells sync={sync} isBrief /> },
  {
    id: "revision",
    header: "Revision",
    align: "end",
    hideBelow: "md",
    cell: ({ revision }) => revision ?? "–",
    sortValue: ({ revision }) => revision,
  },
  {
    id: "connected",
    header: "Connected",
    hideBelow: "lg",
    cell: ({ connectedSince }) =>
      connectedSince === null ? <span className="text-subtle">away</span> : <Ago at={connectedSince} />,
    sortValue: ({ connectedSince }) => connectedSince,
  },
  {
    id: "certificate",
    header: "Certificate",
    hideBelow: "md",
    cell: ({ certificateNotAfter }) => <CertificateExpiry at={certificateNotAfter} />,
    sortValue: ({ certificateNotAfter }) => certificateNotAfter,
  },
  {
    id: "refusal",
    header: "Last refusal",
    hideBelow: "xl",
    cell: ({ lastRefusal }) =>
      lastRefusal === null ? (
        <span className="text-subtle">none</span>
      ) : (
        <span
          className="block min-w-40 max-w-96 text-bad-text text-xs [overflow-wrap:anywhere]"
          title={lastRefusal.message}
        >
          {lastRefusal.message}
        </span>
      ),
    sortValue: ({ lastRefusal }) => lastRefusal?.at ?? null,
  },
];
