"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readApiError } from "#components/api/api-error.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { madeColumn, TokenList } from "#components/security/token-list.tsx";
import { CreateApiToken } from "#components/settings/create-api-token.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
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
  return (
    <>
      <TokenList
        what="API token"
        testId="api-tokens"
        may={may}
        purpose={
          <>
            For the command line, pipelines and scripts:{" "}
            <code className="font-mono text-xs">Authorization: Bearer TOKEN</code>
          </>
        }
        emptyText="A token lets a program call the API with one role."
        query={tokens}
        columns={columnsWith(setLeaving)}
        defaultSort={{ column: "name", isDescending: false }}
        drawCreate={(isOpen, onClose) => <CreateApiToken isOpen={isOpen} onClose={onClose} />}
      />
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
    madeColumn(),
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
