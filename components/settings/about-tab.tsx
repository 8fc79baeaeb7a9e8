"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { readTrustDomain } from "#components/settings/read-trust-domain.ts";
import { ThemeChoice } from "#components/settings/theme-choice.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { QueryView } from "#components/ui/query-view.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

const PORTS = [
  ["20001", "console, API, health, metrics"],
  ["15012", "xDS, certificates and agents, over mTLS"],
  ["4317 / 4318", "OpenTelemetry, gRPC and HTTP"],
  ["15001 / 15006", "a proxy's outbound and inbound"],
  ["15080", "a proxy's HTTP forward proxy"],
  ["15020 / 15021", "an agent's metrics and health"],
] as const;

/** What this server is, who is signed in, and how the console looks. */
export function AboutTab() {
  const trpc = useTRPC();
  const session = useQuery(trpc.session.me.queryOptions());
  const catalog = useQuery(trpc.services.names.queryOptions());
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title="This server">
        <QueryView query={session} what="the session" skeleton={<SkeletonRows rows={3} />}>
          {({ version, principal, isDemoSignIn }) => (
            <DefinitionList
              items={[
                { term: "Version", value: version },
                {
                  term: "Trust domain",
                  value: readTrustDomain(catalog.data?.principals ?? []) ?? "known once a workload has joined",
                },
                {
                  term: "Signed in as",
                  value: (
                    <>
                      {principal?.name ?? "nobody"} <Badge>{principal?.role ?? "none"}</Badge>
                    </>
                  ),
                },
                {
                  term: "Sign-in",
                  value: isDemoSignIn ? "the demo's: everyone on this machine is administrator" : "local account",
                },
              ]}
            />
          )}
        </QueryView>
      </Card>
      <Card title="Appearance">
        <ThemeChoice />
      </Card>
      <Card title="Ports" description="By default; everything listens on loopback unless told otherwise">
        <DefinitionList items={PORTS.map(([term, value]) => ({ term, value }))} />
      </Card>
    </div>
  );
}
