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
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { CredentialView } from "#core/view/credential.ts";

const COLUMNS: readonly Column<CredentialView>[] = [
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

function Holds({ facts }: Pick<CredentialView, "facts">) {
  if (facts.kind === "damaged") return <Badge tone="bad">cannot be opened</Badge>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {facts.certificate === undefined ? null : <Badge>certificate</Badge>}
      {facts.roots.length === 0 ? null : <Badge>authorities</Badge>}
    </span>
  );
}

/** Certificates and keys that gateways name: applied here, and never shown again. */
export function CredentialsCard() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const credentials = useQuery(trpc.credentials.list.queryOptions());
  const may = useMay("credentials.put");
  const [applying, setApplying] = useState<{ readonly namespace: string; readonly name: string } | null>(null);
  const [deleting, setDeleting] = useState<CredentialView | null>(null);
  const keep = () => setDeleting(null);
  const remove = useMutation(trpc.credentials.remove.mutationOptions({ onSuccess: () => refreshMesh(queryClient) }));
  const actions: Column<CredentialView> = {
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
        consequence="Servers that name it close connections at once. Its key is not kept anywhere."
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
