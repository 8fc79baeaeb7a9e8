import Link from "next/link";
import { resourceHref } from "#components/format/resource-href.ts";
import { GatewayCertificates } from "#components/gateways/gateway-certificates.tsx";
import { GatewayProxies } from "#components/gateways/gateway-proxies.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import type { GatewayServerView, GatewayView } from "#core/view/gateway.ts";

const COLUMNS: readonly Column<GatewayServerView>[] = [
  {
    id: "hosts",
    header: "Hosts",
    cell: ({ hosts }) => (
      <ul className="min-w-40">
        {hosts.map((host) => (
          <li key={host} className="font-mono text-xs [overflow-wrap:anywhere]">
            {host}
          </li>
        ))}
      </ul>
    ),
  },
  {
    id: "port",
    header: "Port",
    cell: ({ port, protocol, name }) => (
      <>
        <span className="tabular-nums">{port}</span> {protocol}
        {name === "" ? null : <span className="block text-subtle text-xs">{name}</span>}
      </>
    ),
  },
  { id: "tls", header: "TLS", cell: (server) => <TlsMode server={server} /> },
  { id: "certificates", header: "Certificates", cell: (server) => <GatewayCertificates server={server} /> },
  {
    id: "routes",
    header: "Routes",
    hideBelow: "md",
    cell: ({ routes, isRedirected, serves }) =>
      routes.length > 0 ? (
        <ResourceLinks refs={[...new Set(routes.map(({ ref }) => ref))]} />
      ) : (
        <span className="text-subtle">{isRedirected ? "redirects all" : WITHOUT_ROUTES[serves]}</span>
      ),
  },
];

const WITHOUT_ROUTES = {
  http: "none: answers 404",
  tcp: "none: takes no connections",
  passthrough: "none: takes no connections",
  mesh: "by the names of callers' mTLS",
} as const satisfies Record<GatewayServerView["serves"], string>;

function TlsMode({ server: { tls, isRedirected } }: { readonly server: GatewayServerView }) {
  if (tls === null)
    return isRedirected ? <Badge tone="accent">to HTTPS</Badge> : <span className="text-subtle">none</span>;
  return <Badge>{tls}</Badge>;
}

/** One Gateway: its servers, what is wrong with it, and who serves it. */
export function GatewayCard({ gateway }: { readonly gateway: GatewayView }) {
  const { ref, namespace, name, selector, servers, proxies, problems } = gateway;
  const labels = writeLabels(selector);
  return (
    <Card
      isFlush
      testId={`gateway-${namespace}-${name}`}
      title={
        <Link href={resourceHref(ref)} className="rounded-sm text-accent-text underline">
          {namespace}/{name}
        </Link>
      }
      description={labels.length === 0 ? "served by every gateway" : `served by workloads with ${labels.join(", ")}`}
    >
      {problems.length === 0 ? null : (
        <ul className="flex flex-col gap-2 px-4 pb-3">
          {problems.map(({ severity, message, path, hint }) => (
            <li key={`${path} ${message}`}>
              <Notice tone={severity === "error" ? "bad" : "warn"} title={message}>
                {path === "" ? null : <code className="font-mono text-xs [overflow-wrap:anywhere]">{path}</code>}
                {hint === "" ? null : <span className="block text-xs [overflow-wrap:anywhere]">{hint}</span>}
              </Notice>
            </li>
          ))}
        </ul>
      )}
      <DataTable
        label={`Servers of ${namespace}/${name}`}
        columns={COLUMNS}
        rows={servers}
        rowKey={({ index }) => String(index)}
      />
      <GatewayProxies proxies={proxies} />
    </Card>
  );
}
