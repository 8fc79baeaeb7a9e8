"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { refreshMesh } from "#components/editor/refresh-mesh.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CredentialDialog } from "#components/gateways/credential-dialog.tsx";
import { EndsAt } from "#components/gateways/ends-at.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { ENDS_SOON_MS, type RevocationFacts } from "#core/registry/credential.ts";
import type { ListedCredential } from "#core/view/credential.ts";

const COLUMNS: readonly Column<ListedCredential>[] = [
  {
    id: "name",
    header: "Credential",
    cell: ({ namespace, name }) => (
      <span className="inline-block min-w-32 font-mono text-xs [overflow-wrap:anywhere]">
        {namespace}/{name}
      </span>
    ),
    sortValue: ({ namespace, name }) => `${namespace}/${name}`,
  },
  { id: "holds", header: "Holds", cell: ({ facts }) => <Holds facts={facts} /> },
  {
    id: "names",
    header: "For",
    cell: ({ facts }) => (
      <span className="inline-block min-w-36 [overflow-wrap:anywhere]">
        {facts.kind === "usable" ? (facts.certificate?.names ?? []).join(", ") : ""}
      </span>
    ),
  },
  {
    id: "ends",
    header: "Ends",
    cell: ({ facts }) => {
      const ends = facts.kind === "damaged" ? [] : [facts.certificate ?? [], facts.roots].flat();
      return ends.length === 0 ? null : <EndsAt atMs={Math.min(...ends.map(({ notAfterMs }) => notAfterMs))} />;
    },
  },
  {
    id: "namedBy",
    header: "Named by",
    hideBelow: "md",
    cell: ({ namedBy }) =>
      namedBy.length === 0 ? <span className="text-subtle">nothing</span> : <ResourceLinks refs={namedBy} />,
    sortValue: ({ namedBy }) => namedBy.length,
  },
  {
    id: "updated",
    header: "Applied",
    hideBelow: "lg",
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <Ago at={updatedAt} /> by {updatedBy}
      </>
    ),
    sortValue: ({ updatedAt }) => updatedAt,
  },
];

function Holds({ facts }: Pick<ListedCredential, "facts">) {
  if (facts.kind === "damaged") return <Badge tone="bad">cannot be opened</Badge>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {facts.certificate === undefined ? null : <Badge>certificate</Badge>}
      {facts.roots.length === 0 ? null : <Badge>authorities</Badge>}
      {facts.revocation === undefined ? null : <RevocationLists revocation={facts.revocation} />}
    </span>
  );
}

/** Whose lists they are and until when they hold, and which authorities have none beside those of others. */
function RevocationLists({ revocation: { lists, withoutList } }: { readonly revocation: RevocationFacts }) {
  return (
    <>
      <Badge>{lists.length === 1 ? "revocation list" : "revocation lists"}</Badge>
      <ul className="w-full min-w-36 text-xs [overflow-wrap:anywhere]">
        {lists.map(({ issuer, thisUpdateMs, nextUpdateMs }) => (
          <li key={issuer}>
            of {issuer}
            {nextUpdateMs === undefined ? (
              <span className="block text-subtle">never ends</span>
            ) : (
              <EndsAt atMs={nextUpdateMs} soonMs={Math.min(ENDS_SOON_MS, (nextUpdateMs - thisUpdateMs) / 3)} />
            )}
          </li>
        ))}
        {withoutList.map((subject) => (
          <li key={subject} className="text-warn-text">
            none of {subject}: its certificates are refused
          </li>
        ))}
      </ul>
    </>
  );
}

/** Certificates and keys that gateways name: applied here, and never shown again. */
export function CredentialsCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const credentials = useQuery(trpc.credentials.list.queryOptions());
  const may = useMay("credentials.put");
  const [applying, setApplying] = useState<{ readonly namespace: string; readonly name: string } | null>(null);
  const [deleting, setDeleting] = useState<ListedCredential | null>(null);
  const keep = () => setDeleting(null);
  const remove = useMutation(trpc.credentials.remove.mutationOptions({ onSuccess: () => refreshMesh(queryClient) }));
  const actions: Column<ListedCredential> = {
    id: "actions",
    header: "Actions",
    align: "end",
    cell: (row) => (
      <span className="inline-flex gap-1">
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Renew ${row.namespace}/${row.name}`}
          onClick={() => setApplying({ namespace: row.namespace, name: row.name })}
        >
          Renew
        </Button>
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Delete ${row.namespace}/${row.name}`}
          onClick={() => setDeleting(row)}
        >
          Delete
        </Button>
      </span>
    ),
  };
  const add = may.isAllowed ? (
    <Button size="sm" onClick={() => setApplying({ namespace: "", name: "" })}>
      <Plus aria-hidden /> Add a credential
    </Button>
  ) : null;
  return (
    <Card
      isFlush
      title="Credentials"
      description="Certificates and keys by name, given to the gateways that name them and to nobody else"
      actions={add}
    >
      <QueryView query={credentials} what="the credentials" skeleton={<SkeletonRows />}>
        {(all) => (
          <DataTable
            label="Credentials"
            columns={may.isAllowed ? [...COLUMNS, actions] : COLUMNS}
            rows={all}
            rowKey={({ namespace, name }) => `${namespace}/${name}`}
            empty={
              <EmptyState icon={<KeyRound />} title="No credential is stored">
                A server with TLS needs a certificate: store one, and name it by <code>credentialName</code>.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {applying === null ? null : <CredentialDialog of={applying} onClose={() => setApplying(null)} />}
      <ConfirmDialog
        isOpen={deleting !== null}
        verb="Delete"
        what={deleting === null ? "" : `${deleting.namespace}/${deleting.name}`}
        consequence={describeLoss(deleting?.namedBy ?? [])}
        isPending={remove.isPending}
        onConfirm={() => {
          if (deleting === null) return;
          const { namespace, name } = deleting;
          remove.mutate({ namespace, name }, { onSettled: keep });
        }}
        onClose={keep}
      />
    </Card>
  );
}

function describeLoss(namedBy: readonly string[]): string {
  const kept = "Its key is not kept anywhere.";
  if (namedBy.length === 0) return `Nothing names it now. ${kept}`;
  const names = namedBy.map((ref) => ref.replace("/", " "));
  return `${names.join(", ")} ${names.length === 1 ? "names" : "name"} it: servers that do close connections at once. ${kept}`;
}
