"use client";
import { useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useMay } from "#components/editor/use-may.ts";
import { CertificateExpiry } from "#components/security/certificate-expiry.tsx";
import { RevocationsCard } from "#components/security/revocations-card.tsx";
import { RevokeDialog } from "#components/security/revoke-dialog.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button, ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import { useSearchState } from "#components/ui/use-search-state.ts";
import type { IdentityView } from "#core/view/session.ts";

const COLUMNS: readonly Column<IdentityView>[] = [
  {
    id: "identity",
    header: "Identity",
    cell: ({ spiffeId }) => <span className="inline-block min-w-52 break-all font-mono text-xs">{spiffeId}</span>,
    sortValue: ({ spiffeId }) => spiffeId,
  },
  { id: "to", header: "Issued to", cell: ({ issuedTo }) => issuedTo, sortValue: ({ issuedTo }) => issuedTo },
  {
    id: "issued",
    header: "Issued",
    hideBelow: "lg",
    cell: ({ notBefore }) => <Ago at={notBefore} />,
    sortValue: ({ notBefore }) => notBefore,
  },
  {
    id: "expires",
    header: "Expires",
    cell: ({ notAfter, revocation }) =>
      revocation === null ? <CertificateExpiry at={notAfter} /> : <Badge tone="bad">revoked</Badge>,
    sortValue: ({ notAfter }) => notAfter,
  },
  {
    id: "by",
    header: "Proved by",
    hideBelow: "lg",
    cell: ({ authenticatedBy }) => (authenticatedBy === "token" ? "join token" : "its last certificate"),
  },
  {
    id: "serial",
    header: "Serial",
    hideBelow: "xl",
    cell: ({ serial }) => <span className="font-mono text-muted text-xs">{serial}</span>,
  },
];

/** Certificates in force, and when they end. */
export function IdentitiesTab() {
  const trpc = useTRPC();
  const search = useSearchState();
  const identities = useQuery(trpc.identity.list.queryOptions());
  const may = useMay("identity.revoke");
  const [revoking, setRevoking] = useState<IdentityView | null>(null);
  const actions: Column<IdentityView> = {
    id: "actions",
    header: "Actions",
    align: "end",
    cell: (identity) =>
      identity.revocation === null ? (
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Revoke ${identity.spiffeId}, issued to ${identity.issuedTo}`}
          onClick={() => setRevoking(identity)}
        >
          Revoke
        </Button>
      ) : null,
  };
  const query = (search.get("q") ?? "").toLowerCase();
  return (
    <>
      <RevocationsCard />
      <SearchInput
        label="Filter by identity or instance"
        className="mb-3 w-80"
        value={search.get("q") ?? ""}
        onValueChange={(q) => search.set({ q })}
      />
      <Card isFlush>
        <QueryView query={identities} what="the identities" skeleton={<SkeletonRows />}>
          {(all) => (
            <DataTable
              label="Identities"
              columns={may.isAllowed ? [...COLUMNS, actions] : COLUMNS}
              rows={all.filter(({ spiffeId, issuedTo, serial }) =>
                `${spiffeId} ${issuedTo} ${serial}`.toLowerCase().includes(query),
              )}
              rowKey={({ serial }) => serial}
              defaultSort={{ column: "expires", isDescending: false }}
              empty={
                all.length === 0 ? (
                  <EmptyState
                    icon={<Fingerprint />}
                    title="No certificate was issued yet"
                    actions={<ButtonLink href="/security?tab=tokens">Make a join token</ButtonLink>}
                  >
                    A host gets its certificate when it joins with a token, and renews it by itself from then on.
                  </EmptyState>
                ) : (
                  <EmptyState icon={<Fingerprint />} title="No identity matches" />
                )
              }
            />
          )}
        </QueryView>
      </Card>
      {revoking === null ? null : <RevokeDialog of={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
