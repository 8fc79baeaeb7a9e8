import { Lock } from "lucide-react";
import Link from "next/link";
import { PlaintextCallers } from "#components/authentication/plaintext-callers.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { MtlsBadge } from "#components/ui/mtls-badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { WorkloadMtlsView } from "#core/view/authentication.ts";

const COLUMNS: readonly Column<WorkloadMtlsView>[] = [
  {
    id: "workload",
    header: "Workload",
    cell: ({ namespace, workload, isRunning }) => (
      <span className="inline-block min-w-32 [overflow-wrap:anywhere]">
        {namespace}/{workload}
        {isRunning ? null : <span className="block font-normal text-subtle text-xs">nothing runs yet</span>}
      </span>
    ),
    sortValue: ({ namespace, workload }) => `${namespace}/${workload}`,
  },
  {
    id: "mode",
    header: "Accepts",
    cell: ({ mode, ports }) => (
      <>
        <MtlsBadge mode={mode === "unknown" ? "mixed" : mode} />
        {ports.map(({ name, port, mode: ofPort }) => (
          <span key={port} className="mt-1 flex items-center gap-1.5 text-xs">
            {name} {port} <MtlsBadge mode={ofPort} />
          </span>
        ))}
      </>
    ),
    sortValue: ({ mode }) => mode,
  },
  {
    id: "policy",
    header: "Said by",
    cell: ({ policy }) =>
      policy === null ? <span className="text-subtle">nobody: the default</span> : <PolicyLink policy={policy} />,
    sortValue: ({ policy }) => policy,
  },
  {
    id: "plaintext",
    header: "Still in plain text",
    cell: ({ plaintext }) => <PlaintextCallers callers={plaintext} />,
    sortValue: ({ plaintext }) => plaintext.reduce((sum, { perSecond }) => sum + perSecond, 0),
  },
];

/** By name alone: all are PeerAuthentications. */
function PolicyLink({ policy }: { readonly policy: string }) {
  return (
    <Link
      href={resourceHref(policy)}
      className="inline-flex min-h-6 min-w-24 items-center rounded-sm text-accent-text underline [overflow-wrap:anywhere]"
    >
      {policy.split("/").slice(1).join("/")}
    </Link>
  );
}

export interface MtlsModesCardProps {
  readonly workloads: readonly WorkloadMtlsView[];
  readonly hasTraffic: boolean;
}

/** What each workload accepts, by whose word, and who comes in plain text all the same. */
export function MtlsModesCard({ workloads, hasTraffic }: MtlsModesCardProps) {
  return (
    <Card
      isFlush
      testId="mtls-modes"
      title="Mutual TLS"
      description={
        hasTraffic
          ? "What workloads accept, and who came in plain text over the last five minutes"
          : "What workloads accept; no traffic was measured over the last five minutes"
      }
      actions={
        <ButtonLink size="sm" href="/security/new?kind=PeerAuthentication">
          New mTLS policy
        </ButtonLink>
      }
    >
      <DataTable
        label="mTLS of workloads"
        columns={COLUMNS}
        rows={workloads}
        rowKey={({ namespace, workload }) => `${namespace}/${workload}`}
        empty={
          <EmptyState icon={<Lock />} title="No workloads yet" className="py-8">
            Workloads appear when a WorkloadGroup names them, or their agents register.
          </EmptyState>
        }
      />
    </Card>
  );
}
