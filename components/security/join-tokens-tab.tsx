"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CreateJoinToken } from "#components/security/create-join-token.tsx";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { useToast } from "#components/ui/toast.tsx";
import type { JoinTokenView } from "#core/view/session.ts";

const STATE_TONE = { unused: "ok", used: "neutral", expired: "neutral", revoked: "bad" } as const satisfies Record<
  JoinTokenView["state"],
  Tone
>;

/** Tokens with which hosts join, and what became of each. The token itself is shown once, when it is made. */
export function JoinTokensTab() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const may = useMay("identity.createJoinToken");
  const [isCreating, setIsCreating] = useState(false);
  const tokens = useQuery(trpc.identity.joinTokens.queryOptions(undefined, { enabled: may.isAllowed }));
  const revoke = useMutation(
    trpc.identity.revokeJoinToken.mutationOptions({
      onSuccess: () => {
        toast({ kind: "ok", title: "The token is worthless now" });
        void queryClient.invalidateQueries(trpc.identity.joinTokens.queryFilter());
      },
      onError: (error) => toast({ kind: "bad", title: "It was not revoked", description: readApiError(error).message }),
    }),
  );
  if (!may.isAllowed)
    return (
      <Card>
        <EmptyState icon={<KeyRound />} title="Join tokens are not yours to see">
          {may.reason}
        </EmptyState>
      </Card>
    );
  const columns: readonly Column<JoinTokenView>[] = [
    {
      id: "identity",
      header: "Identity",
      cell: ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`,
      sortValue: ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`,
    },
    { id: "group", header: "WorkloadGroup", cell: ({ group }) => group ?? <span className="text-subtle">none</span> },
    {
      id: "state",
      header: "State",
      cell: ({ state }) => <Badge tone={STATE_TONE[state]}>{state}</Badge>,
      sortValue: ({ state }) => state,
    },
    {
      id: "expires",
      header: "Expires",
      // A token that is spent has nothing left to end.
      cell: ({ state, expiresAt }) =>
        state === "unused" || state === "expired" ? <Ago at={expiresAt} /> : <span className="text-subtle">–</span>,
      sortValue: ({ expiresAt }) => expiresAt,
    },
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
      id: "actions",
      header: "Actions",
      align: "end",
      cell: ({ id, state, namespace, serviceAccount }) =>
        state === "unused" ? (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke the token for ${namespace}/${serviceAccount}`}
            isBusy={revoke.isPending && revoke.variables.id === id}
            onClick={() => revoke.mutate({ id })}
          >
            Revoke
          </Button>
        ) : null,
    },
  ];
  const create = (
    <Button variant="primary" onClick={() => setIsCreating(true)}>
      <Plus aria-hidden /> New join token
    </Button>
  );
  return (
    <>
      <div className="mb-3 flex items-center gap-3">
        <p className="text-muted text-sm">
          A token works once, for one identity, and carries the fingerprint of the mesh's root.
        </p>
        <span className="ml-auto">{create}</span>
      </div>
      <Card isFlush>
        <QueryView query={tokens} what="the join tokens" skeleton={<SkeletonRows rows={3} />}>
          {(rows) => (
            <DataTable
              label="Join tokens"
              testId="join-tokens"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              defaultSort={{ column: "made", isDescending: true }}
              empty={
                <EmptyState icon={<KeyRound />} title="No join tokens yet" actions={create}>
                  With a token a host proves, once, that it may have an identity.
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
      <CreateJoinToken isOpen={isCreating} onClose={() => setIsCreating(false)} />
    </>
  );
}
