"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CreateJoinToken } from "#components/security/create-join-token.tsx";
import { madeColumn, TokenList } from "#components/security/token-list.tsx";
import { useRevoked } from "#components/security/use-revoked.ts";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { JoinTokenView } from "#core/view/session.ts";

const STATE_TONE = { unused: "ok", used: "neutral", expired: "neutral", revoked: "bad" } as const satisfies Record<
  JoinTokenView["state"],
  Tone
>;

/** Tokens with which hosts join, and what became of each. The token itself is shown once, when it is made. */
export function JoinTokensTab() {
  const trpc = useTRPC();
  const may = useMay("identity.createJoinToken");
  const tokens = useQuery(trpc.identity.joinTokens.queryOptions(undefined, { enabled: may.isAllowed }));
  const revoked = useRevoked(trpc.identity.joinTokens.queryFilter());
  const revoke = useMutation(trpc.identity.revokeJoinToken.mutationOptions(revoked));
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
    madeColumn(),
  ];
  return (
    <TokenList
      what="join token"
      testId="join-tokens"
      may={may}
      purpose="A token works once, for one identity, and carries the fingerprint of the mesh's root."
      emptyText="With a token a host proves, once, that it may have an identity."
      query={tokens}
      columns={columns}
      defaultSort={{ column: "made", isDescending: true }}
      revoking={{
        nameOf: ({ namespace, serviceAccount }) => `the token for ${namespace}/${serviceAccount}`,
        isRevocable: ({ state }) => state === "unused",
        consequence: "No host joins with it any more. Hosts that have joined stay.",
        isPending: revoke.isPending,
        mutate: revoke.mutate,
      }}
      drawCreate={(isOpen, onClose) => <CreateJoinToken isOpen={isOpen} onClose={onClose} />}
    />
  );
}
