"use client";
import { Server } from "lucide-react";
import Link from "next/link";
import { AnyLength } from "#components/ui/any-length.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import type { InstanceView, ServiceDetail } from "#core/view/service.ts";

const HEALTH: Readonly<Record<InstanceView["health"], { readonly tone: Tone; readonly word: string }>> = {
  healthy: { tone: "ok", word: "Healthy" },
  unhealthy: { tone: "bad", word: "Unhealthy" },
  draining: { tone: "warn", word: "Draining" },
};

const COLUMNS: readonly Column<InstanceView>[] = [
  { id: "name", header: "Instance", sortValue: ({ name }) => name, cell: ({ name }) => name },
  {
    id: "health",
    header: "State",
    cell: ({ health, unhealthyReason }) => (
      <span className="flex items-center gap-2">
        <Badge tone={HEALTH[health].tone}>{HEALTH[health].word}</Badge>
        {unhealthyReason === "" ? null : (
          <span className="min-w-0 text-muted text-xs">
            <AnyLength text={unhealthyReason} />
          </span>
        )}
      </span>
    ),
  },
  { id: "version", header: "Version", sortValue: ({ version }) => version, cell: ({ version }) => version || "–" },
  { id: "workload", header: "Workload", hideBelow: "lg", cell: ({ workload }) => workload },
  { id: "account", header: "Service account", hideBelow: "lg", cell: ({ serviceAccount }) => serviceAccount },
  {
    id: "address",
    header: "Address",
    align: "end",
    cell: ({ address, port }) => <code className="font-mono text-xs">{`${address}:${port}`}</code>,
  },
  {
    id: "proxy",
    header: "Proxy",
    align: "end",
    cell: ({ proxyId }) =>
      proxyId === null ? (
        <span className="text-subtle">none</span>
      ) : (
        <Link className="rounded-sm text-accent-text hover:underline" href={`/proxies/${encodeURIComponent(proxyId)}`}>
          Open
        </Link>
      ),
  },
];

const LOOKED_UP = {
  title: "No instance is registered",
  text: "Callers look its name up; what answers there is not the mesh's to know.",
};
/** What it means that no instance is registered: by what is written, and else by how callers find who answers. */
const NOBODY_REGISTERED: Readonly<
  Record<ServiceDetail["resolution"] | "written", { readonly title: string; readonly text: string }>
> = {
  written: { title: "No instance is registered", text: "Requests go to the endpoints that are written." },
  static: { title: "Nothing runs behind this name", text: "Requests to it fail until an instance joins the mesh." },
  dns: LOOKED_UP,
  "dns-round-robin": LOOKED_UP,
  "dynamic-dns": {
    title: "No instance is registered",
    text: "Callers look up the name that each request asks for; what answers there is not the mesh's to know.",
  },
  none: { title: "No instance is registered", text: "Connections go to the address that the caller meant." },
};

/** What runs behind a service's name. */
export function InstancesCard({
  service: { instanceList: instances, written, resolution, waitingGroups },
}: {
  readonly service: Pick<ServiceDetail, "instanceList" | "written" | "resolution" | "waitingGroups">;
}) {
  return (
    <Card title="Instances" isFlush>
      <DataTable
        label="Instances"
        columns={COLUMNS}
        rows={instances}
        rowKey={({ name, address, port }) => `${name} ${address}:${port}`}
        defaultSort={{ column: "version", isDescending: false }}
        empty={
          <EmptyState icon={<Server />} title={NOBODY_REGISTERED[written.length > 0 ? "written" : resolution].title}>
            {NOBODY_REGISTERED[written.length > 0 ? "written" : resolution].text}
          </EmptyState>
        }
      />
      {written.length === 0 ? null : (
        <ul className="border-line border-t px-4 py-2 text-sm" aria-label="Endpoints that are written">
          {written.map(({ address, port, locality }) => (
            <li key={`${address} ${port}`} className="flex flex-wrap gap-x-3 py-0.5">
              <code className="font-mono text-xs [overflow-wrap:anywhere]">
                {address.startsWith("/") ? address : joinHostPort(address, port)}
              </code>
              {locality === "" ? null : <span className="text-muted text-xs">{locality}</span>}
            </li>
          ))}
        </ul>
      )}
      {waitingGroups.length === 0 ? null : (
        <ul className="border-line border-t px-4 py-2 text-muted text-sm" aria-label="Groups without an instance">
          {waitingGroups.map(({ name, serviceAccount }) => (
            <li key={name} className="[overflow-wrap:anywhere]">
              No instance of {name} is registered; callers expect{" "}
              {serviceAccount === null ? "the account that each will have" : `account ${serviceAccount}`}.
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
