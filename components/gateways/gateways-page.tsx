"use client";
import { useQuery } from "@tanstack/react-query";
import { DoorOpen } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import { newHref } from "#components/format/new-href.ts";
import { CredentialsCard } from "#components/gateways/credentials-card.tsx";
import { GatewayCard } from "#components/gateways/gateway-card.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Page } from "#components/ui/page.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const REFETCH_MS = 10_000;

/** Where requests come into the mesh: hosts, certificates, routes, and who serves them. */
export function GatewaysPage() {
  const trpc = useTRPC();
  const gateways = useQuery(trpc.gateways.list.queryOptions(undefined, { refetchInterval: REFETCH_MS }));
  return (
    <Page>
      <PageHeader
        title="Gateways"
        description="Where requests come into the mesh: hosts, certificates, routes, and who serves them"
        actions={
          <>
            <ButtonLink href={newHref("Gateway")}>New Gateway</ButtonLink>
            <ButtonLink variant="primary" href="/gateways/expose">
              <DoorOpen aria-hidden /> Expose a service
            </ButtonLink>
          </>
        }
      />
      <div className="flex flex-col gap-4">
        <QueryView
          query={gateways}
          what="the gateways"
          skeleton={
            <Card isFlush>
              <SkeletonRows />
            </Card>
          }
        >
          {(all) =>
            all.length === 0 ? (
              <Card>
                <EmptyState icon={<DoorOpen />} title="No Gateway yet">
                  Nothing is reached from outside. A Gateway opens ports at workloads that run as gateways, for hosts,
                  with or without TLS.
                </EmptyState>
              </Card>
            ) : (
              all.map((gateway) => <GatewayCard key={gateway.ref} gateway={gateway} />)
            )
          }
        </QueryView>
        <CredentialsCard />
      </div>
    </Page>
  );
}
