import { KeyRound } from "lucide-react";
import Link from "next/link";
import { WorkloadNames } from "#components/authentication/workload-names.tsx";
import { resourceHref } from "#components/format/resource-href.ts";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import type { Column } from "#components/ui/table-column.ts";
import type { IssuerView, TokenPlace } from "#core/view/authentication.ts";

const REACH = { workloads: "by its selector", namespace: "all of its namespace", mesh: "the whole mesh" } as const;

const COLUMNS: readonly Column<IssuerView>[] = [
  {
    id: "issuer",
    header: "Issuer",
    cell: ({ issuer, audiences }) => (
      <span className="inline-block min-w-44 [overflow-wrap:anywhere]">
        {issuer === "" ? "any issuer" : <span className="font-mono text-xs">{issuer}</span>}
        <span className="block font-normal text-subtle text-xs">
          {audiences.length === 0 ? "for any audience" : `for ${audiences.join(", ")}`}
        </span>
      </span>
    ),
    sortValue: ({ issuer }) => issuer,
  },
  {
    id: "where",
    header: "Checked at",
    cell: ({ reach, workloads }) => (
      <>
        <WorkloadNames names={workloads} none="no workload" />
        <span className="block text-subtle text-xs">{REACH[reach]}</span>
      </>
    ),
    sortValue: ({ workloads }) => workloads.length,
  },
  {
    id: "places",
    header: "Looked for in",
    hideBelow: "md",
    cell: ({ places, isForwarded }) => (
      <>
        <ul className="min-w-44">
          {places.map((place) => (
            <li key={`${place.kind} ${place.name}`}>
              {describePlace(place)} <code className="font-mono text-xs [overflow-wrap:anywhere]">{place.name}</code>
            </li>
          ))}
        </ul>
        {isForwarded ? <span className="block text-subtle text-xs">handed to the application too</span> : null}
      </>
    ),
  },
  {
    id: "without",
    header: "Token asked for by",
    cell: ({ askedBy }) =>
      askedBy.length === 0 ? (
        <span className="inline-block min-w-28 text-warn-text">nobody: without one requests pass</span>
      ) : (
        <ResourceLinks refs={askedBy} />
      ),
    sortValue: ({ askedBy }) => askedBy.length,
  },
  {
    id: "rule",
    header: "Rule",
    cell: ({ ref, namespace, name, index }) => (
      <Link
        href={resourceHref(ref)}
        className="inline-flex min-h-6 min-w-24 items-center rounded-sm text-accent-text underline [overflow-wrap:anywhere]"
      >
        {namespace}/{name}
        {index === 0 ? "" : `, rule ${index + 1}`}
      </Link>
    ),
    sortValue: ({ ref }) => ref,
  },
];

function describePlace({ kind, prefix }: TokenPlace): string {
  return kind === "header" && prefix !== "" ? `header (${prefix.trim()} …)` : kind;
}

/** Whose tokens are checked, and where: each rule of every RequestAuthentication. */
export function IssuersCard({ issuers }: { readonly issuers: readonly IssuerView[] }) {
  return (
    <Card
      isFlush
      testId="issuers"
      title="Issuers"
      description="A token that is there is checked; whether one has to be is said by authorization"
      actions={
        <ButtonLink size="sm" href="/security/new?kind=RequestAuthentication">
          New rule
        </ButtonLink>
      }
    >
      <DataTable
        label="Issuers of tokens"
        columns={COLUMNS}
        rows={issuers}
        rowKey={({ ref, index }) => `${ref} ${index}`}
        empty={
          <EmptyState
            icon={<KeyRound />}
            title="No tokens are checked"
            className="py-8"
            actions={<ButtonLink href="/authentication/tokens">Require tokens</ButtonLink>}
          >
            Requests pass with any token and with none until a RequestAuthentication names an issuer.
          </EmptyState>
        }
      />
    </Card>
  );
}
