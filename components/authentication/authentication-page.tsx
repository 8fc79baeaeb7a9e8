"use client";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, Lock } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { AUTHENTICATION_SECONDS } from "#components/authentication/authentication-seconds.ts";
import { IssuersCard } from "#components/authentication/issuers-card.tsx";
import { KeysCard } from "#components/authentication/keys-card.tsx";
import { MtlsModesCard } from "#components/authentication/mtls-modes-card.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const REFETCH_MS = 10_000;

/** By what callers show who they are: tokens and the keys that they are checked by, and mTLS. */
export function AuthenticationPage() {
  const trpc = useTRPC();
  const view = useQuery(
    trpc.authentication.get.queryOptions({ seconds: AUTHENTICATION_SECONDS }, { refetchInterval: REFETCH_MS }),
  );
  return (
    <Page>
      <PageHeader
        title="Authentication"
        description="By what callers show who they are: tokens and their keys, and mutual TLS"
        actions={
          <>
            <ButtonLink href="/authentication/strict">
              <Lock aria-hidden /> Move to strict mTLS
            </ButtonLink>
            <ButtonLink variant="primary" href="/authentication/tokens">
              <KeyRound aria-hidden /> Require tokens
            </ButtonLink>
          </>
        }
      />
      <QueryView
        query={view}
        what="how callers are authenticated"
        skeleton={
          <Card isFlush>
            <SkeletonRows />
          </Card>
        }
      >
        {({ issuers, keys, mtls, hasTraffic }) => (
          <div className="flex flex-col gap-4">
            <IssuersCard issuers={issuers} />
            <KeysCard places={keys} issuers={issuers} />
            <MtlsModesCard workloads={mtls} hasTraffic={hasTraffic} />
          </div>
        )}
      </QueryView>
    </Page>
  );
}
