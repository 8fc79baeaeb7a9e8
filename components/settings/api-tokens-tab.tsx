"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { madeColumn, TokenList } from "#components/security/token-list.tsx";
import { useRevoked } from "#components/security/use-revoked.ts";
import { CreateApiToken } from "#components/settings/create-api-token.tsx";
import { Badge } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ApiTokenView } from "#core/view/session.ts";

/** Tokens with which programs call the API, each with a role; shown once, revoked at once. */
export function ApiTokensTab() {
  const trpc = useTRPC();
  const may = useMay("access.createApiToken");
  const tokens = useQuery(trpc.access.apiTokens.queryOptions(undefined, { enabled: may.isAllowed }));
  const revoked = useRevoked(trpc.access.apiTokens.queryFilter());
  const revoke = useMutation(trpc.access.revokeApiToken.mutationOptions(revoked));
  return (
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
      columns={COLUMNS}
      defaultSort={{ column: "name", isDescending: false }}
      revoking={{
        nameOf: ({ name }) => name,
        consequence: "Whatever uses it is refused from now on.",
        isPending: revoke.isPending,
        mutate: revoke.mutate,
      }}
      drawCreate={(isOpen, onClose) => <CreateApiToken isOpen={isOpen} onClose={onClose} />}
    />
  );
}

const COLUMNS: readonly Column<ApiTokenView>[] = [
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
];
