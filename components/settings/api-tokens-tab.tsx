"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CreateApiToken } from "#components/settings/create-api-token.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { ApiTokenView } from "#core/view/session.ts";

/** Tokens with which programs call the API, each with a role; shown once, revoked at once. */
export function ApiTokensTab() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const may = useMay("access.createApiToken");
  const [isCreating, setIsCreating] = useState(false);
  const [leaving, setLeaving] = useState<ApiTokenView | null>(null);
  const tokens = useQuery(trpc.access.apiTokens.queryOptions(undefined, { enabled: may.isAllowed }));
  const revoke = useMutation(
    trpc.access.revokeApiToken.mutationOptions({
      onSuccess: () => {
        setLeaving(null);
        toast({ kind: "ok", title: "The token is revoked" });
        void queryClient.invalidateQueries(trpc.access.apiTokens.queryFilter());
      },
      onError: (error) => toast({ kind: "bad", title: "It was not revoked", description: readApiError(error).message }),
    }),
  );
  if (!may.isAllowed)
    return (
      <Card>
        <EmptyState icon={<KeyRound />} title="API tokens are not yours to see">
          {may.reason}
        </EmptyState>
      </Card>
    );
  const create = (
    <Button variant="primary" onClick={() => setIsCreating(true)}>
      <Plus aria-hidden /> New API token
    </Button>
  );
  return (
    <>
      <div className="mb-3 flex items-center gap-3">
        <p className="text-muted text-sm">
          For the command line, pipelines and scripts:{" "}
          <code className="font-mono text-xs">Authorization: Bearer TOKEN</code>
        </p>
        <span className="ml-auto">{create}</span>
      </div>
      <Card isFlush>
        <QueryView query={tokens} what="the API tokens" skeleton={<SkeletonRows rows={3} />}>
          {(rows) => (
            <DataTable
              label="API tokens"
              testId="api-tokens"
              columns={columnsWith(setLeaving)}
              rows={rows}
              rowKey={({ id }) => id}
              defaultSort={{ column: "name", isDescending: false }}
              empty={
                <EmptyState icon={<KeyRound />} title="No API tokens yet" actions={create}>
                  A token lets a program call the API with one role.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
      <CreateApiToken isOpen={isCreating} onClose={() => setIsCreating(false)} />
      <Dialog
        isOpen={leaving !== null}
        onOpenChange={(isOpen) => !isOpen && setLeaving(null)}
        title={`Revoke ${leaving?.name ?? ""}?`}
        description="Whatever uses it is refused from now on."
        footer={
          <>
            <Button variant="ghost" onClick={() => setLeaving(null)}>
              Keep it
            </Button>
            <Button
              variant="danger"
              isBusy={revoke.isPending}
              onClick={() => leaving !== null && revoke.mutate({ id: leaving.id })}
            >
              Revoke
            </Button>
          </>
        }
      />
    </>
  );
}

function columnsWith(onRevoke: (token: ApiTokenView) => void): Column<ApiTokenView>[] {
  return [
    { id: "name", header: "Name", cell: ({ name }) => name, sortValue: ({ name }) => name },
    { id: "role", header: "Role", cell: ({ role }) => <Badge>{role}</Badge>, sortValue: ({ role }) => role },
    {
      id: "made",
      header: "Made",
      hideBelow: "md",
      cell: ({ createdAt, createdBy }) => (
        <span className="text-muted text-xs">
          <Ago at={createdAt} /> by {createdBy}
        </span>
      ),
      sortValue: ({ createdAt }) => createdAt,
    },
    {
      id: "expires",
      header: "Expires",
      cell: ({ expiresAt }) => (expiresAt === null ? "never" : <Ago at={expiresAt} />),
      sortValue: ({ expiresAt }) => expiresAt,
    },
    {
      id: "used",
      header: "Last used",
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? <span className="text-subtle">never</span> : <Ago at={lastUsedAt} />,
      sortValue: ({ lastUsedAt }) => lastUsedAt,
    },
    {
      id: "actions",
      header: "Actions",
      align: "end",
      cell: (token) => (
        <Button size="sm" variant="ghost" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
          Revoke
        </Button>
      ),
    },
  ];
}
